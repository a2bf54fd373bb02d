/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/source.h"
#include "base/error.h"

void source_put_error(int error, const char *refusal, const struct fault *fault, struct text *text) {
        if (refusal)
                text_put(text, refusal);
        else if (fault->field && error_group(error) == ERROR_GROUP_INPUT)
                text_format(text, "offset %zu: %s: %s", fault->offset, fault->field, fault->reason);
        else
                text_put(text, error_text(error));
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/phase.h"

#include <stdlib.h>

#include "base/error.h"

void phase_fault(struct findings *findings, const char *text) {
        findings_add(findings, VERDICT_CRITICAL, "", "%s", text);
}

void *phase_result_new(size_t size, struct findings *findings) {
        void *result = calloc(1, size);

        if (!result)
                phase_fault(findings, error_text(ERR_NO_MEMORY));
        return result;
}

void *phase_failed(void *result, const char *why, struct findings *findings) {
        phase_fault(findings, why);
        free(result);
        return NULL;
}

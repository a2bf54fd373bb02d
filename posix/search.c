/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memmem() */
#include "posix/search.h"

#include <string.h>

const uint8_t *bytes_search(struct bytes view, struct bytes wanted) {
        if (view.size == 0 || wanted.size == 0)
                return NULL;
        return memmem(view.data, view.size, wanted.data, wanted.size);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "posix/reason.h"

#include <stdarg.h>
#include <stdio.h>

int reason_set(struct reason *ret_reason, int error, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        (void) vsnprintf(ret_reason->text, sizeof(ret_reason->text), format, arguments);
        va_end(arguments);
        return error;
}

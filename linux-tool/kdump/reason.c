/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/kdump/reason.h"

#include <stdarg.h>
#include <stdio.h>

int kdump_reason_set(struct kdump_reason *ret_reason, int error, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        (void) vsnprintf(ret_reason->text, sizeof(ret_reason->text), format, arguments);
        va_end(arguments);
        return error;
}

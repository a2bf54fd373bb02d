/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* The formats of base/text.h. */
int snprintf(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int sprintf(char *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
        __attribute__((format(printf, 3, 0)));

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void free(void *block);

/* The test fails. */
_Noreturn void abort(void);

unsigned long long strtoull(const char *text, char **ret_end, int base);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

/*
 * Sorts `count` pointers in place: heap sort, so neither recursion nor memory, and at most some
 * 2 n log2 n comparisons whatever the input. Not stable: the comparison has to tell any two apart.
 * `compare` is negative when `left` goes first.
 */
void sort_pointers(void **pointers, size_t count, int (*compare)(const void *left, const void *right));

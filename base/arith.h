/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Arithmetic on numbers that came from outside. Each returns false, and leaves *ret alone, on overflow. */

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static inline bool size_add(size_t a, size_t b, size_t *ret) {
        size_t sum;

        if (__builtin_add_overflow(a, b, &sum))
                return false;
        *ret = sum;
        return true;
}

static inline bool size_multiply(size_t a, size_t b, size_t *ret) {
        size_t product;

        if (__builtin_mul_overflow(a, b, &product))
                return false;
        *ret = product;
        return true;
}

static inline bool u64_add(uint64_t a, uint64_t b, uint64_t *ret) {
        uint64_t sum;

        if (__builtin_add_overflow(a, b, &sum))
                return false;
        *ret = sum;
        return true;
}

static inline bool u64_multiply(uint64_t a, uint64_t b, uint64_t *ret) {
        uint64_t product;

        if (__builtin_mul_overflow(a, b, &product))
                return false;
        *ret = product;
        return true;
}

/* Shifts that are defined for every count: 64 and more shift everything out. */
static inline uint64_t u64_shift_left(uint64_t value, unsigned count) {
        return count < 64 ? value << count : 0;
}

static inline uint64_t u64_shift_right(uint64_t value, unsigned count) {
        return count < 64 ? value >> count : 0;
}

static inline size_t size_min(size_t a, size_t b) {
        return a < b ? a : b;
}

static inline uint64_t u64_min(uint64_t a, uint64_t b) {
        return a < b ? a : b;
}

static inline uint64_t u64_max(uint64_t a, uint64_t b) {
        return a > b ? a : b;
}

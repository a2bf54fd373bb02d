/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* What a function has to leave as it found it, of the architecture that has most:
 * tests/firmware/<architecture>. */
typedef uint64_t jmp_buf[13];

int setjmp(jmp_buf place) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf place, int value);

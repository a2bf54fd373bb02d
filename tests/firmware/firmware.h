/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

/* The tests of shared code, in firmware: what the parts of that program know of each other. */

struct firmware_tally {
        size_t passed, failed, skipped;
};

extern struct firmware_tally firmware_tally;

/* ASCII, on the console; \n begins a new line. */
void firmware_print(const char *text);

/* As malloc() and free(), of boot services; a block of 0 bytes is one. */
void *firmware_allocate(size_t size);
void firmware_release(void *block);

/* A test program, as the compiler calls its main() here. */
struct firmware_program {
        const char *name;
        int (*run)(void);
};

/* Ends with a row of zeros. Made by the Makefile. */
extern const struct firmware_program firmware_programs[];

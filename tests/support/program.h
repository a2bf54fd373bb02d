/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

/* What a run of the built command $(O)/pstore-fw left behind. The texts end in a NUL. */
struct program {
        int status; /* its exit status; 128 and the signal's number when one ended it */
        char *output;
        size_t output_size;
        char *messages; /* standard error */
};

/*
 * Runs it with these arguments, the last one NULL. Standard input is `input`, or empty for NULL; nothing is a
 * terminal. Fails the test when it cannot be started. program_free() is due.
 */
void program_run(struct program *program, const char *input, ...) __attribute__((sentinel));

/* The same with standard output going to the file at `path`. */
void program_run_to(struct program *program, const char *path, ...) __attribute__((sentinel));

void program_free(struct program *program);

/* Fails the test, with what the program said, when its exit status is another. */
void program_assert_status(const struct program *program, int status);

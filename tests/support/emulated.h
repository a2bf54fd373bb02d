/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

/*
 * Whether the tests run on another processor than the system, by QEMU ($EMULATOR; make test-arm64): the
 * system's programs are none of theirs then, and QEMU neither filters system calls nor traces a process.
 */
bool emulated(void);

/* Runs this program again, with the environment as it is now; comes back only when it cannot. */
void emulated_start_again(char **arguments);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux/backend.h"
#include "store/check.h"

/* What the running kernel says of itself in sysfs and proc. */
struct machine {
        struct check_kernel kernel; /* its texts are in .backend, or constants: not to be moved */
        struct backend backend;
        bool has_erst; /* an ERST table, whether or not it may be read */
        bool has_efi;  /* EFI variables */
};

/* `root` goes before every path: "" for this machine, a directory in tests. What cannot be read is unknown.
 */
void machine_look(const char *root, struct machine *ret_machine);

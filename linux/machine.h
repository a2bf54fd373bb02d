/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/check.h"

/* What the running kernel says of itself in sysfs and proc. */
struct machine {
        struct check_kernel kernel; /* its texts are .backend, or constants */
        char backend[64];
        bool has_erst; /* an ERST table, whether or not it may be read */
        bool has_efi;  /* EFI variables */
};

/* `root` goes before every path: "" for this machine, a directory in tests. What cannot be read is unknown.
 */
void machine_look(const char *root, struct machine *ret_machine);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "kdump/settings.h"

/* What tells this machine from others. `root` goes before /proc and /etc. */

#define KDUMP_HOST_SIZE 65 /* HOST_NAME_MAX and a NUL; a machine ID has 32 digits */

/* False for a name that many have ("localhost"), or that is no name for a directory. */
bool kdump_host_name(const char *root, char ret_name[KDUMP_HOST_SIZE]);

/* machine-id(5) */
bool kdump_host_machine(const char *root, char ret_machine[KDUMP_HOST_SIZE]);

/*
 * Puts them into a directory in the place of %H and %m, as systemd.unit(5) has them; %% is a '%'. ERR_VALUE
 * for another letter, or for what this machine has not; ERR_TOO_LARGE.
 */
int kdump_host_expand(const char *root, char directory[PATH_MAX]);

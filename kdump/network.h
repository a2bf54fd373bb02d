/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "kdump/target.h"
#include "linux/mount-table.h"
#include "linux/route.h"

/* A target on a share of NFS: what the crash kernel needs to reach it, as it is reached now. */

/* Whether the mount is one of NFS, in any version. */
bool kdump_network_is_share(const struct mount_row *row);

/*
 * Into the target: network, card, file_system, mount_options and, for people, device; or why the crash kernel
 * cannot mount it, into its refusal. Its directory is known. `route` leads to the server, NULL: none does.
 */
void kdump_network_describe(const char *root, const struct mount_row *row, const struct route *route,
                            struct kdump_target *target);

/* The same, by the route that there is now. */
void kdump_network_find(const char *root, const struct mount_row *row, struct kdump_target *target);

/*
 * Makes the directory, and in it a file that it removes again: who we are to the server may do both, and the
 * directory is theirs alone.
 */
int kdump_network_try(const char *directory, struct reason *ret_reason);

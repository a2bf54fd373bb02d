/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "capture/disk.h"

/*
 * Options of fstab that are flags of mount(2) are no options of the file system, which would refuse them:
 * what of `options` is left for it. `ret_data` has room for `size` bytes; what does not fit is left out.
 */
void mount_data(const char *options, char *ret_data, size_t size);

/*
 * Mounts what lies on these disks to be written to, and once more without the options when it does not work
 * with them. A file system of several is told where each of them is, as numbers and names change; it has to
 * have them all. 0, or the negative errno, which tells more than our errors do.
 */
int mount_disks(const struct disk_set *set, const char *mount_point, const char *file_system,
                const char *options);

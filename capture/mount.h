/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

/*
 * Options of fstab that are flags of mount(2) are no options of the file system, which would refuse them:
 * what of `options` is left for it. `ret_data` has room for `size` bytes; what does not fit is left out.
 */
void mount_data(const char *options, char *ret_data, size_t size);

/*
 * Mounts to be written to, and once more without the options when it does not work with them. 0, or the
 * negative errno, which tells more than our errors do.
 */
int mount_disk(const char *device, const char *mount_point, const char *file_system, const char *options);

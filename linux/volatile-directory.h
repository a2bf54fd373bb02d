/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

/*
 * Whether what is written into the directory lies in memory and is gone after a reset: tmpfs, ramfs, an
 * initramfs, or an overlay that writes to one of them. Where it does not exist yet, what it would be made in
 * counts. An overlay whose upper directory cannot be looked at is taken for memory, as those of live systems
 * are; a path that cannot be followed is not.
 */
bool volatile_directory(const char *path);

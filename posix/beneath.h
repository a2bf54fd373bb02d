/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <sys/types.h>

/*
 * Files below a directory that others may write to, or that came from elsewhere: no link on the way is
 * followed, nothing above the directory is reached, and no call waits for a pipe or a device.
 */

/*
 * Opens `path`, seen from the directory, with the flags and the mode of open(); O_CLOEXEC, O_NOCTTY and
 * O_NOFOLLOW are added. The descriptor, or ERR_NOT_FOUND, ERR_INVALID_ARGUMENT where a link or what is no
 * directory lies on the way, or what else the system says.
 */
int beneath_open(int directory_fd, const char *path, int flags, mode_t mode);

/* A regular file for reading; ERR_INVALID_ARGUMENT for whatever else has the name. */
int beneath_open_file(int directory_fd, const char *path);

/*
 * The directory that holds the last part of `path`, for calls that take a directory and a name; *ret_name is
 * that part, in `path`. O_PATH: it serves for nothing else.
 */
int beneath_open_parent(int directory_fd, const char *path, const char **ret_name);

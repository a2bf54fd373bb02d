/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/allocator.h"

/* Files larger than this are none of ours: flash images have up to 64 MiB. */
#define FILE_SIZE_MAX ((size_t) 256 * 1024 * 1024)

/*
 * Appends all that can be read to the buffer; works on pipes and on files of sysfs, whose size is not known
 * before. ERR_TOO_LARGE when there are more than `limit` bytes, or what read() says.
 */
int file_read_all(int fd, size_t limit, struct buffer *buffer);

/* The first `size` bytes, or all that there are. */
int file_read_head(int fd, size_t size, struct buffer *buffer);

/*
 * The first line of what one read() gives, which is all that files of sysfs and proc say in a line; without
 * its LF, and cut to the room.
 */
int file_read_line(const char *path, char *ret_line, size_t size);

/* All of the file at `path`, seen from `directory_fd`; symbolic links are followed. */
int file_read_at(int directory_fd, const char *path, size_t limit, struct buffer *buffer);

/*
 * The same, where others may have put something there: no link is followed, nothing outside of the directory
 * is read, and no pipe is waited for. ERR_FILE_KIND for what is no regular file.
 */
int file_read_beneath(int directory_fd, const char *path, size_t limit, struct buffer *buffer);

/* Writes every byte, however many calls it takes. */
int file_write_all(int fd, struct bytes bytes);

/* Whether a name is of the same file now, with the same content as far as its size and time tell. */
bool file_is_unchanged(const struct stat *then, const struct stat *now);

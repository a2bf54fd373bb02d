/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "base/allocator.h"

/* Whether this is the beginning of something in gzip, xz or zstd. */
bool packed_file_is_packed(struct bytes file);

/*
 * Appends what the bytes of a file hold when they are unpacked, as gzip, xz or zstd does: all its members or
 * frames, one behind the other, and with what each format allows behind them. What begins like none of the
 * three is appended as it is: the kernel loads no module that is packed in another way.
 *
 * ERR_TRUNCATED  it ends too early
 * ERR_STREAM     malformed, or something else is behind the end
 * ERR_TOO_LARGE  more than `limit` bytes come out, or unpacking takes more memory than we give it
 * ERR_NO_MEMORY
 */
int packed_file_unpack(struct bytes packed, size_t limit, struct buffer *content);

/* The same for the file at `path`; also ERR_TOO_LARGE for more than FILE_SIZE_MAX, and what the system says.
 */
int packed_file_read(const char *path, size_t limit, struct buffer *content);

/* Appends the bytes as a gzip member (RFC 1952) whose bytes depend on them alone. */
int packed_file_gzip(struct bytes content, struct buffer *packed);

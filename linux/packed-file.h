/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"

/*
 * Appends the content of a file, unpacked when it is compressed in a way that libarchive knows. ERR_STREAM,
 * ERR_TOO_LARGE, ERR_NO_MEMORY, or what the system says.
 */
int packed_file_read(const char *path, size_t limit, struct buffer *content);

/* Appends the bytes as a gzip member (RFC 1952) whose bytes depend on them alone. */
int packed_file_gzip(struct bytes content, struct buffer *packed);

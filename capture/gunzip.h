/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"

/*
 * Appends what the gzip file (RFC 1952, one member) `name` in the directory holds. The CRC-32 is not
 * looked at: what lies in the initramfs is what kexec's purgatory has held against its SHA-256.
 *
 * ERR_SIGNATURE  no gzip file
 * ERR_TRUNCATED, ERR_STREAM
 * ERR_LENGTH     the stream gives another number of bytes than the file's end says
 * ERR_TOO_LARGE  more than GUNZIP_SIZE_MAX
 */
#define GUNZIP_SIZE_MAX ((size_t) 64 * 1024 * 1024)
int gunzip_file_at(int directory_fd, const char *name, struct buffer *buffer);

/* The same for bytes in memory. */
int gunzip_bytes(struct bytes input, struct buffer *buffer);

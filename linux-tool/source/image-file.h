/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"
#include "pstore/image-extents.h"
#include "pstore/image-writer.h"

/*
 * The file of a store's image. A regular file is mapped, so that a large one takes no memory; what else can
 * be read (a pipe, a flash device) is read, up to FILE_SIZE_MAX. Does not move while it is open.
 */
struct image_file {
        struct bytes bytes; /* valid until image_file_close(); a mapped file shows what is put into it */
        bool mapped;
        struct buffer copy; /* of what cannot be mapped */
        int fd;             /* of a mapped file; one that is to be written is locked */
        struct image_writer writer;
        struct image_extents extents;
};

/* For image_file_close() alone. */
void image_file_init(struct image_file *file);

/* Whatever open() and read() say; ERR_TOO_LARGE for what is no regular file and longer than FILE_SIZE_MAX. */
int image_file_open(struct image_file *file, const char *path);

/*
 * The same for writing, in place and only the bytes that change. ERR_IN_USE while anybody holds a lock on any
 * part of it, as QEMU does on a drive that it writes to, and while the file is open here nobody gets one
 * (F_OFD_SETLK). A file that QEMU uses as memory, such as acpi-erst's, is not locked.
 * ERR_NOT_SUPPORTED for what is no regular file.
 */
int image_file_open_to_write(struct image_file *file, const char *path);

/* May be called again. */
void image_file_close(struct image_file *file);

#define _cleanup_image_file_ __attribute__((cleanup(image_file_close)))

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"

/*
 * A small image for firmware, byte by byte (Microsoft PE and COFF): PE32+ with one section behind its
 * headers, and nothing else. Where its fields are:
 */
#define MADE_IMAGE_SIZE         ((size_t) 1024)
#define MADE_IMAGE_PE_AT        0x40
#define MADE_IMAGE_MACHINE_AT   0x44
#define MADE_IMAGE_MAGIC_AT     0x58
#define MADE_IMAGE_CHECKSUM_AT  0x98
#define MADE_IMAGE_COUNT_AT     0xc4 /* of directories */
#define MADE_IMAGE_DIRECTORY_AT 0xe8 /* where the certificates are, and their size */

void made_image_fill(uint8_t ret_image[MADE_IMAGE_SIZE]);

/* Appends one of the table's entries, of this type, with what fills it up; the directory holds the table
 * then.
 */
void made_image_sign(struct buffer *image, uint16_t type, struct bytes signature);

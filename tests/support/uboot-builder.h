/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/guid.h"

/* U-Boot's file of variables, as its efi_var_mem_ins() puts it together. */
struct uboot_file {
        uint8_t bytes[4096];
        size_t size;
};

void uboot_file_init(struct uboot_file *file);

/* Adds a non-volatile variable, and puts length and checksum right; where it lies. */
size_t uboot_file_add(struct uboot_file *file, const struct guid *vendor, const char *name, const char *data);

/* Of what the file has now. */
void uboot_file_fix_checksum(struct uboot_file *file);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"
#include "base/guid.h"
#include "store/source.h"

/* Where Linux shows the machine's EFI variables, as files. */
#define EFIVARFS_DIRECTORY "/sys/firmware/efi/efivars/"
#define EFIVARFS_MAGIC     0xde5e81e4 /* linux/magic.h */

/* Whether that is there. `root` goes before the path: "" for this machine, a directory in tests. */
bool efivarfs_is_mounted(const char *root);

/*
 * The room for variables, of the efivarfs at `path`; what a directory on another file system has is none, and
 * not known. The kernel tells since 6.5; before, and where the firmware does not, it is not known either. 0,
 * or what the system says.
 */
int efivarfs_read_space(const char *path, struct source_space *ret_space);

/*
 * Takes the name of a file there apart: the variable's, a dash, its vendor in lower case, as the kernel
 * writes it (K6.1 fs/efivarfs/super.c). *ret_name lies in `file_name`. False for what is no variable's.
 */
bool efivarfs_parse_name(const char *file_name, struct guid *ret_vendor, struct bytes *ret_name);

/*
 * Where libefivar looks, and so whoever uses it: the directory that its variable EFIVARFS_PATH names, or that
 * of this machine. With a '/' at the end.
 */
#define EFIVARFS_VARIABLE "EFIVARFS_PATH"
const char *efivarfs_directory(void);

/*
 * Appends the data of a variable there, without its attributes; `name` is the file's. ERR_NOT_FOUND, also for
 * one that is empty, ERR_TRUNCATED, ERR_TOO_LARGE, or what reading says.
 */
int efivarfs_read(const char *name, struct buffer *data);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stdint.h>

#include "base/bytes.h"
#include "posix/reason.h"

/* The kernel that boots after a crash: a bzImage (Linux Documentation/arch/x86/boot.rst). */
struct boot_image {
        char path[PATH_MAX];
        char release[128];  /* "6.1.0-56-amd64", from the image's own header */
        uint64_t init_size; /* bytes of memory that the kernel takes before it can free any */
        uint64_t file_size; /* bytes */
};

/* `head` is the beginning of the file, of which 64 KiB are enough. ERR_TRUNCATED, ERR_SIGNATURE, ERR_VALUE.
 */
#define BOOT_IMAGE_HEAD_SIZE ((size_t) 64 * 1024)
int boot_image_parse(struct bytes head, struct boot_image *ret_image, struct reason *ret_reason);

/*
 * Looks at the image at `path`, or, when that is empty, for the running kernel's: /boot/vmlinuz-RELEASE, then
 * /usr/lib/modules/RELEASE/vmlinuz. `root` goes before every path. ERR_NOT_FOUND, or as above.
 */
int boot_image_find(const char *root, const char *path, const char *running_release,
                    struct boot_image *ret_image, struct reason *ret_reason);

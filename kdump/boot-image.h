/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/allocator.h"
#include "base/bytes.h"
#include "posix/reason.h"

/*
 * The kernel that boots after a crash. On x86-64 a bzImage (Linux Documentation/arch/x86/boot.rst). On
 * AArch64 an Image (Documentation/arch/arm64/booting.rst), which may be packed: by gzip, or with EFI's own
 * start code before it (zboot: drivers/firmware/efi/libstub/zboot-header.S).
 */
#define BOOT_IMAGE_RELEASE_SIZE 128
struct boot_image {
        char path[PATH_MAX];
        char release[BOOT_IMAGE_RELEASE_SIZE]; /* "6.1.0-56-amd64", out of the image itself */
        uint64_t init_size;         /* bytes of memory that the kernel takes before it can free any */
        uint64_t own_size;          /* bytes that it needs beside them for itself, as was measured */
        struct reason stays_packed; /* why boot_image_open_unpacked() cannot serve; empty: nothing is known */
};

/*
 * `file` is the whole file, or so much of it as boot_image_find() reads; `processor` uname(2)'s name of what
 * has to run it. ERR_TRUNCATED, ERR_SIGNATURE, ERR_VALUE; ERR_NOT_SUPPORTED: of that processor no kernel is
 * known; and what unpacking says (linux/packed-file.h).
 */
int boot_image_parse(struct bytes file, const char *processor, struct boot_image *ret_image,
                     struct reason *ret_reason);

/*
 * Looks at the image at `path`, or, when that is empty, for the running kernel's: /boot/vmlinuz-RELEASE, then
 * /usr/lib/modules/RELEASE/vmlinuz. `root` goes before every path. ERR_NOT_FOUND, or as above.
 */
int boot_image_find(const char *root, const char *path, const char *running_release,
                    struct boot_image *ret_image, struct reason *ret_reason);

/*
 * A file descriptor of the image at `path`, which the caller closes, for kexec_file_load(): of the file
 * itself, whose signature the kernel may want to see; or, as no kernel for AArch64 unpacks another one, of
 * what is packed in it.
 */
int boot_image_open(const char *path, struct reason *ret_reason);

/* Whether a kernel for this processor (uname(2)'s name) that is opened so has yet to unpack itself. */
bool boot_image_unpacks_itself(const char *processor);

/*
 * Of such a kernel the same, but unpacked: nothing but kexec can start it, and it has no signature. It takes
 * up to twice as much memory as the kernel unpacked, of which half remains in the file.
 */
int boot_image_open_unpacked(const char *path, struct reason *ret_reason);

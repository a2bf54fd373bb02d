/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memfd_create() */
#include "kdump/boot-image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/units.h"
#include "kdump/arm64-image.h"
#include "kdump/bzimage.h"
#include "linux/system-file.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

static const struct format {
        const char *processor;
        const char *release; /* where it is */
        size_t head;         /* so much of the file is enough to tell */
        uint64_t own_size;
        int (*parse)(struct bytes image, uint64_t *ret_memory, struct bytes *ret_release,
                     struct reason *ret_reason);
        /* Where no kernel takes one that is packed; or NULL: it unpacks itself. */
        bool (*is_packed)(struct bytes file);
        int (*unpack)(struct bytes file, struct buffer *image, struct reason *ret_reason);
        /* Of one that unpacks itself, whether we can do it, as far as the head tells. */
        int (*check_packing)(struct bytes file, struct reason *ret_reason);
} formats[] = {
        /* What it is unpacked in is free later, and enough. */
        { "x86_64", "offset 0x20e: kernel_version", BZIMAGE_HEAD_SIZE, 0, bzimage_parse, NULL, bzimage_unpack,
          bzimage_check_packing },
        /* Debian's 6.12 (QEMU, AAVMF) had allocated 13.2 MiB when /init began, without the initramfs. */
        { "aarch64", ARM64_IMAGE_BANNER, FILE_SIZE_MAX, 14 * MIB, arm64_image_parse, arm64_image_is_packed,
          arm64_image_unpack, NULL },
};

static const struct format *find_format(const char *processor) {
        for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
                if (strcmp(formats[i].processor, processor) == 0)
                        return &formats[i];
        return NULL;
}

static bool is_packed(const struct format *format, struct bytes file) {
        return format->is_packed && format->is_packed(file);
}

/* "6.1.0-56-amd64 (debian-kernel@lists.debian.org) #1 SMP …": up to the first blank. */
static int take_release(const struct format *format, struct bytes text,
                        char ret_release[BOOT_IMAGE_RELEASE_SIZE], struct reason *ret_reason) {
        size_t length = 0;

        while (length < text.size && bytes_u8(text, length) > ' ' && bytes_u8(text, length) < 0x7f)
                length++;
        if (length == 0 || length == text.size || length >= BOOT_IMAGE_RELEASE_SIZE ||
            memchr(text.data, '/', length))
                return reason_set(ret_reason, ERR_VALUE, "%s: not the release of a kernel", format->release);
        memcpy(ret_release, text.data, length);
        ret_release[length] = '\0';
        return 0;
}

int boot_image_parse(struct bytes file, const char *processor, struct boot_image *ret_image,
                     struct reason *ret_reason) {
        const struct format *format = find_format(processor);
        _cleanup_buffer_ struct buffer unpacked;
        struct bytes release = { 0 };
        uint64_t memory = 0;
        int r = 0;

        buffer_init(&unpacked, &system_allocator);
        if (!format)
                return reason_set(ret_reason, ERR_NOT_SUPPORTED, "kernels of %s are not known here",
                                  processor);
        if (is_packed(format, file)) {
                r = format->unpack(file, &unpacked, ret_reason);
                file = buffer_bytes(&unpacked);
        }
        if (r == 0)
                r = format->parse(file, &memory, &release, ret_reason);
        if (r == 0)
                r = take_release(format, release, ret_image->release, ret_reason);
        if (r == 0) {
                ret_image->init_size = memory;
                ret_image->own_size = format->own_size;
                ret_image->stays_packed.text[0] = '\0';
                if (format->check_packing)
                        (void) format->check_packing(file, &ret_image->stays_packed);
        }
        return r;
}

/* --- files -------------------------------------------------------------------------------------- */

static int read_head(const char *path, const char *processor, struct buffer *head) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        const struct format *format = find_format(processor);

        if (fd < 0)
                return errno_to_error(errno);
        return file_read_head(fd, format ? format->head : 0, head);
}

static int look_at(const char *root, const char *path, struct boot_image *ret_image,
                   struct reason *ret_reason) {
        _cleanup_buffer_ struct buffer head;
        struct boot_image image = { 0 };
        struct reason reason;
        struct utsname system;
        int r;

        buffer_init(&head, &system_allocator);
        (void) system_file_path(root, path, image.path);
        (void) uname(&system);
        r = read_head(image.path, system.machine, &head);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", path, error_text(r));
        r = boot_image_parse(buffer_bytes(&head), system.machine, &image, &reason);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", path, reason.text);
        *ret_image = image;
        return 0;
}

int boot_image_find(const char *root, const char *path, const char *running_release,
                    struct boot_image *ret_image, struct reason *ret_reason) {
        static const struct {
                const char *before, *after;
        } places[] = {
                { "/boot/vmlinuz-", "" },
                { "/usr/lib/modules/", "/vmlinuz" },
                { "/lib/modules/", "/vmlinuz" },
        };
        char place[PATH_MAX];

        if (path[0])
                return look_at(root, path, ret_image, ret_reason);
        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
                snprintf(place, sizeof(place), "%s%s%s", places[i].before, running_release, places[i].after);
                if (system_file_exists(root, place))
                        return look_at(root, place, ret_image, ret_reason);
        }
        return reason_set(ret_reason, ERR_NOT_FOUND,
                          "no image of the running kernel: neither /boot/vmlinuz-%s nor "
                          "/usr/lib/modules/%s/vmlinuz is there (--kernel FILE)",
                          running_release, running_release);
}

static int open_file(const char *path, struct reason *ret_reason) {
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        int r = fd < 0 ? errno_to_error(errno) : 0;

        return r < 0 ? reason_set(ret_reason, r, "%s: %s", path, error_text(r)) : fd;
}

/* What is packed in it, as a file of its own. */
static int make_unpacked(const struct format *format, struct bytes file, struct reason *ret_reason) {
        _cleanup_buffer_ struct buffer image;
        int fd, r;

        buffer_init(&image, &system_allocator);
        r = format->unpack(file, &image, ret_reason);
        if (r < 0)
                return r;
        fd = memfd_create("kernel", MFD_CLOEXEC);
        if (fd < 0)
                return reason_set(ret_reason, errno_to_error(errno), "%s", strerror(errno));
        r = file_write_all(fd, buffer_bytes(&image));
        if (r == 0)
                return fd;
        (void) close(fd);
        return reason_set(ret_reason, r, "%s", error_text(r));
}

/* The open file, where nothing in it has to be unpacked; else it is closed. */
static int unpack_file(const struct format *format, const char *path, int fd, bool always,
                       struct reason *ret_reason) {
        _cleanup_buffer_ struct buffer file;
        struct reason reason;
        int r;

        buffer_init(&file, &system_allocator);
        r = file_read_all(fd, FILE_SIZE_MAX, &file);
        if (r == 0 && !always && !is_packed(format, buffer_bytes(&file)))
                return fd;
        (void) close(fd);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", path, error_text(r));
        r = make_unpacked(format, buffer_bytes(&file), &reason);
        return r < 0 ? reason_set(ret_reason, r, "%s: %s", path, reason.text) : r;
}

static const struct format *find_running_format(void) {
        struct utsname system;

        return uname(&system) == 0 ? find_format(system.machine) : NULL;
}

int boot_image_open(const char *path, struct reason *ret_reason) {
        const struct format *format = find_running_format();
        int fd = open_file(path, ret_reason);

        if (fd < 0 || !format || !format->is_packed)
                return fd;
        return unpack_file(format, path, fd, false, ret_reason);
}

bool boot_image_unpacks_itself(const char *processor) {
        const struct format *format = find_format(processor);

        return format && !format->is_packed;
}

int boot_image_open_unpacked(const char *path, struct reason *ret_reason) {
        const struct format *format = find_running_format();
        int fd;

        if (!format)
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "kernels for this processor are not known here");
        fd = open_file(path, ret_reason);
        return fd < 0 ? fd : unpack_file(format, path, fd, true, ret_reason);
}

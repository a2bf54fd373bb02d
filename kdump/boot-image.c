/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/boot-image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "linux/system-file.h"
#include "posix/errno.h"
#include "posix/memory.h"

/* Linux Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header" */
#define OFFSET_SETUP_SECTORS  0x1f1
#define OFFSET_MAGIC          0x202
#define OFFSET_PROTOCOL       0x206
#define OFFSET_KERNEL_VERSION 0x20e /* u16: less 0x200, of the text that `file` shows, too */
#define OFFSET_INIT_SIZE      0x260
#define MAGIC                 0x53726448 /* "HdrS" */
#define PROTOCOL_INIT_SIZE    0x020a     /* 2.10: the first with init_size */
#define SECTOR_SIZE           512

/* "6.1.0-56-amd64 (debian-kernel@lists.debian.org) #1 SMP …": up to the first blank. */
static int parse_release(struct bytes head, struct boot_image *image, struct reason *ret_reason) {
        size_t limit = ((size_t) bytes_u8(head, OFFSET_SETUP_SECTORS) + 1) * SECTOR_SIZE;
        size_t start = (size_t) bytes_u16(head, OFFSET_KERNEL_VERSION) + SECTOR_SIZE, length = 0;
        struct bytes text;

        if (start == SECTOR_SIZE || start >= limit) /* 0 in the field stands for no text */
                return reason_set(ret_reason, ERR_VALUE, "offset 0x20e: kernel_version: no text there");
        text = bytes_from(bytes_first(head, limit), start);
        while (length < text.size && bytes_u8(text, length) > ' ' && bytes_u8(text, length) < 0x7f)
                length++;
        if (length == 0 || length == text.size || length >= sizeof(image->release) ||
            memchr(text.data, '/', length))
                return reason_set(ret_reason, ERR_VALUE,
                                  "offset 0x20e: kernel_version: not the release of a kernel");
        memcpy(image->release, text.data, length);
        image->release[length] = '\0';
        return 0;
}

int boot_image_parse(struct bytes head, struct boot_image *ret_image, struct reason *ret_reason) {
        struct boot_image image = { .init_size = bytes_u32(head, OFFSET_INIT_SIZE) };
        int r;

        if (!bytes_contain(head, OFFSET_INIT_SIZE, 4))
                return reason_set(ret_reason, ERR_TRUNCATED, "shorter than a kernel's header");
        if (bytes_u32(head, OFFSET_MAGIC) != MAGIC)
                return reason_set(ret_reason, ERR_SIGNATURE, "offset 0x202: no kernel of x86 (a bzImage)");
        if (bytes_u16(head, OFFSET_PROTOCOL) < PROTOCOL_INIT_SIZE || image.init_size == 0)
                return reason_set(ret_reason, ERR_VALUE,
                                  "offset 0x206: boot protocol older than 2.10, which Linux 2.6.31 has");
        r = parse_release(head, &image, ret_reason);
        if (r == 0) {
                memcpy(ret_image->release, image.release, sizeof(image.release));
                ret_image->init_size = image.init_size;
        }
        return r;
}

static int read_head(int fd, uint8_t *head, size_t *ret_size) {
        size_t size = 0;

        while (size < BOOT_IMAGE_HEAD_SIZE) {
                ssize_t got = pread(fd, head + size, BOOT_IMAGE_HEAD_SIZE - size, (off_t) size);

                if (got < 0)
                        return errno_to_error(errno);
                if (got == 0)
                        break;
                size += (size_t) got;
        }
        *ret_size = size;
        return 0;
}

static int look_at(const char *root, const char *path, struct boot_image *ret_image,
                   struct reason *ret_reason) {
        struct boot_image image = { 0 };
        struct reason reason;
        uint8_t head[BOOT_IMAGE_HEAD_SIZE];
        char real_path[PATH_MAX];
        _cleanup_close_ int fd = -1;
        struct stat status;
        size_t size = 0;
        int r = 0;

        (void) system_file_path(root, path, real_path);
        fd = open(real_path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0 || fstat(fd, &status) < 0)
                r = errno_to_error(errno);
        else
                r = read_head(fd, head, &size);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", path, error_text(r));
        r = boot_image_parse(bytes_of(head, size), &image, &reason);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", path, reason.text);
        snprintf(image.path, sizeof(image.path), "%s", real_path);
        image.file_size = (uint64_t) status.st_size;
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

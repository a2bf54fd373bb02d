/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Kernels for a crash: the first byte says for which processor, or that what follows is what is packed in
 * one, which mutations of packed bytes seldom are. What is found is a release that names a directory, and
 * memory that can be had. What a bzImage is unpacked to is one of the same release, too, which takes as much
 * memory as is loaded of it, and not much more.
 */
#include <string.h>

#include "base/error.h"
#include "kdump/boot-image.h"
#include "kdump/bzimage.h"
#include "linux/packed-file.h"
#include "posix/memory.h"
#include "tests/fuzz/fuzz.h"

#define SIZE_MAX_OF_INPUT ((size_t) 64 * 1024)

static void check_unpacked(struct bytes file, const char *release) {
        _cleanup_buffer_ struct buffer unpacked;
        struct boot_image image = { 0 };
        struct reason reason = { "" };
        size_t setup_size = ((size_t) bytes_u8(file, 0x1f1) + 1) * 512;

        buffer_init(&unpacked, &system_allocator);
        if (bzimage_unpack(file, &unpacked, &reason) < 0) {
                fuzz_check(reason.text[0] && unpacked.size == 0);
                return;
        }
        fuzz_check(boot_image_parse(buffer_bytes(&unpacked), "x86_64", &image, &reason) == 0);
        fuzz_check(strcmp(image.release, release) == 0);
        fuzz_check(image.init_size >= unpacked.size - setup_size);
        fuzz_check(image.init_size < unpacked.size - setup_size + 4096);
}

static void pack(struct bytes kernel) {
        static const struct {
                size_t offset;
                uint32_t value;
        } fields[] = {
                { 0x1f1, 3 },        { 0x202, 0x53726448 }, { 0x206, 0x020f }, { 0x20e, 0x100 },
                { 0x230, 2u << 20 }, { 0x234, 1 },          { 0x260, 1 },
        };
        uint8_t setup[2048] = { 0 };
        _cleanup_buffer_ struct buffer file;

        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
                store_u32(setup + fields[i].offset, fields[i].value);
        memcpy(setup + 0x300, "6.1 x", 6);
        buffer_init(&file, &system_allocator);
        buffer_append(&file, bytes_of(setup, sizeof(setup)));
        fuzz_check(packed_file_gzip(kernel, &file) == 0);
        store_u32(file.data + 0x24c, (uint32_t) (file.size - sizeof(setup)));
        check_unpacked(buffer_bytes(&file), "6.1");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct boot_image image = { 0 };
        struct reason reason = { "" };
        int r;

        if (size == 0 || size > SIZE_MAX_OF_INPUT)
                return 0;
        if (data[0] & 2) {
                pack(bytes_of(data + 1, size - 1));
                return 0;
        }
        r = boot_image_parse(bytes_of(data + 1, size - 1), data[0] & 1 ? "aarch64" : "x86_64", &image,
                             &reason);
        if (r < 0) {
                fuzz_check(reason.text[0] && strlen(reason.text) < sizeof(reason.text));
                fuzz_check(image.init_size == 0);
                return 0;
        }
        fuzz_check(image.init_size > 0 && image.init_size <= UINT32_MAX);
        fuzz_check(image.release[0] && !strchr(image.release, '/'));
        for (const char *c = image.release; *c; c++)
                fuzz_check(*c > ' ' && *c < 0x7f);
        if (!(data[0] & 1))
                check_unpacked(bytes_of(data + 1, size - 1), image.release);
        return 0;
}

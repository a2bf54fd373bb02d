/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/arm64-image.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "linux/packed-file.h"
#include "posix/file.h"
#include "posix/search.h"

/* Linux Documentation/arch/arm64/booting.rst, "Call the kernel image" */
#define OFFSET_TEXT_OFFSET 8
#define OFFSET_IMAGE_SIZE  16
#define OFFSET_FLAGS       24
#define OFFSET_MAGIC       56
#define HEADER_SIZE        64
#define MAGIC              0x644d5241 /* "ARM\x64" */
#define FLAG_BIG_ENDIAN    1
#define MEMORY_MAX         ((uint64_t) 1 << 30)

/* Linux drivers/firmware/efi/libstub/zboot-header.S, since 6.1 */
#define OFFSET_TYPE         4 /* "zimg" */
#define OFFSET_PAYLOAD      8
#define OFFSET_PAYLOAD_SIZE 12
#define OFFSET_METHOD       24 /* "gzip", "xzkern", "zstd22", "lzma" …, and a NUL */
#define METHOD_SIZE         32

static bool is_zboot(struct bytes file) {
        return bytes_start_with(file, text_view("MZ")) &&
               bytes_start_with(bytes_from(file, OFFSET_TYPE), text_view("zimg"));
}

bool arm64_image_is_packed(struct bytes file) {
        return is_zboot(file) || packed_file_is_packed(file);
}

static int find_payload(struct bytes file, struct bytes *ret_payload, struct reason *ret_reason) {
        struct bytes method = bytes_first(bytes_from(file, OFFSET_METHOD), METHOD_SIZE), payload;
        char name[METHOD_SIZE * TEXT_VISIBLE_SIZE];
        struct text text = TEXT_ON(name);
        int r;

        if (!bytes_contain(file, OFFSET_METHOD, METHOD_SIZE))
                return reason_set(ret_reason, ERR_TRUNCATED, "shorter than a kernel's header");
        r = bytes_slice(file, bytes_u32(file, OFFSET_PAYLOAD), bytes_u32(file, OFFSET_PAYLOAD_SIZE),
                        &payload);
        if (r < 0)
                return reason_set(ret_reason, ERR_TRUNCATED,
                                  "offset 0x8: the packed kernel is not in the file");
        text_put_escaped(&text, bytes_first(method, strnlen((const char *) method.data, method.size)));
        if (!packed_file_is_packed(payload))
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "offset 0x18: packed by %s, and not by gzip, xz or zstd", name);
        *ret_payload = payload;
        return 0;
}

int arm64_image_unpack(struct bytes file, struct buffer *image, struct reason *ret_reason) {
        struct bytes packed = file;
        int r = 0;

        if (is_zboot(file))
                r = find_payload(file, &packed, ret_reason);
        if (r < 0)
                return r;
        r = packed_file_unpack(packed, FILE_SIZE_MAX, image);
        return r < 0 ? reason_set(ret_reason, r, "the packed kernel: %s", error_text(r)) : 0;
}

/* The words stand in other texts, too: a release begins with a digit. */
static bool find_release(struct bytes image, struct bytes *ret_release) {
        const uint8_t *found;
        uint8_t first;

        while ((found = bytes_search(image, text_view(ARM64_IMAGE_BANNER)))) {
                image = bytes_from(image, (size_t) (found - image.data) + strlen(ARM64_IMAGE_BANNER));
                first = bytes_u8(image, 0);
                if (first >= '0' && first <= '9') {
                        *ret_release = image;
                        return true;
                }
        }
        return false;
}

int arm64_image_parse(struct bytes image, uint64_t *ret_memory, struct bytes *ret_release,
                      struct reason *ret_reason) {
        uint64_t offset = bytes_u64(image, OFFSET_TEXT_OFFSET), size = bytes_u64(image, OFFSET_IMAGE_SIZE);

        if (image.size < HEADER_SIZE)
                return reason_set(ret_reason, ERR_TRUNCATED, "shorter than a kernel's header");
        if (bytes_u32(image, OFFSET_MAGIC) != MAGIC)
                return reason_set(ret_reason, ERR_SIGNATURE,
                                  "offset 0x38: no kernel of AArch64 (an Image, also packed)");
        if (size == 0 || size > MEMORY_MAX || offset > MEMORY_MAX)
                return reason_set(ret_reason, ERR_VALUE,
                                  "offset 0x8: text_offset and image_size: not as Linux has them since 3.17");
        if (bytes_u64(image, OFFSET_FLAGS) & FLAG_BIG_ENDIAN)
                return reason_set(ret_reason, ERR_VALUE, "offset 0x18: flags: a big-endian kernel");
        if (!find_release(image, ret_release))
                return reason_set(ret_reason, ERR_VALUE,
                                  "no text \"" ARM64_IMAGE_BANNER "\" with the release of a kernel");
        *ret_memory = offset + size;
        return 0;
}

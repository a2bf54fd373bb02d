/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <lzma.h>
#include <string.h>
#include <zstd.h>

#include "base/arith.h"
#include "base/error.h"
#include "linux/packed-file.h"
#include "posix/memory.h"
#include "tests/fuzz/fuzz.h"

/*
 * Files of kernel modules. The first byte says how the rest is used: as a packed file, or as the content of
 * one that a library packs, in two parts one behind the other; the second byte says where they meet.
 */

#define CONTENT_MAX 65536
#define PACKED_MAX  (CONTENT_MAX + 4096)
#define LIMIT       ((size_t) 1024 * 1024)

static int unpack(struct bytes packed, size_t limit, struct buffer *content) {
        buffer_init(content, &system_allocator);
        return packed_file_unpack(packed, limit, content);
}

/* The limit is exact, and the same bytes come out again. */
static void check_stream(struct bytes packed) {
        struct buffer content, again;
        int r = unpack(packed, LIMIT, &content);

        fuzz_check(r == 0 || r == ERR_TRUNCATED || r == ERR_STREAM || r == ERR_TOO_LARGE);
        fuzz_check(content.size <= LIMIT);
        if (r == 0) {
                fuzz_check(unpack(packed, content.size, &again) == 0);
                fuzz_check(bytes_equal(buffer_bytes(&again), buffer_bytes(&content)));
                buffer_free(&again);
        }
        if (r == 0 && content.size > 0) {
                fuzz_check(unpack(packed, content.size - 1, &again) == ERR_TOO_LARGE);
                buffer_free(&again);
        }
        buffer_free(&content);
}

/* --- the libraries' compressors ------------------------------------------------------------------ */

static void pack_gzip(struct bytes content, struct buffer *packed) {
        fuzz_check(packed_file_gzip(content, packed) == 0);
}

static void pack_xz(struct bytes content, struct buffer *packed) {
        static uint8_t room[PACKED_MAX];
        size_t size = 0;

        fuzz_check(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, content.data, content.size, room, &size,
                                           sizeof(room)) == LZMA_OK);
        buffer_append(packed, bytes_of(room, size));
}

static void pack_zstd(struct bytes content, struct buffer *packed) {
        static uint8_t room[PACKED_MAX];
        size_t size = ZSTD_compress(room, sizeof(room), content.data, content.size, 3);

        fuzz_check(!ZSTD_isError(size));
        buffer_append(packed, bytes_of(room, size));
}

static void (*const packers[])(struct bytes content, struct buffer *packed) = { pack_gzip, pack_xz,
                                                                                pack_zstd };

/* What was packed comes back, and one byte less is too few. */
static void check_made(void (*pack)(struct bytes content, struct buffer *packed), struct bytes content,
                       size_t first) {
        struct buffer packed, unpacked;

        buffer_init(&packed, &system_allocator);
        pack(bytes_first(content, first), &packed);
        pack(bytes_from(content, first), &packed);
        fuzz_check(buffer_error(&packed) == 0);
        fuzz_check(unpack(buffer_bytes(&packed), LIMIT, &unpacked) == 0);
        fuzz_check(bytes_equal(buffer_bytes(&unpacked), content));
        buffer_free(&unpacked);
        fuzz_check(unpack(bytes_first(buffer_bytes(&packed), packed.size - 1), LIMIT, &unpacked) ==
                   ERR_TRUNCATED);
        buffer_free(&unpacked);
        buffer_free(&packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes input = bytes_from(bytes_of(data, size), 2);

        if (size < 2 || input.size > CONTENT_MAX)
                return 0;
        if (data[0] < ARRAY_SIZE(packers))
                check_made(packers[data[0]], input, data[1]);
        else
                check_stream(input);
        return 0;
}

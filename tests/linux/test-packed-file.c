/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* Files packed by gzip, xz and zstd, each as the tool of that name reads it; rows of what is not installed
 * are left out. */
#include "tests/support/test.h"

#include <lzma.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/packed-file.h"
#include "tests/support/scratch.h"

static const struct tool {
        const char *name;
        const char *pack;
        size_t signature_size; /* what is damaged in there is a plain file to us */
} tools[] = {
        { "gzip", "gzip", 2 },
        { "gzip", "gzip -1 -n", 2 },
        { "xz", "xz", 6 },
        { "xz", "xz --check=none", 6 },
        { "xz", "xz --x86 --lzma2=preset=9 --check=sha256", 6 },
        { "zstd", "zstd -q", 4 },
        { "zstd", "zstd -q --no-check -19", 4 },
};

#define SMALL "bytes and bytes and bytes of a module\n"

struct fixture {
        char *root;
        struct buffer packed;
        struct buffer unpacked;
};

static int set_up(void **state) {
        struct fixture *fixture = calloc(1, sizeof(*fixture));

        fixture->root = scratch_make();
        buffer_init(&fixture->packed, &system_allocator);
        buffer_init(&fixture->unpacked, &system_allocator);
        *state = fixture;
        return 0;
}

static int tear_down(void **state) {
        struct fixture *fixture = *state;

        scratch_remove(fixture->root);
        buffer_free(&fixture->packed);
        buffer_free(&fixture->unpacked);
        free(fixture);
        return 0;
}

static int run(const struct fixture *fixture, const char *what) {
        char command[512];
        int status;

        snprintf(command, sizeof(command), "cd %s && { %s; } 2>/dev/null", fixture->root, what);
        status = system(command);
        assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

static bool is_installed(const struct fixture *fixture, const struct tool *tool) {
        char command[64];

        snprintf(command, sizeof(command), "command -v %s >/dev/null", tool->name);
        return run(fixture, command) == 0;
}

/* Appends to the packed bytes what the tool makes of these. */
static void pack(struct fixture *fixture, const struct tool *tool, struct bytes content) {
        char command[256];
        struct bytes packed;

        scratch_write(scratch_path(fixture->root, "content"), content);
        snprintf(command, sizeof(command), "%s -c <content >made", tool->pack);
        assert_int_equal(run(fixture, command), 0);
        packed = test_read_file(scratch_path(fixture->root, "made"));
        buffer_append(&fixture->packed, packed);
        assert_ok(buffer_error(&fixture->packed));
        free((void *) packed.data);
}

static int unpack(struct fixture *fixture, struct bytes packed, size_t limit) {
        buffer_free(&fixture->unpacked);
        return packed_file_unpack(packed, limit, &fixture->unpacked);
}

static void assert_unpacked(struct fixture *fixture, struct bytes wanted) {
        assert_ok(unpack(fixture, buffer_bytes(&fixture->packed), wanted.size));
        assert_true(bytes_equal(buffer_bytes(&fixture->unpacked), wanted));
}

/* Our verdict is that of the tool, which is stricter than its bytes: a warning is one, too. */
static void assert_as_the_tool(struct fixture *fixture, const struct tool *tool, struct bytes packed) {
        char command[64];
        int r = unpack(fixture, packed, 1 << 20);

        scratch_write(scratch_path(fixture->root, "packed"), packed);
        snprintf(command, sizeof(command), "%s -dc <packed >out", tool->name);
        if (run(fixture, command) == 0) {
                struct bytes out = test_read_file(scratch_path(fixture->root, "out"));

                assert_ok(r);
                assert_true(bytes_equal(buffer_bytes(&fixture->unpacked), out));
                free((void *) out.data);
        } else {
                assert_true(r == ERR_STREAM || r == ERR_TRUNCATED || r == ERR_TOO_LARGE);
        }
}

static void append(struct fixture *fixture, const char *bytes, size_t size) {
        buffer_append(&fixture->packed, bytes_of(bytes, size));
        assert_ok(buffer_error(&fixture->packed));
}

static void test_plain(void **state) {
        static const char *const rows[] = { "", "\x1f",
                                            ("\xfd"
                                             "7zXY\1"),
                                            "BZh9", SMALL };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                fixture->packed.size = 0;
                buffer_append_text(&fixture->packed, rows[i]);
                assert_unpacked(fixture, text_view(rows[i]));
        }
        assert_error(unpack(fixture, text_view(SMALL), strlen(SMALL) - 1), ERR_TOO_LARGE);
}

static void each_tool(struct fixture *fixture, void (*test)(struct fixture *, const struct tool *)) {
        for (size_t i = 0; i < ARRAY_SIZE(tools); i++) {
                fixture->packed.size = 0;
                if (is_installed(fixture, &tools[i]))
                        test(fixture, &tools[i]);
        }
}

static void check_sizes(struct fixture *fixture, const struct tool *tool) {
        static uint8_t content[300000];
        static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131072, sizeof(content) };
        struct test_random random = { 1 };

        test_random_fill(&random, content, sizeof(content) / 2); /* and zeros */
        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
                fixture->packed.size = 0;
                pack(fixture, tool, bytes_of(content, sizes[i]));
                assert_unpacked(fixture, bytes_of(content, sizes[i]));
                if (sizes[i] > 0)
                        assert_error(unpack(fixture, buffer_bytes(&fixture->packed), sizes[i] - 1),
                                     ERR_TOO_LARGE);
        }
}

static void test_sizes(void **state) {
        each_tool(*state, check_sizes);
}

/* Each tool can be given what it made several times, one behind the other. */
static void check_several(struct fixture *fixture, const struct tool *tool) {
        pack(fixture, tool, text_view(SMALL));
        pack(fixture, tool, text_view(""));
        pack(fixture, tool, text_view(SMALL));
        assert_unpacked(fixture, text_view(SMALL SMALL));
        assert_as_the_tool(fixture, tool, buffer_bytes(&fixture->packed));
}

static void test_several(void **state) {
        each_tool(*state, check_several);
}

static void check_what_is_behind(struct fixture *fixture, const struct tool *tool) {
        static const struct bytes rows[] = {
                { (const uint8_t *) "\0", 1 },
                { (const uint8_t *) "\0\0\0\0", 4 },
                { (const uint8_t *) "\0\0\0\0\1", 5 },
                { (const uint8_t *) "garbage", 7 },
                { (const uint8_t *) "\x1f\x8b", 2 },
                { (const uint8_t *) "\x50\x2a\x4d\x18\1\0\0\0x", 9 }, /* a frame that zstd skips */
        };
        size_t size;

        pack(fixture, tool, text_view(SMALL));
        size = fixture->packed.size;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                fixture->packed.size = size;
                append(fixture, (const char *) rows[i].data, rows[i].size);
                assert_as_the_tool(fixture, tool, buffer_bytes(&fixture->packed));
        }
}

static void test_what_is_behind(void **state) {
        each_tool(*state, check_what_is_behind);
}

static void check_cut(struct fixture *fixture, const struct tool *tool) {
        pack(fixture, tool, text_view(SMALL));
        for (size_t size = tool->signature_size; size < fixture->packed.size; size++)
                assert_error(unpack(fixture, bytes_first(buffer_bytes(&fixture->packed), size), 1000),
                             ERR_TRUNCATED);
}

static void test_cut(void **state) {
        each_tool(*state, check_cut);
}

static void check_damaged(struct fixture *fixture, const struct tool *tool) {
        pack(fixture, tool, text_view(SMALL));
        for (size_t at = tool->signature_size; at < fixture->packed.size; at++) {
                uint8_t bit = (uint8_t) (1U << at % 8);

                fixture->packed.data[at] ^= bit;
                assert_as_the_tool(fixture, tool, buffer_bytes(&fixture->packed));
                fixture->packed.data[at] ^= bit;
        }
}

static void test_damaged(void **state) {
        each_tool(*state, check_damaged);
}

/* A few bytes can ask for gigabytes. */
static void test_memory(void **state) {
        /* With more threads than one, as xz has since 5.6, a block's header begins with its sizes. */
        static const struct tool one_thread = { "xz", "xz -T1", 6 };
        static const uint8_t none[] = { 0x28, 0xb5, 0x2f, 0xfd, 0, (27 - 10) << 3, 1, 0, 0 };
        uint8_t frame[sizeof(none)];
        struct fixture *fixture = *state;
        uint8_t *block;

        assert_ok(unpack(fixture, bytes_of(none, sizeof(none)), 0));
        memcpy(frame, none, sizeof(none));
        frame[5] = (28 - 10) << 3; /* the window's descriptor (RFC 8878, 3.1.1.1.2) */
        assert_error(unpack(fixture, bytes_of(frame, sizeof(frame)), 0), ERR_TOO_LARGE);

        if (!is_installed(fixture, &one_thread))
                return;
        pack(fixture, &one_thread, text_view(SMALL));
        /* The block's header: its size, flags, the filter, one byte of properties, which is the size of the
         * dictionary, three of padding, a CRC-32. */
        block = fixture->packed.data + 12;
        assert_true(bytes_equal(bytes_of(block, 4), bytes_of("\2\0\x21\1", 4)));
        block[4] = 32; /* 256 MiB */
        store_u32(block + 8, lzma_crc32(block, 8, 0));
        assert_error(unpack(fixture, buffer_bytes(&fixture->packed), 1000), ERR_TOO_LARGE);
}

static void test_read(void **state) {
        struct fixture *fixture = *state;
        const char *path = scratch_path(fixture->root, "made");

        pack(fixture, &tools[0], text_view(SMALL));
        assert_ok(packed_file_read(path, 1000, &fixture->unpacked));
        assert_true(bytes_equal(buffer_bytes(&fixture->unpacked), text_view(SMALL)));
        assert_error(packed_file_read(path, 10, &fixture->unpacked), ERR_TOO_LARGE);
        assert_error(packed_file_read("/nothing", 10, &fixture->unpacked), ERR_NOT_FOUND);
}

static void test_gzip(void **state) {
        struct fixture *fixture = *state;
        struct buffer again;

        buffer_init(&again, &system_allocator);
        assert_ok(packed_file_gzip(text_view(SMALL), &fixture->packed));
        assert_unpacked(fixture, text_view(SMALL));
        assert_as_the_tool(fixture, &tools[0], buffer_bytes(&fixture->packed));
        assert_ok(packed_file_gzip(text_view(SMALL), &again));
        assert_true(bytes_equal(buffer_bytes(&again), buffer_bytes(&fixture->packed)));
        buffer_free(&again);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(plain),   TEST(sizes),  TEST(several), TEST(what_is_behind), TEST(cut),
                TEST(damaged), TEST(memory), TEST(read),    TEST(gzip),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

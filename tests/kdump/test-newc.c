/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <sys/stat.h>

#include "kdump/newc.h"
#include "tests/support/newc-reader.h"
#include "tests/support/scratch.h"

static const struct newc_member members[] = {
        { "d", S_IFDIR | 0700, 1, { NULL, 0 } },
        { "d/three", S_IFREG | 0600, 2, { (const uint8_t *) "abc", 3 } },
        { "d/four", S_IFREG | 0700, 3, { (const uint8_t *) "abcd", 4 } },
        { "d/none", S_IFREG | 0600, 4, { NULL, 0 } },
};

static void make(struct buffer *archive) {
        buffer_init(archive, &system_allocator);
        for (size_t i = 0; i < ARRAY_SIZE(members); i++)
                assert_ok(newc_append(archive, &members[i]));
        assert_ok(newc_end(archive));
}

/* Written by hand from the specification. */
static void test_bytes(NO_STATE) {
        static const char wanted[] = "070701"
                                     "0000000a" /* inode */
                                     "000081c0" /* mode */
                                     "00000000" /* user */
                                     "00000000" /* group */
                                     "00000001" /* links */
                                     "00000000" /* time */
                                     "00000005" /* size */
                                     "00000000" /* device */
                                     "00000000"
                                     "00000000" /* device that it is */
                                     "00000000"
                                     "00000005" /* size of the name with its NUL */
                                     "00000000" /* checksum */
                                     "init\0\0"
                                     "hello\0\0\0"
                                     "070701"
                                     "00000000000000000000000000000000"
                                     "00000001" /* links */
                                     "000000000000000000000000000000000000000000000000"
                                     "0000000b" /* size of the name */
                                     "00000000"
                                     "TRAILER!!!\0\0\0"; /* and the literal's own NUL */
        struct newc_member init = { "init", S_IFREG | 0700, 10, text_view("hello") };
        struct buffer archive;

        buffer_init(&archive, &system_allocator);
        assert_ok(newc_append(&archive, &init));
        assert_ok(newc_end(&archive));
        assert_true(bytes_equal(buffer_bytes(&archive), bytes_of(wanted, sizeof(wanted))));
        buffer_free(&archive);
}

static void test_members(NO_STATE) {
        struct newc_entry entry;
        struct buffer archive;
        struct bytes rest;

        make(&archive);
        rest = buffer_bytes(&archive);
        for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
                assert_true(newc_next(&rest, &entry));
                assert_string_equal(entry.name, members[i].name);
                assert_int_equal(entry.mode, members[i].mode);
                assert_int_equal(entry.inode, members[i].inode);
                assert_true(bytes_equal(entry.content, members[i].content));
        }
        assert_false(newc_next(&rest, &entry));
        buffer_free(&archive);
}

static void assert_unpacked(const char *root) {
        for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
                const char *path = scratch_path(root, members[i].name);
                struct bytes content;
                struct stat found;

                assert_int_equal(stat(path, &found), 0);
                assert_int_equal(found.st_mode, members[i].mode);
                if (S_ISDIR(found.st_mode))
                        continue;
                content = test_read_file(path);
                assert_true(bytes_equal(content, members[i].content));
                free((void *) content.data);
        }
}

/* What others make of it: those that are installed. */
static void test_other_readers(NO_STATE) {
        static const char *const readers[][2] = {
                { "busybox", "busybox cpio -i" },
                { "cpio", "cpio -i --quiet" },
                { "bsdtar", "bsdtar -x -p -f -" },
        };
        struct buffer archive;
        unsigned count = 0;

        make(&archive);
        for (size_t i = 0; i < ARRAY_SIZE(readers); i++) {
                char *root = scratch_make(), command[512];

                snprintf(command, sizeof(command), "command -v %s >/dev/null", readers[i][0]);
                if (system(command) == 0) {
                        scratch_write(scratch_path(root, "archive"), buffer_bytes(&archive));
                        snprintf(command, sizeof(command), "cd %s && %s <archive", root, readers[i][1]);
                        assert_int_equal(system(command), 0);
                        assert_unpacked(root);
                        count++;
                }
                scratch_remove(root);
        }
        buffer_free(&archive);
        if (count == 0)
                skip();
}

/* The content is not looked at: a size is enough. */
static void test_too_large(NO_STATE) {
        struct newc_member large = { "x", S_IFREG | 0600, 1, bytes_of("", (size_t) UINT32_MAX + 1) };
        struct buffer archive;

        buffer_init(&archive, &system_allocator);
        assert_error(newc_append(&archive, &large), ERR_TOO_LARGE);
        assert_int_equal(archive.size, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_bytes),
                cmocka_unit_test(test_members),
                cmocka_unit_test(test_other_readers),
                cmocka_unit_test(test_too_large),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

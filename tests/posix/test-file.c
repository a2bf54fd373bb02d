/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "posix/file.h"

#include <unistd.h>

#include "base/units.h"
#include "tests/support/fake-allocator.h"
#include "tests/support/test.h"

/* A file with a hole, which takes no disk. */
static int make_file(off_t size) {
        char path[] = "/tmp/pstore-fw-test-XXXXXX";
        int fd = mkstemp(path);

        assert_true(fd >= 0);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(ftruncate(fd, size), 0);
        return fd;
}

/* Each time that a buffer grows all that is in it may be copied. */
static void test_a_long_file_is_not_copied_for_each_piece(NO_STATE) {
        struct fake_allocator memory;
        struct buffer buffer;
        int fd = make_file(16 * MIB);

        fake_allocator_init(&memory);
        buffer_init(&buffer, &memory.allocator);
        assert_ok(file_read_all(fd, 16 * MIB, &buffer));
        assert_int_equal(buffer.size, 16 * MIB);
        assert_true(memory.calls < 40);
        buffer_free(&buffer);
        close(fd);
}

static void test_one_byte_too_many(NO_STATE) {
        struct buffer buffer;
        int fd = make_file(MIB + 1);

        buffer_init(&buffer, &system_allocator);
        assert_error(file_read_all(fd, MIB, &buffer), ERR_TOO_LARGE);
        buffer_free(&buffer);
        close(fd);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_long_file_is_not_copied_for_each_piece),
                cmocka_unit_test(test_one_byte_too_many),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

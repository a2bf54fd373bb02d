/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>

#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "tests/support/scratch.h"

/* What is in the way is not what is missing, nor what was asked for wrongly. */
static void test_directories_and_files_that_are_mixed_up(NO_STATE) {
        char *directory = scratch_make();
        _cleanup_buffer_ struct buffer text;

        buffer_init(&text, &system_allocator);
        scratch_write(scratch_path(directory, "file"), text_view("x"));
        assert_error(file_read_at(AT_FDCWD, scratch_path(directory, "file/below"), 10, &text),
                     ERR_NOT_DIRECTORY);
        assert_error(file_read_at(AT_FDCWD, directory, 10, &text), ERR_IS_DIRECTORY);
        assert_error(file_read_at(AT_FDCWD, scratch_path(directory, "none"), 10, &text), ERR_NOT_FOUND);
        scratch_remove(directory);
}

static void test_a_number_that_says_no_more(NO_STATE) {
        assert_error(errno_to_error(EIO), ERR_IO);
        assert_error(errno_to_error(0), ERR_IO);
        assert_error(errno_to_error(100000), ERR_IO);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_directories_and_files_that_are_mixed_up),
                cmocka_unit_test(test_a_number_that_says_no_more),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

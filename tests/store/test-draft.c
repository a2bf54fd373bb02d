/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "pstore/variable-name.h"
#include "store/draft.h"

#define NAME "dump-type0-1-1-1709210119-D" /* 27 characters: 56 bytes of UCS-2 with the NUL */

static char log_text[VARIABLE_DATA_MAX + 2];

static int check(size_t log_size, const struct source_space *space) {
        const struct record_draft draft = { .log = bytes_of(log_text, log_size), .seconds = 1709210119 };

        return draft_check_variable(&draft, NAME, space);
}

static void test_names_are_the_kernels(NO_STATE) {
        const struct record_draft draft = { .seconds = 1709210119 };
        char name[RECORD_NAME_SIZE];
        struct variable_name parsed;

        draft_variable_name(&draft, 1, name);
        assert_string_equal(name, NAME);
        draft_variable_name(&draft, DRAFT_COUNT_MAX, name);
        assert_string_equal(name, "dump-type0-1-999-1709210119-D");
        assert_ok(variable_name_parse(text_view(name), &parsed));
        assert_int_equal(parsed.compression, VARIABLE_COMPRESSION_NO);
        assert_int_equal(parsed.type, RECORD_TYPE_DMESG);
}

static void test_a_kernel_could_read_it_back(NO_STATE) {
        static const struct source_space unknown = { 0 };

        assert_ok(check(0, &unknown));
        assert_ok(check(VARIABLE_DATA_MAX, &unknown));
        assert_error(check(VARIABLE_DATA_MAX + 1, &unknown), ERR_TOO_LARGE);
}

static void test_the_reserve_stays(NO_STATE) {
        const uint64_t needed = 100 + 56 + VARIABLE_HEADER_SIZE;
        struct source_space space = { .known = true, .total = 262000 };

        space.remaining = needed + VARIABLE_RESERVE;
        assert_ok(check(100, &space));
        space.remaining--;
        assert_error(check(100, &space), ERR_NO_SPACE);
        space.remaining = needed - 1; /* less than the record itself: no difference may wrap */
        assert_error(check(100, &space), ERR_NO_SPACE);
        space.remaining = 0;
        assert_error(check(0, &space), ERR_NO_SPACE);
        space.remaining = UINT64_MAX;
        assert_ok(check(100, &space));
}

static void test_too_large_is_said_before_no_space(NO_STATE) {
        const struct source_space full = { .known = true };

        assert_error(check(VARIABLE_DATA_MAX + 1, &full), ERR_TOO_LARGE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names_are_the_kernels),
                cmocka_unit_test(test_a_kernel_could_read_it_back),
                cmocka_unit_test(test_the_reserve_stays),
                cmocka_unit_test(test_too_large_is_said_before_no_space),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

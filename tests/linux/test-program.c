/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "linux/program.h"

static int read_shell(const char *script, size_t limit, struct buffer *output) {
        const char *const command[] = { "/bin/sh", "-c", script, NULL };

        return program_read(command, limit, output);
}

static void test_read(NO_STATE) {
        struct buffer output;

        buffer_init(&output, &system_allocator);
        buffer_append(&output, text_view("before "));
        assert_ok(read_shell("printf out; printf err >&2", 6, &output));
        assert_true(bytes_equal(buffer_bytes(&output), text_view("before outerr")));
        output.size = 0;
        assert_error(read_shell("printf 1234567", 6, &output), ERR_TOO_LARGE);
        output.size = 0;
        assert_error(read_shell("while :; do echo more; done", 6000, &output), ERR_TOO_LARGE);
        output.size = 0;
        assert_error(read_shell("echo why; exit 3", 6, &output), ERR_FAILED);
        assert_true(bytes_equal(buffer_bytes(&output), text_view("why\n")));
        buffer_free(&output);
}

/* Exactly as long as what was said, so that a byte behind it would be seen. */
static void assert_first_line(const char *said, const char *line) {
        struct buffer output;

        buffer_init(&output, &system_allocator);
        buffer_append(&output, text_view(said));
        assert_true(bytes_equal(program_first_line(&output), text_view(line)));
        buffer_free(&output);
}

static void test_first_line(NO_STATE) {
        assert_first_line("", "");
        assert_first_line("why", "why");
        assert_first_line("why\nand more\n", "why");
        assert_first_line("\nsaid late\n", "");
}

static void test_call(NO_STATE) {
        static const struct {
                const char *script;
                int error;
        } rows[] = {
                { "exit 0", 0 },
                { "exit 3", ERR_FAILED },
                { "kill -9 $$", ERR_FAILED },
        };
        const char *const nobody[] = { "/no/such/program", NULL };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                const char *const command[] = { "/bin/sh", "-c", rows[i].script, NULL };

                assert_error(program_call(command), rows[i].error);
        }
        assert_error(program_call(nobody), ERR_FAILED);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_read),
                cmocka_unit_test(test_first_line),
                cmocka_unit_test(test_call),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

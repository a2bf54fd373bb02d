/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "store/no-records.h"

static struct record_source sources[] = {
        { .spec = "efivarfs", .of_machine = true },
        { .spec = "pstorefs", .of_machine = true, .location = "/sys/fs/pstore" },
        { .spec = "pstorefs:/x", .location = "/x" },
        { .spec = "pstorefs:/y", .location = "/y", .nature = "a directory, and no pstorefs" },
        { .spec = "dir:/z", .location = "/z", .of_machine = true, .is_archive = true },
        { 0 }, /* that could not be made */
};

static void test_where_was_looked(NO_STATE) {
        static const struct {
                int errors[ARRAY_SIZE(sources)];
                const char *line;
        } rows[] = {
                { { 0 },
                  "no records in efivarfs, pstorefs (/sys/fs/pstore), pstorefs:/x, pstorefs:/y (a directory, "
                  "and no pstorefs), dir:/z" },
                { { ERR_NO_STORE, 0, ERR_IO, ERR_IO, ERR_NO_STORE },
                  "no records in pstorefs (/sys/fs/pstore); not on this machine: efivarfs" },
                { { ERR_NO_STORE, ERR_NO_STORE, ERR_IO, ERR_IO, ERR_NO_STORE, ERR_NO_STORE },
                  "no records; not on this machine: efivarfs, pstorefs (/sys/fs/pstore)" },
                { { ERR_IO, ERR_IO, ERR_IO, ERR_IO, ERR_IO }, "no records" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct session session = { 0 };
                char line[NO_RECORDS_SIZE];
                struct text text = TEXT_ON(line);

                for (size_t k = 0; k < ARRAY_SIZE(sources); k++)
                        session_add(&session, &sources[k], rows[i].errors[k]);
                no_records_describe(&session, &text);
                assert_string_equal(line, rows[i].line);
        }
}

static void test_long_specs_are_cut(NO_STATE) {
        static char spec[5000];
        struct record_source source = { .spec = spec };
        struct session session = { 0 };
        char line[NO_RECORDS_SIZE];
        struct text text = TEXT_ON(line);

        memset(spec, 'x', sizeof(spec) - 1);
        session_add(&session, &source, 0);
        no_records_describe(&session, &text);
        assert_true(text.truncated);
        assert_int_equal(strlen(line), sizeof(line) - 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_where_was_looked),
                cmocka_unit_test(test_long_specs_are_cut),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

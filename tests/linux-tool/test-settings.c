/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <sys/stat.h>

#include "linux-tool/settings.h"
#include "tests/support/scratch.h"

#define EXAMPLE "services/pstore-fw.conf"
#define MANUAL  "docs/COLLECT.md"
#define FILE_OF "/etc/pstore-fw/pstore-fw.conf"

static char *root;
static struct settings settings;
static struct reason reason;

static int begin(NO_STATE) {
        root = scratch_make();
        settings_default(&settings);
        return 0;
}

static int end(NO_STATE) {
        scratch_remove(root);
        return 0;
}

static int read_system(void) {
        return settings_read(root, NULL, &settings, &reason);
}

static void assert_is_default(void) {
        struct settings ours;

        settings_default(&ours);
        assert_string_equal(settings.directory, ours.directory);
        assert_int_equal(settings.keep_events, ours.keep_events);
        assert_int_equal(settings.keep_bytes, ours.keep_bytes);
        assert_int_equal(settings.clear, ours.clear);
}

static void test_nothing_said(NO_STATE) {
        assert_ok(read_system());
        assert_string_equal(settings.directory, "/var/lib/pstore-fw");
        assert_int_equal(settings.keep_events, 100);
        assert_int_equal(settings.keep_bytes, 256u << 20);
        assert_int_equal(settings.clear, COLLECT_CLEAR_CRASHES);
}

static void test_everything_said(NO_STATE) {
        scratch_put(root, FILE_OF, "directory = /d\nkeep_events = 7\nkeep_bytes = 3G\nclear = none\n");
        assert_ok(read_system());
        assert_string_equal(settings.directory, "/d");
        assert_int_equal(settings.keep_events, 7);
        assert_true(settings.keep_bytes == (uint64_t) 3 << 30);
        assert_int_equal(settings.clear, COLLECT_CLEAR_NONE);
}

/* By their names, wherever they lie; of one name in two places the administrator's is read alone. */
static void test_drop_ins_in_order(NO_STATE) {
        scratch_put(root, FILE_OF, "keep_events = 1\nkeep_bytes = 1\n");
        scratch_put(root, "/etc/pstore-fw/pstore-fw.conf.d/20-b.conf", "keep_events = 4\n");
        scratch_put(root, "/run/pstore-fw/pstore-fw.conf.d/30-c.conf", "keep_events = 5\n");
        scratch_put(root, "/usr/lib/pstore-fw/pstore-fw.conf.d/10-a.conf", "keep_events = 3\nclear = all\n");
        scratch_put(root, "/usr/lib/pstore-fw/pstore-fw.conf.d/40-d.conf",
                    "keep_events = 6\nkeep_bytes = 9\n");
        scratch_put(root, "/etc/pstore-fw/pstore-fw.conf.d/40-d.conf", "\n");
        assert_ok(read_system());
        assert_int_equal(settings.keep_events, 5);
        assert_int_equal(settings.keep_bytes, 1);
        assert_int_equal(settings.clear, COLLECT_CLEAR_ALL);
}

static void test_what_is_no_drop_in(NO_STATE) {
        scratch_put(root, "/etc/pstore-fw/pstore-fw.conf.d/a.conf~", "nonsense\n");
        scratch_put(root, "/etc/pstore-fw/pstore-fw.conf.d/.a.conf", "nonsense\n");
        scratch_put(root, "/etc/pstore-fw/pstore-fw.conf.d/README", "nonsense\n");
        assert_ok(read_system());
        assert_is_default();
}

/* Whichever of them is wrong, nothing of any counts. */
static void test_all_or_nothing(NO_STATE) {
        static const struct {
                const char *file, *text, *why;
        } rows[] = {
                { FILE_OF, "keep_events = 3\nkeep_bytes = many\n",
                  FILE_OF ": line 2: keep_bytes: 'many' is no size: a number, and K, M or G" },
                { "/etc/pstore-fw/pstore-fw.conf.d/b.conf", "\n\nclear = yes\n",
                  "b.conf: line 3: clear: 'yes' is none of crashes, all and none" },
                { "/run/pstore-fw/pstore-fw.conf.d/b.conf", "keep = 3\n",
                  "b.conf: line 1: keep: no such setting" },
                { "/usr/lib/pstore-fw/pstore-fw.conf.d/b.conf", "directory = var\n",
                  "b.conf: line 1: directory: 'var' is no absolute path" },
                { FILE_OF, "[collect]\n", "line 1: collect: there are no sections" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                end(NULL);
                begin(NULL);
                scratch_put(root, "/etc/pstore-fw/pstore-fw.conf.d/a.conf", "keep_events = 8\n");
                scratch_put(root, rows[i].file, rows[i].text);
                assert_error(read_system(), ERR_VALUE);
                test_assert_contains(reason.text, rows[i].why);
                assert_is_default();
        }
}

static void test_a_drop_in_that_cannot_be_read(NO_STATE) {
        scratch_put(root, "/etc/pstore-fw/pstore-fw.conf.d/a.conf/x", "");
        assert_true(read_system() < 0);
        test_assert_contains(reason.text, "a.conf: ");
        assert_is_default();
}

static void test_a_named_file(NO_STATE) {
        scratch_put(root, FILE_OF, "keep_events = 1\n");
        scratch_put(root, "/x", "keep_events = 2\n");
        scratch_put(root, "/x.d/y.conf", "keep_bytes = 5K\n");
        assert_ok(settings_read("", scratch_path(root, "x"), &settings, &reason));
        assert_int_equal(settings.keep_events, 2);
        assert_int_equal(settings.keep_bytes, 5 * 1024);
        assert_error(settings_read("", scratch_path(root, "z"), &settings, &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "/z: ");
}

/* --- the example and the manual ----------------------------------------------------------------- */

/* As it is nothing, and without its '#' the default: "#name = value" only, prose has a blank behind it. */
static char *example(bool without_comments) {
        struct bytes file = test_read_file(EXAMPLE);
        char *text = calloc(1, file.size + 2), *copy = strndup((const char *) file.data, file.size);
        char *rest = copy, *line;

        while ((line = strsep(&rest, "\n"))) {
                bool is_setting = line[0] == '#' && line[1] != ' ' && strstr(line, " = ");

                strcat(strcat(text, line + (without_comments && is_setting)), "\n");
        }
        free(copy);
        free((void *) file.data);
        return text;
}

static void test_the_example_is_the_default(NO_STATE) {
        for (int without_comments = 0; without_comments < 2; without_comments++) {
                char *text = example(without_comments);

                scratch_put(root, FILE_OF, text);
                assert_ok(read_system());
                assert_is_default();
                free(text);
        }
}

static void test_every_setting_is_described(NO_STATE) {
        const struct settings_table table = settings_table(&settings);
        struct bytes file = test_read_file(MANUAL);
        char *manual = strndup((const char *) file.data, file.size), *text = example(true);

        for (size_t i = 0; i < table.row_count; i++) {
                char line[64], row[64];

                snprintf(line, sizeof(line), "\n%s = ", table.rows[i].name);
                snprintf(row, sizeof(row), "| `%s` |", table.rows[i].name);
                test_assert_contains(text, line);
                test_assert_contains(manual, row);
        }
        free(text);
        free(manual);
        free((void *) file.data);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_nothing_said),
                TEST(test_everything_said),
                TEST(test_drop_ins_in_order),
                TEST(test_what_is_no_drop_in),
                TEST(test_all_or_nothing),
                TEST(test_a_drop_in_that_cannot_be_read),
                TEST(test_a_named_file),
                TEST(test_the_example_is_the_default),
                TEST(test_every_setting_is_described),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "linux-tool/verb/kdump-options.h"
#include "tests/support/scratch.h"

#define EXAMPLE "services/kdump.conf"

static void give(struct options *options, const struct option *option, const char *text, uint64_t number) {
        options->given[options->given_count++] = (struct given_option){ option, text, number };
}

static int load_text(const char *text, struct options options, struct kdump_settings *settings) {
        char *directory = scratch_make();
        const char *path = scratch_path(directory, "kdump.conf");
        int r;

        give(&options, &option_config, path, 0);
        scratch_write(path, text_view(text));
        r = kdump_settings_load(&options, settings);
        scratch_remove(directory);
        return r;
}

static void test_nothing_said(NO_STATE) {
        struct kdump_settings settings;

        assert_ok(load_text("", (struct options){ 0 }, &settings));
        assert_int_equal(settings.path, CRASH_PATH_AUTO);
        assert_string_equal(settings.directory, "/var/lib/pstore-fw");
        assert_string_equal(settings.kernel, "");
        assert_true(settings.image);
        assert_int_equal(settings.reserve_mib, 0);
        assert_int_equal(settings.initramfs, KDUMP_INITRAMFS_OWN);
        assert_int_equal(settings.plan.dump_level, 31);
        assert_int_equal(settings.plan.keep, 5);
}

static void test_everything_said(NO_STATE) {
        struct kdump_settings settings;

        assert_ok(load_text(
                "path = both\ndirectory = /d\nkernel = /k\nimage_tool = m\nlog_tool = /v\nimage = no\n"
                "append = a b\nmodules = c d\ninitramfs = distribution\nreserve_mib = 72\n"
                "compression = zlib\ndump_level = 17\nkeep = 2\ndisk_seconds = 9\nbound_seconds = 99\n",
                (struct options){ 0 }, &settings));
        assert_int_equal(settings.path, CRASH_PATH_BOTH);
        assert_string_equal(settings.directory, "/d");
        assert_string_equal(settings.kernel, "/k");
        assert_string_equal(settings.image_tool, "m");
        assert_string_equal(settings.log_tool, "/v");
        assert_false(settings.image);
        assert_string_equal(settings.append, "a b");
        assert_string_equal(settings.modules, "c d");
        assert_int_equal(settings.initramfs, KDUMP_INITRAMFS_DISTRIBUTION);
        assert_int_equal(settings.reserve_mib, 72);
        assert_string_equal(settings.plan.compression, "zlib");
        assert_int_equal(settings.plan.dump_level, 17);
        assert_int_equal(settings.plan.keep, 2);
        assert_int_equal(settings.plan.disk_seconds, 9);
        assert_int_equal(settings.plan.bound_seconds, 99);
}

static void test_an_option_counts_more(NO_STATE) {
        struct options options = { 0 };
        struct kdump_settings settings;

        give(&options, &option_path, "kdump", CRASH_PATH_KDUMP);
        give(&options, &option_reserve, "64M", 64);
        give(&options, &option_kernel, "/other", 0);
        give(&options, &option_output, "/dumps", 0);
        assert_ok(load_text("path = pstore\nreserve_mib = 99\nkernel = /k\ndirectory = /d\nkeep = 7\n",
                            options, &settings));
        assert_int_equal(settings.path, CRASH_PATH_KDUMP);
        assert_int_equal(settings.reserve_mib, 64);
        assert_string_equal(settings.kernel, "/other");
        assert_string_equal(settings.directory, "/dumps");
        assert_int_equal(settings.plan.keep, 7);
}

/* Half a name would be another directory. */
static void test_an_option_that_is_too_long(NO_STATE) {
        static char name[2 * PATH_MAX];
        struct options output = { 0 }, kernel = { 0 };
        struct kdump_settings settings;

        give(&output, &option_output, name, 0);
        give(&kernel, &option_kernel, name, 0);
        memset(name, 'd', sizeof(name) - 1);
        name[0] = '/';
        assert_error(load_text("", output, &settings), ERR_TOO_LARGE);
        assert_error(load_text("", kernel, &settings), ERR_TOO_LARGE);
}

/* What stands behind it would have no effect, and nobody would be told. */
static void test_a_nul_in_the_file(NO_STATE) {
        static const char text[] = "keep = 7\n\0path = kdump\n";
        char *directory = scratch_make();
        const char *path = scratch_path(directory, "kdump.conf");
        struct options options = { 0 };
        struct kdump_settings settings;

        give(&options, &option_config, path, 0);
        scratch_write(path, bytes_of(text, sizeof(text) - 1));
        assert_error(kdump_settings_load(&options, &settings), ERR_VALUE);
        scratch_remove(directory);
}

/* A file is taken whole or not at all. */
static void test_wrong_files(NO_STATE) {
        static const char *const files[] = {
                "path = none\n",
                "path = \n",
                "directory = var\n",
                "image = maybe\n",
                "initramfs = no\n",
                "watchdog = yes\n",
                "reserve_mib = 80M\n",
                "reserve_mib = 65537\n",
                "dump_level = 32\n",
                "compression = xz\n",
                "bound_seconds = 9\n",
                "keep = 0\n",
                "kept = 5\n",
                "[kdump]\nkeep = 5\n",
                "keep\n",
                "uuid = 1\n",
                "append = debug panic=0\n",
                "append = debug -- \n",
        };

        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                struct kdump_settings settings = { .reserve_mib = 77 };

                if (load_text(files[i], (struct options){ 0 }, &settings) != ERR_VALUE)
                        fail_msg("taken: %s", files[i]);
                assert_int_equal(settings.reserve_mib, 77);
        }
}

static void test_a_named_file_has_to_be_there(NO_STATE) {
        struct options options = { 0 };
        struct kdump_settings settings;

        give(&options, &option_config, "/nowhere/kdump.conf", 0);
        assert_error(kdump_settings_load(&options, &settings), ERR_NOT_FOUND);
}

static void print(struct kdump_settings *settings, char *buffer, size_t size) {
        struct settings_table tables[KDUMP_SETTINGS_TABLES];
        struct text text = text_on(buffer, size);

        kdump_settings_tables(settings, tables);
        assert_ok(settings_put(tables, KDUMP_SETTINGS_TABLES, &text));
}

/* The example with its settings no comments any more: "#name = value" only, prose has more words. */
static char *example_without_comments(void) {
        struct bytes file = test_read_file(EXAMPLE);
        char *text = calloc(1, file.size + 1), *copy = strndup((const char *) file.data, file.size);
        char *rest = copy, *line, name[64], equals[2];

        while ((line = strsep(&rest, "\n")))
                if (sscanf(line, "#%63s %1s", name, equals) == 2 && line[1] != ' ' && equals[0] == '=')
                        strcat(strcat(text, line + 1), "\n");
        free(copy);
        free((void *) file.data);
        return text;
}

static bool has_setting(const char *text, const char *name) {
        size_t length = strlen(name);

        for (const char *line = text; *line; line = strchr(line, '\n') + 1)
                if (strncmp(line, name, length) == 0 && strncmp(line + length, " = ", 3) == 0)
                        return true;
        return false;
}

static void test_the_example_changes_nothing(NO_STATE) {
        struct options options = { 0 };
        struct kdump_settings settings, ours;
        char got[4096], wanted[4096];

        kdump_settings_default(&ours);
        give(&options, &option_config, EXAMPLE, 0);
        assert_ok(kdump_settings_load(&options, &settings));
        print(&settings, got, sizeof(got));
        print(&ours, wanted, sizeof(wanted));
        assert_string_equal(got, wanted);
}

/* Every setting is in the example; where there is a default, that is what stands there. */
static void test_the_example_has_every_setting(NO_STATE) {
        struct settings_table tables[KDUMP_SETTINGS_TABLES];
        struct kdump_settings settings, ours;
        char *text = example_without_comments(), got[4096], wanted[4096], *rest, *line;

        assert_ok(load_text(text, (struct options){ 0 }, &settings));
        kdump_settings_tables(&settings, tables);
        for (size_t t = 0; t < KDUMP_SETTINGS_TABLES; t++)
                for (size_t i = 0; i < tables[t].row_count; i++)
                        if (!has_setting(text, tables[t].rows[i].name))
                                fail_msg("not in " EXAMPLE ": %s", tables[t].rows[i].name);
        kdump_settings_default(&ours);
        print(&ours, wanted, sizeof(wanted));
        print(&settings, got, sizeof(got));
        rest = wanted;
        while ((line = strsep(&rest, "\n")))
                if (!strstr(got, line))
                        fail_msg("another default in " EXAMPLE ", not: %s", line);
        free(text);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nothing_said),
                cmocka_unit_test(test_everything_said),
                cmocka_unit_test(test_an_option_counts_more),
                cmocka_unit_test(test_an_option_that_is_too_long),
                cmocka_unit_test(test_a_nul_in_the_file),
                cmocka_unit_test(test_wrong_files),
                cmocka_unit_test(test_a_named_file_has_to_be_there),
                cmocka_unit_test(test_the_example_changes_nothing),
                cmocka_unit_test(test_the_example_has_every_setting),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

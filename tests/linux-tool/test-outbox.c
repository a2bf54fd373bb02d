/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* What the application dumped on the ESP goes on from there: collect copies it, and clears what has arrived.
 */
#include "tests/support/program-fixture.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux-tool/options.h"
#include "linux/dump-directory.h"

#define FOREIGN "414e6bdd-e47b-47cc-b244-bb61020cf516"

static struct {
        char *directory;
        char path[4200], spec[4300]; /* of the outbox */
        char store[4200];            /* the SPEC of an image */
        char target[4200], settings[4200];
} f;

static void dump_into_outbox(const char *source) {
        struct program program;

        program_run(&program, NULL, "dump", "-q", "--source", source, "--output", f.path, NULL);
        program_free(&program);
}

static int begin(NO_STATE) {
        struct bytes image = test_read_file("tests/data/erst-image/linux-6.1-panic.bin");

        f.directory = scratch_make();
        snprintf(f.path, sizeof(f.path), "%s/esp" ESP_DUMPS, f.directory);
        snprintf(f.spec, sizeof(f.spec), "dir:%s", f.path);
        snprintf(f.store, sizeof(f.store), "erst-image:%s/erst", f.directory);
        snprintf(f.target, sizeof(f.target), "%s/target", f.directory);
        snprintf(f.settings, sizeof(f.settings), "%s/conf", f.directory);
        scratch_write(strchr(f.store, ':') + 1, image);
        scratch_write(f.settings, text_view(""));
        free((void *) image.data);
        dump_into_outbox(f.store);
        assert_int_equal(scratch_count_files(f.path), 3);
        return 0;
}

static int end(NO_STATE) {
        scratch_remove(f.directory);
        return 0;
}

/* `first` is a source that is named before it, as defaults are, or NULL; the messages are to be freed. */
static char *collect(const char *first, int status) {
        struct program program;

        program_run(&program, NULL, "collect", "--volatile-copy", "--output", f.target, "--config",
                    f.settings, "--source", first ? first : f.spec, first ? "--source" : NULL, f.spec, NULL);
        program_assert_status(&program, status);
        free(program.output);
        return program.messages;
}

static void assert_collects(const char *first, int status, const char *said) {
        char *messages = collect(first, status);

        test_assert_contains(messages, said);
        free(messages);
}

static void assert_is_there(const char *directory, const char *name, bool wanted) {
        if ((access(scratch_path(directory, name), F_OK) == 0) != wanted)
                fail_msg("%s/%s", directory, name);
}

static void assert_arrived(void) {
        char path[8400], *log = program_fixture_erst_log();
        struct bytes got;

        snprintf(path, sizeof(path), "%s/" PROGRAM_ERST_EVENT "/dmesg.txt", f.target);
        got = test_read_file(path);
        assert_true(bytes_equal(got, text_view(log)));
        free((void *) got.data);
        free(log);
        assert_is_there(f.target, PROGRAM_ERST_EVENT ".2", false);
}

static void assert_store_has(size_t records) {
        struct program program;

        program_run(&program, NULL, "list", "--source", f.store, NULL);
        program_assert_status(&program, records > 0 ? EXIT_DONE : EXIT_NOTHING);
        program_free(&program);
}

/* --- what goes on ------------------------------------------------------------------------------- */

static void test_what_arrived_is_gone(NO_STATE) {
        assert_collects(NULL, EXIT_DONE, "2 records safe in ");
        assert_arrived();
        assert_int_equal(scratch_count_files(f.path), 0);
        assert_is_there(f.path, PROGRAM_ERST_EVENT, false);
        assert_collects(NULL, EXIT_DONE, "no records");
        assert_int_equal(scratch_count_files(f.target), 3);
}

static void test_a_store_that_has_it_too(NO_STATE) {
        assert_collects(f.store, EXIT_DONE, "2 cleared");
        assert_arrived();
        assert_int_equal(scratch_count_files(f.path), 0);
        assert_store_has(0);
}

/* The application came to clear one of the records: the dump goes as a whole. */
static void test_a_store_that_has_some_of_it(NO_STATE) {
        struct program program;
        char first[4300];

        snprintf(first, sizeof(first), "%s/first", f.directory);
        program_run(&program, "y\n", "clear", "--volatile-copy", "--yes", "--source", f.store, "--output",
                    first, "erst:65e079fe00000002", NULL);
        program_assert_status(&program, EXIT_DONE);
        program_free(&program);
        assert_store_has(1);
        assert_collects(f.store, EXIT_DONE, "2 records safe in ");
        assert_arrived();
        assert_int_equal(scratch_count_files(f.path), 0);
        assert_store_has(0);
}

/* What lies in the target already, which is a source as well. */
static void test_a_target_that_has_it_too(NO_STATE) {
        char target[4300];

        snprintf(target, sizeof(target), "dir:%s", f.target);
        assert_collects(NULL, EXIT_DONE, "2 cleared");
        dump_into_outbox(f.store);
        assert_collects(target, EXIT_DONE, "2 cleared");
        assert_arrived();
        assert_int_equal(scratch_count_files(f.path), 0);
        assert_int_equal(scratch_count_files(f.target), 3);
}

/* A copy that is broken is none, and stays; the whole one is beside it. */
static void test_a_target_whose_copy_is_broken(NO_STATE) {
        char target[4300], stored[8400];

        snprintf(target, sizeof(target), "dir:%s", f.target);
        snprintf(stored, sizeof(stored), "%s/" PROGRAM_ERST_EVENT "/records.bin", f.target);
        assert_collects(NULL, EXIT_DONE, "2 cleared");
        dump_into_outbox(f.store);
        assert_int_equal(truncate(stored, 100), 0);
        free(collect(target, EXIT_DONE));
        assert_int_equal(scratch_count_files(f.path), 0);
        assert_is_there(f.target, PROGRAM_ERST_EVENT ".2/manifest.json", true);
}

/* Firmware counts its records from 1 again when it has none. */
static void test_a_name_that_came_again(NO_STATE) {
        static const char *const errors[] = { "\7\0\0\0the first error", "\7\0\0\0another" };
        char source[4300];

        for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
                snprintf(source, sizeof(source), "efivarfs:%s/variables", f.directory);
                (void) mkdir(strchr(source, ':') + 1, 0700);
                scratch_write(scratch_path(strchr(source, ':') + 1, "HwErrRec0001-" FOREIGN),
                              bytes_of(errors[i], 4 + strlen(errors[i] + 4)));
                dump_into_outbox(source);
        }
        assert_int_equal(scratch_count_files(scratch_path(f.path, "other")), 4);
        assert_collects(NULL, EXIT_FAILED, "4 cleared"); /* as no header is in them, which is said */
        assert_int_equal(scratch_count_files(f.path), 0);
        assert_int_equal(scratch_count_files(scratch_path(f.target, "other")), 4);
        assert_collects(NULL, EXIT_DONE, "no records");
}

/* --- what stays --------------------------------------------------------------------------------- */

static void test_what_lies_beside_stays(NO_STATE) {
        static const char *const names[] = { "readme.txt", "other/notes.txt", PROGRAM_ERST_EVENT "/mine" };

        assert_int_equal(mkdir(scratch_path(f.path, "other"), 0700), 0);
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                scratch_write(scratch_path(f.path, names[i]), text_view("mine"));
        assert_collects(NULL, EXIT_FAILED, "holds files that are no records");
        assert_arrived();
        assert_int_equal(scratch_count_files(f.path), 3);
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                assert_is_there(f.path, names[i], true);
}

/* Copied, and said; and so by each run until somebody mounts it otherwise. */
static void test_an_outbox_that_cannot_be_changed(NO_STATE) {
        char command[16000];
        const char *objects = getenv("O") ? getenv("O") : "build";

        snprintf(command, sizeof(command),
                 "unshare -rm sh -c \"mount --bind '%s/esp' '%s/esp' && "
                 "mount -o remount,bind,ro '%s/esp'\" 2>/dev/null",
                 f.directory, f.directory, f.directory);
        if (system(command) != 0)
                skip(); /* a container may not mount */
        for (unsigned run = 0; run < 2; run++) {
                struct bytes said;
                char *text;

                snprintf(command, sizeof(command),
                         "unshare -rm sh -c \"mount --bind '%s/esp' '%s/esp' && "
                         "mount -o remount,bind,ro '%s/esp' && "
                         "'%s/pstore-fw' collect --volatile-copy --output '%s' --config '%s' --source '%s'\" "
                         ">/dev/null 2>'%s/said'; test $? = 1",
                         f.directory, f.directory, f.directory, objects, f.target, f.settings, f.spec,
                         f.directory);
                assert_int_equal(system(command), 0);
                said = test_read_file(scratch_path(f.directory, "said"));
                text = strndup((const char *) said.data, said.size);
                test_assert_contains(text, "write protected");
                test_assert_contains(text, "2 records safe in ");
                test_assert_contains(text, "0 cleared");
                free(text);
                free((void *) said.data);
                assert_arrived();
                assert_int_equal(scratch_count_files(f.path), 3);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_what_arrived_is_gone),          TEST(test_a_store_that_has_it_too),
                TEST(test_a_store_that_has_some_of_it),   TEST(test_a_target_that_has_it_too),
                TEST(test_a_target_whose_copy_is_broken), TEST(test_a_name_that_came_again),
                TEST(test_what_lies_beside_stays),        TEST(test_an_outbox_that_cannot_be_changed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "capture/dumps.h"
#include "tests/support/flush-log.h"
#include "tests/support/scratch.h"

#define CRASH 1795274000 /* 2026-11-21T15:13:20Z */

struct place {
        char *directory;
        int fd;
        struct steps steps;
};

static int setup(void **state) {
        struct place *place = calloc(1, sizeof(*place));

        place->directory = scratch_make();
        place->fd = open(place->directory, O_RDONLY | O_DIRECTORY);
        steps_init(&place->steps, -1, false);
        *state = place;
        return 0;
}

static int teardown(void **state) {
        struct place *place = *state;

        close(place->fd);
        scratch_remove(place->directory);
        free(place);
        return 0;
}

static void make(const struct place *place, uint64_t seconds, const char *wanted) {
        char name[DUMPS_NAME_SIZE];
        int fd = dumps_make(place->fd, seconds, name);

        assert_true(fd >= 0);
        assert_string_equal(name, wanted);
        close(fd);
}

static void put(const struct place *place, const char *path, const char *content) {
        scratch_write(scratch_path(place->directory, path), text_view(content));
}

static bool is_there(const struct place *place, const char *name) {
        return faccessat(place->fd, name, F_OK, 0) == 0;
}

static void test_names(NO_STATE) {
        static const char *const wrong[] = {
                "",
                "20261121T151320Z-erst-panic1",
                "20261121T151320Z-kdump-panic",
                "20261121T151320Z-kdump-panic0",
                "20261121T151320Z-kdump-panic1000",
                "20261121T151320Z-kdump-panic1x",
                "20261321T151320Z-kdump-panic1",
                "2026112T1151320Z-kdump-panic1",
                "20261121T151320-kdump-panic1",
                "x20261121T151320Z-kdump-panic1",
        };
        uint64_t seconds = 0;
        unsigned number = 0;

        assert_ok(dumps_parse_name("20261121T151320Z-kdump-panic12", &seconds, &number));
        assert_int_equal(seconds, CRASH);
        assert_int_equal(number, 12);
        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
                assert_error(dumps_parse_name(wrong[i], &seconds, &number), ERR_VALUE);
        assert_int_equal(number, 12);
}

static void test_a_name_that_is_taken(void **state) {
        const struct place *place = *state;

        make(place, CRASH, "20261121T151320Z-kdump-panic1");
        make(place, CRASH, "20261121T151320Z-kdump-panic2");
        put(place, "20261121T151320Z-kdump-panic3", "a file is in the way, too");
        make(place, CRASH, "20261121T151320Z-kdump-panic4");
}

static void test_list(void **state) {
        const struct place *place = *state;
        struct dumps dumps;

        make(place, CRASH, "20261121T151320Z-kdump-panic1");
        make(place, CRASH + 1, "20261121T151321Z-kdump-panic1");
        make(place, CRASH, "20261121T151320Z-kdump-panic2");
        put(place, "20261121T151321Z-kdump-panic1/dmesg.txt", "12345");
        put(place, "20261121T151321Z-kdump-panic1/vmcore", "123");
        put(place, "20261121T151321Z-kdump-panic1/manifest.json", "{}");
        put(place, "20261121T151320Z-kdump-panic1/dmesg.txt.2.part", "1");
        put(place, "20261121T151320Z-kdump-panic2/dmesg.txt.sealed", "1234");
        put(place, "20261121T151320Z-kdump-panic2/.part", "of nothing");
        assert_int_equal(mkdirat(place->fd, "20261121T151320Z-erst-panic1", 0700), 0);
        assert_ok(dumps_list(place->fd, &dumps));
        assert_int_equal(dumps.count, 3);
        assert_string_equal(dumps.rows[0].name, "20261121T151321Z-kdump-panic1");
        assert_true(dumps.rows[0].has_log && dumps.rows[0].has_image && dumps.rows[0].has_manifest);
        assert_false(dumps.rows[0].has_part);
        assert_int_equal(dumps.rows[0].log_size, 5);
        assert_int_equal(dumps.rows[0].image_size, 3);
        assert_string_equal(dumps.rows[1].name, "20261121T151320Z-kdump-panic2");
        assert_false(dumps.rows[1].has_part);
        assert_true(dumps.rows[1].has_log && dumps.rows[1].is_sealed);
        assert_int_equal(dumps.rows[1].log_size, 4);
        assert_false(dumps.rows[0].is_sealed || dumps.rows[2].is_sealed);
        assert_false(dumps.rows[2].has_log || dumps.rows[2].has_image || dumps.rows[2].has_manifest);
        assert_true(dumps.rows[2].has_part);
        dumps_free(&dumps);
}

static void test_message(void **state) {
        static const struct {
                const char *log, *message;
        } rows[] = {
                { "[    1.0] boot\n<0>[    3.701602] Kernel panic - not syncing: sysrq triggered crash\n"
                  "[    4.0] BUG: later\n",
                  "Kernel panic - not syncing: sysrq triggered crash" },
                { "[    3.0][    T1] BUG: kernel NULL pointer dereference, address: 0000000000000000\n"
                  "[    3.1] Oops: 0002 [#1] PREEMPT SMP NOPTI\n",
                  "BUG: kernel NULL pointer dereference, address: 0000000000000000" },
                { "[    3.1] Oops: 0002 [#1]\n[    3.2] Oops: 0003 [#2]", "Oops: 0003 [#2]" },
                { "[    3.1] \x1b[31mBUG: forged\n[    3.2] BUG: \x1b[31m\n", "BUG: ?[31m" },
                { "[    1.0] all is well\n[    2.0] user: Kernel panic - not syncing: no\n", "" },
                { "", "" },
        };
        const struct place *place = *state;
        char message[DUMPS_MESSAGE_SIZE];

        make(place, CRASH, "20261121T151320Z-kdump-panic1");
        assert_error(dumps_message(place->fd, "20261121T151320Z-kdump-panic1", message), ERR_NOT_FOUND);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                put(place, "20261121T151320Z-kdump-panic1/dmesg.txt", rows[i].log);
                assert_error(dumps_message(place->fd, "20261121T151320Z-kdump-panic1", message),
                             rows[i].message[0] ? 0 : ERR_NOT_FOUND);
                assert_string_equal(message, rows[i].message);
        }
}

static void make_six(const struct place *place) {
        char name[DUMPS_NAME_SIZE];

        for (unsigned i = 0; i < 6; i++) {
                int fd = dumps_make(place->fd, CRASH + i, name);
                char path[128];

                assert_true(fd >= 0);
                close(fd);
                snprintf(path, sizeof(path), "%s/dmesg.txt", name);
                put(place, path, "x");
        }
}

static void test_the_newest_are_kept(void **state) {
        struct place *place = *state;

        make_six(place);
        put(place, "20261121T151320Z-kdump-panic1/dmesg.txt", "x");
        assert_int_equal(mkdirat(place->fd, "20261121T151320Z-kdump-panic1/deeper", 0700), 0);
        put(place, "20261121T151320Z-kdump-panic1/deeper/x", "x");
        assert_int_equal(mkdirat(place->fd, "20261121T151320Z-erst-panic1", 0700), 0);
        dumps_prune(place->fd, 5, "20261121T151325Z-kdump-panic1", &place->steps);
        assert_false(is_there(place, "20261121T151320Z-kdump-panic1"));
        assert_true(is_there(place, "20261121T151321Z-kdump-panic1"));
        assert_true(is_there(place, "20261121T151320Z-erst-panic1"));
        assert_int_equal(place->steps.count, 0);
}

static const char *name_of(uint64_t seconds, const char *file) {
        static char name[128];
        char time[TIMESTAMP_TEXT_SIZE];

        timestamp_format_compact(seconds, time);
        snprintf(name, sizeof(name), "%s-kdump-panic1%s", time, file);
        return name;
}

/* Captures that got nothing out must not push away what earlier ones saved; nor are they kept for ever. */
static void test_empty_ones_take_no_room(void **state) {
        struct place *place = *state;

        make_six(place);
        for (unsigned i = 0; i < 4; i++) {
                char name[DUMPS_NAME_SIZE];
                int fd = dumps_make(place->fd, CRASH + 10 + i, name);

                assert_true(fd >= 0);
                close(fd);
        }
        dumps_prune(place->fd, 3, "20261121T151333Z-kdump-panic1", &place->steps);
        assert_false(is_there(place, "20261121T151322Z-kdump-panic1"));
        assert_true(is_there(place, "20261121T151323Z-kdump-panic1"));
        assert_false(is_there(place, "20261121T151330Z-kdump-panic1"));
        assert_true(is_there(place, "20261121T151331Z-kdump-panic1"));
        assert_true(is_there(place, "20261121T151333Z-kdump-panic1"));
}

/* Parts are better than nothing, and worse than all. A name that a loss of power left empty is nothing. */
static void test_parts_and_empty_files_take_no_room(void **state) {
        struct place *place = *state;

        make_six(place);
        for (unsigned i = 0; i < 3; i++) {
                make(place, CRASH + 10 + 2 * i, name_of(CRASH + 10 + 2 * i, ""));
                put(place, name_of(CRASH + 10 + 2 * i, "/dmesg.txt.part"), "half");
                make(place, CRASH + 11 + 2 * i, name_of(CRASH + 11 + 2 * i, ""));
                put(place, name_of(CRASH + 11 + 2 * i, "/dmesg.txt"), "");
        }
        assert_int_equal(dumps_prune(place->fd, 2, NULL, &place->steps), 6);
        for (unsigned i = 0; i < 6; i++) {
                assert_int_equal(is_there(place, name_of(CRASH + i, "")), i >= 4);
                assert_int_equal(is_there(place, name_of(CRASH + 10 + i, "")), i >= 2);
        }
}

/* A file or a link of such a name is shown, but nobody's dump: it is not for us to remove. */
static void test_what_is_no_directory(void **state) {
        struct place *place = *state;
        struct dumps dumps;

        make(place, CRASH, "20261121T151320Z-kdump-panic1");
        put(place, "20261121T151310Z-kdump-panic1", "a file");
        assert_int_equal(symlinkat("/", place->fd, "20261121T151311Z-kdump-panic1"), 0);
        assert_ok(dumps_list(place->fd, &dumps));
        assert_int_equal(dumps.count, 3);
        assert_true(dumps.rows[0].is_directory && !dumps.rows[1].is_directory && !dumps.rows[2].is_directory);
        dumps_free(&dumps);
        dumps_prune(place->fd, 1, NULL, &place->steps);
        assert_true(is_there(place, "20261121T151310Z-kdump-panic1"));
        assert_true(is_there(place, "20261121T151311Z-kdump-panic1"));
}

/* A pipe that somebody put there is not waited for. */
static void test_a_pipe_for_a_log(void **state) {
        struct place *place = *state;
        char message[DUMPS_MESSAGE_SIZE];

        make(place, CRASH, "20261121T151320Z-kdump-panic1");
        assert_int_equal(mkfifoat(place->fd, "20261121T151320Z-kdump-panic1/dmesg.txt", 0600), 0);
        (void) alarm(5);
        assert_error(dumps_message(place->fd, "20261121T151320Z-kdump-panic1", message), ERR_NOT_FOUND);
        (void) alarm(0);
}

/* A clock that was set back makes the new dump the oldest: it stays. */
static void test_the_current_one_is_kept(void **state) {
        struct place *place = *state;

        make_six(place);
        dumps_prune(place->fd, 1, "20261121T151320Z-kdump-panic1", &place->steps);
        assert_true(is_there(place, "20261121T151320Z-kdump-panic1"));
        assert_false(is_there(place, "20261121T151325Z-kdump-panic1"));
}

/* A link is not followed: what it points to is nobody's dump. */
static void test_a_link_in_the_way(void **state) {
        struct place *place = *state;
        struct dumps dumps;

        assert_int_equal(mkdirat(place->fd, "precious", 0700), 0);
        put(place, "precious/file", "x");
        assert_int_equal(symlinkat("precious", place->fd, "20261121T151319Z-kdump-panic1"), 0);
        assert_ok(dumps_remove(place->fd, "20261121T151319Z-kdump-panic1"));
        assert_true(is_there(place, "precious/file"));
        assert_error(dumps_remove(place->fd, "precious"), ERR_VALUE);
        assert_ok(dumps_list(place->fd, &dumps));
        assert_int_equal(dumps.count, 0);
        dumps_free(&dumps);
}

/* Nothing that a dump holds has directories so deep. */
static void test_one_that_cannot_be_removed(void **state) {
        struct place *place = *state;
        char path[128] = "20261121T151320Z-kdump-panic1";

        make_six(place);
        for (unsigned i = 0; i < 10; i++) {
                strcat(path, "/d");
                assert_int_equal(mkdirat(place->fd, path, 0700), 0);
        }
        dumps_prune(place->fd, 5, NULL, &place->steps);
        assert_int_equal(place->steps.count, 1);
        test_assert_contains(place->steps.rows[0].result, "20261121T151320Z-kdump-panic1 cannot be removed");
}

/* Or what is saved in it is nowhere after a loss of power. */
static void test_a_new_one_is_flushed(void **state) {
        struct place *place = *state;

        flush_log_start();
        make(place, CRASH, "20261121T151320Z-kdump-panic1");
        make(place, CRASH, "20261121T151320Z-kdump-panic2");
        (void) flush_log_stop();
        (void) flush_log_assert_tree(place->directory);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_names),
                TEST(test_a_name_that_is_taken),
                TEST(test_list),
                TEST(test_message),
                TEST(test_the_newest_are_kept),
                TEST(test_empty_ones_take_no_room),
                TEST(test_parts_and_empty_files_take_no_room),
                TEST(test_what_is_no_directory),
                TEST(test_a_pipe_for_a_log),
                TEST(test_the_current_one_is_kept),
                TEST(test_a_link_in_the_way),
                TEST(test_one_that_cannot_be_removed),
                TEST(test_a_new_one_is_flushed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

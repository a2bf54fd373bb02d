/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/application.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tests/support/flush-log.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

#define NAME        "pstore-fwx64.efi"
#define FILE_ON_ESP "EFI/pstore-fw/" NAME

static char *esp;

static int setup(NO_STATE) {
        esp = scratch_make();
        return 0;
}

static int teardown(NO_STATE) {
        scratch_remove(esp);
        return 0;
}

/* Whether the medium keeps other bytes than those that were written, which shows once memory is let go of. */
static bool is_bad;

/* Only then is it gone from memory. */
static bool was_flushed;

int posix_fadvise(int fd, off_t from, off_t length, int advice) {
        assert_int_equal(advice, POSIX_FADV_DONTNEED);
        assert_int_equal(from + length, 0);
        was_flushed = flush_log_flushed_at(scratch_path(esp, FILE_ON_ESP ".part")) > 0;
        if (is_bad)
                assert_int_equal(pwrite(fd, "F", 1, 0), 1);
        return 0;
}

static int try_put(const char *content, bool *ret_changed) {
        struct reason reason = { "" };
        int r = application_put(esp, NAME, text_view(content), ret_changed, &reason);

        assert_int_equal(r < 0, reason.text[0] != '\0');
        if (r < 0)
                test_assert_contains(reason.text, "/EFI/pstore-fw");
        return r;
}

static void put(const char *content, bool changes) {
        bool changed = !changes;

        assert_ok(try_put(content, &changed));
        assert_int_equal(changed, changes);
}

/* The file there and nothing beside it. */
static void assert_holds(const char *wanted) {
        struct buffer content;

        buffer_init(&content, &system_allocator);
        assert_ok(application_read(esp, NAME, &content));
        assert_true(bytes_equal(buffer_bytes(&content), text_view(wanted)));
        buffer_free(&content);
        assert_int_equal(scratch_count_files(esp), 1);
}

static void take_away(bool removes) {
        struct reason reason;
        bool removed = !removes;

        assert_ok(application_remove(esp, NAME, &removed, &reason));
        assert_int_equal(removed, removes);
}

/* Directories are made, and all of it is on the medium. */
static void test_put(NO_STATE) {
        flush_log_start();
        put("first", true);
        (void) flush_log_stop();
        assert_true(was_flushed);
        (void) flush_log_assert_durable(scratch_path(esp, FILE_ON_ESP));
        (void) flush_log_assert_made(scratch_path(esp, "EFI"));
        (void) flush_log_assert_made(scratch_path(esp, "EFI/pstore-fw"));
        assert_holds("first");
}

static void test_put_again(NO_STATE) {
        struct stat before, after;

        put("first", true);
        assert_int_equal(stat(scratch_path(esp, FILE_ON_ESP), &before), 0);
        put("first", false);
        assert_int_equal(stat(scratch_path(esp, FILE_ON_ESP), &after), 0);
        assert_int_equal(before.st_ino, after.st_ino);
}

/* Whether longer or shorter, and what an interrupted one has left is of no matter. */
static void test_put_over_another(NO_STATE) {
        put("first", true);
        scratch_put(esp, "/" FILE_ON_ESP ".part", "what was longer than any");
        flush_log_start();
        put("the second", true);
        (void) flush_log_stop();
        (void) flush_log_assert_durable(scratch_path(esp, FILE_ON_ESP));
        assert_holds("the second");
        put("3", true);
        assert_holds("3");
}

/* Whichever call fails: it is said, and there is a whole one, and no other file; the next run mends it. */
static void test_every_failure(NO_STATE) {
        size_t calls;
        bool changed;

        put("first", true);
        flush_log_start();
        put("second", true);
        calls = flush_log_stop();
        assert_true(calls >= 3); /* flush, rename, flush */
        for (size_t i = 1; i <= calls; i++) {
                struct buffer content;
                struct bytes found;

                put("first", true);
                flush_log_start_failing(i);
                assert_error(try_put("second", &changed), ERR_IO);
                assert_false(changed);
                (void) flush_log_stop();
                buffer_init(&content, &system_allocator);
                assert_ok(application_read(esp, NAME, &content));
                found = buffer_bytes(&content);
                assert_true(bytes_equal(found, text_view(i < calls ? "first" : "second")));
                buffer_free(&content);
                assert_int_equal(scratch_count_files(esp), 1);
                /* What is there is on the medium, also where only its directory could not be flushed. */
                flush_log_start();
                assert_ok(try_put("second", &changed));
                (void) flush_log_stop();
                assert_true(flush_log_flushed_at(scratch_path(esp, "EFI/pstore-fw")) > 0);
                assert_holds("second");
        }
}

/* Compared before it gets its name. */
static void test_bad_medium(NO_STATE) {
        bool changed;

        put("first", true);
        is_bad = true;
        assert_error(try_put("second", &changed), ERR_MISMATCH);
        is_bad = false;
        assert_false(changed);
        assert_holds("first");
        put("second", true);
}

static void test_what_is_in_the_way(NO_STATE) {
        bool changed;

        assert_int_equal(mkdir(scratch_path(esp, "EFI"), 0755), 0);
        scratch_put(esp, "/EFI/pstore-fw", "a file");
        assert_error(try_put("first", &changed), ERR_NOT_DIRECTORY);
        assert_int_equal(unlink(scratch_path(esp, "EFI/pstore-fw")), 0);
        assert_int_equal(mkdir(scratch_path(esp, "EFI/pstore-fw"), 0755), 0);
        assert_int_equal(mkdir(scratch_path(esp, FILE_ON_ESP), 0755), 0);
        assert_true(try_put("first", &changed) < 0);
        assert_int_equal(scratch_count_files(esp), 0);
}

static void test_read_none(NO_STATE) {
        struct buffer content;

        buffer_init(&content, &system_allocator);
        assert_error(application_read(esp, NAME, &content), ERR_NOT_FOUND);
        scratch_put(esp, "/EFI/pstore-fw/other", "");
        assert_error(application_read(esp, NAME, &content), ERR_NOT_FOUND);
        assert_int_equal(content.size, 0);
        buffer_free(&content);
}

static void test_remove(NO_STATE) {
        take_away(false);
        put("first", true);
        scratch_put(esp, "/" FILE_ON_ESP ".part", "of an interrupted one");
        flush_log_start();
        take_away(true);
        (void) flush_log_stop();
        assert_true(flush_log_flushed_at(scratch_path(esp, "EFI")) > 0);
        assert_int_not_equal(access(scratch_path(esp, "EFI/pstore-fw"), F_OK), 0);
        assert_int_equal(access(scratch_path(esp, "EFI"), F_OK), 0);
        take_away(false);
}

static void test_remove_keeps_dumps(NO_STATE) {
        put("first", true);
        scratch_put(esp, "/EFI/pstore-fw/dump/record", "what nobody has but here");
        flush_log_start();
        take_away(true);
        (void) flush_log_stop();
        (void) flush_log_assert_removed(scratch_path(esp, FILE_ON_ESP));
        assert_int_equal(scratch_count_files(esp), 1);
        assert_int_equal(access(scratch_path(esp, "EFI/pstore-fw/dump/record"), F_OK), 0);
        take_away(false);
        assert_int_equal(scratch_count_files(esp), 1);
}

static void test_remove_fails(NO_STATE) {
        struct reason reason = { "" };
        bool removed;

        put("first", true);
        assert_int_equal(unlink(scratch_path(esp, FILE_ON_ESP)), 0);
        scratch_put(esp, "/" FILE_ON_ESP "/below", "");
        assert_true(application_remove(esp, NAME, &removed, &reason) < 0);
        assert_false(removed);
        test_assert_contains(reason.text, FILE_ON_ESP ": ");
}

static void test_choose(NO_STATE) {
        struct reason reason;
        struct utsname system;
        const char *name;
        unsigned machine;

        assert_error(application_choose(esp, &name, &machine, &reason), ERR_NOT_SUPPORTED);
        test_assert_contains(reason.text, "not started by UEFI");
        scratch_put(esp, "/sys/firmware/efi/fw_platform_size", "32\n");
        assert_error(application_choose(esp, &name, &machine, &reason), ERR_NOT_SUPPORTED);
        test_assert_contains(reason.text, "with 32 bits");
        scratch_put(esp, "/sys/firmware/efi/fw_platform_size", "64\n");
        assert_int_equal(uname(&system), 0);
        assert_ok(application_choose(esp, &name, &machine, &reason));
        if (strcmp(system.machine, "aarch64") == 0) {
                assert_string_equal(name, "pstore-fwaa64.efi");
                assert_int_equal(machine, 0xaa64);
        } else {
                assert_string_equal(name, "pstore-fwx64.efi");
                assert_int_equal(machine, 0x8664);
        }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_put),           TEST(test_put_again),  TEST(test_put_over_another),
                TEST(test_every_failure), TEST(test_bad_medium), TEST(test_what_is_in_the_way),
                TEST(test_read_none),     TEST(test_remove),     TEST(test_remove_keeps_dumps),
                TEST(test_remove_fails),  TEST(test_choose),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <sys/stat.h>

#include "kdump/test.h"
#include "tests/support/flush-log.h"
#include "tests/support/scratch.h"

#define DUMPS   "/var/lib/pstore-fw"
#define DUMP    DUMPS "/20261121T075124Z-kdump-panic1"
#define CRASHED 1795247480 /* four seconds before */
#define WORD    "00112233445566778899aabbccddeeff"
#define LOG     "<5>[    5.0] pstore-fw: test crash " WORD "\n<0>[    5.1] Kernel panic - not syncing: sysrq\n"

static char *root;
static struct test_token token;
static struct test_result result;
static char tool[4200];

static void put_tool(const char *script) {
        scratch_put(root, "/tool", script);
        snprintf(tool, sizeof(tool), "%s/tool", root);
        assert_int_equal(chmod(tool, 0755), 0);
}

/* A dump that is whole, and a makedumpfile for which an image is its log. */
static int begin(NO_STATE) {
        root = scratch_make();
        token = (struct test_token){
                .word = WORD, .boot_id = "a", .path = "kdump", .image = "yes", .seconds = CRASHED
        };
        scratch_put(root, DUMP "/dmesg.txt", LOG);
        scratch_put(root, DUMP "/vmcore", LOG);
        scratch_put(
                root, DUMP "/manifest.json",
                "{\"steps\": [{\"milliseconds\": 1250}], \"memory\": {\"total\": 4096, \"lowest_available\": "
                "1024}}");
        put_tool("#!/bin/sh\n[ \"$1\" = --dump-dmesg ] && cat \"$2\" > \"$3\"\n");
        return 0;
}

static int end(NO_STATE) {
        findings_free(&result.findings);
        scratch_remove(root);
        return 0;
}

static void verify(void) {
        findings_free(&result.findings);
        assert_ok(kdump_test_verify(root, DUMPS, &token, tool, &result));
        assert_true(result.findings.count > 0);
}

static void assert_finds(enum verdict verdict, const char *words) {
        for (size_t i = 0; i < result.findings.count; i++)
                if (strstr(result.findings.rows[i].text, words)) {
                        assert_int_equal(result.findings.rows[i].verdict, verdict);
                        return;
                }
        fail_msg("nothing says \"%s\", but first: %s", words, result.findings.rows[0].text);
}

static void test_all_came_through(NO_STATE) {
        verify();
        assert_true(result.passed);
        assert_true(result.found);
        assert_string_equal(result.report.dump.name, "20261121T075124Z-kdump-panic1");
        assert_finds(VERDICT_OK, "the log is there, with the line of the test");
        assert_finds(VERDICT_OK, "the manifest is there");
        assert_finds(VERDICT_OK, "makedumpfile finds the same log in it");
        assert_finds(VERDICT_OK, "the capture took 1.2 s");
        assert_finds(VERDICT_OK, "of 4 KiB of memory 1 were left");
}

/* The dump of the test is not the newest one: the machine has crashed again. */
static void test_a_later_crash(NO_STATE) {
        scratch_put(root, DUMPS "/20261122T075124Z-kdump-panic1/dmesg.txt", "<0> another\n");
        verify();
        assert_true(result.passed);
        assert_string_equal(result.report.dump.name, "20261121T075124Z-kdump-panic1");
}

static void test_no_dump(NO_STATE) {
        token.seconds = CRASHED + 3600; /* what is there is older */
        strcpy(token.word, "another");
        verify();
        assert_false(result.passed);
        assert_false(result.found);
        assert_finds(VERDICT_CRITICAL, "has no dump of it");
        findings_free(&result.findings);
        assert_ok(kdump_test_verify(root, "/nowhere", &token, tool, &result));
        assert_false(result.passed);
}

static void test_a_log_of_something_else(NO_STATE) {
        scratch_put(root, DUMP "/dmesg.txt", "<0>[    5.1] Kernel panic - not syncing: other\n");
        verify();
        assert_false(result.passed);
        assert_true(result.found);
        assert_finds(VERDICT_CRITICAL, "the log does not have the line of the test");
}

static void test_no_log(NO_STATE) {
        assert_int_equal(
                remove(scratch_path(root, "var/lib/pstore-fw/20261121T075124Z-kdump-panic1/dmesg.txt")), 0);
        verify();
        assert_false(result.passed);
        assert_finds(VERDICT_CRITICAL, "there is no log");
}

/* Nobody here can look into it, which is said and is no failure. */
static void test_a_sealed_dump(NO_STATE) {
        char path[128];

        for (size_t i = 0; i < 2; i++) {
                snprintf(path, sizeof(path), "%s/%s", DUMP, i == 0 ? "dmesg.txt" : "vmcore");
                assert_int_equal(remove(scratch_path(root, path + 1)), 0);
                strcat(path, ".sealed");
                scratch_put(root, path, "PSTFSEAL");
        }
        verify();
        assert_true(result.passed);
        assert_finds(VERDICT_OK, "the log is there, and sealed");
        assert_finds(VERDICT_OK, "the image is there (0 KiB), and sealed");
}

static void test_no_manifest(NO_STATE) {
        scratch_put(root, DUMP "/manifest.json", "{");
        verify();
        assert_false(result.passed);
        assert_finds(VERDICT_CRITICAL, "there is no manifest");
}

static void test_no_image(NO_STATE) {
        assert_int_equal(remove(scratch_path(root, "var/lib/pstore-fw/20261121T075124Z-kdump-panic1/vmcore")),
                         0);
        verify();
        assert_false(result.passed);
        assert_finds(VERDICT_CRITICAL, "there is no image");
        strcpy(token.image, "no");
        verify();
        assert_true(result.passed);
}

static void test_an_image_that_cannot_be_read(NO_STATE) {
        put_tool("#!/bin/sh\nexit 1\n");
        verify();
        assert_false(result.passed);
        assert_finds(VERDICT_CRITICAL, "makedumpfile cannot read it");
        put_tool("#!/bin/sh\necho nothing > \"$3\"\n");
        verify();
        assert_false(result.passed);
        assert_finds(VERDICT_CRITICAL, "the log in it does not have");
        tool[0] = '\0'; /* that nobody looked is said, and is no failure */
        verify();
        assert_true(result.passed);
        assert_finds(VERDICT_OK, "nobody has looked into it (package makedumpfile)");
        for (size_t i = 0; i < result.findings.count; i++) /* no command of one distribution alone */
                assert_string_equal(result.findings.rows[i].remedy, "");
}

/* --- the token ---------------------------------------------------------------------------------- */

static void test_a_token_comes_back(NO_STATE) {
        struct reason reason;
        struct test_token made, again;

        assert_error(test_token_read(root, DUMPS, &again), ERR_NOT_FOUND);
        assert_error(test_token_make(root, &made), ERR_NOT_FOUND);
        scratch_put(root, "/proc/sys/kernel/random/boot_id", "6e52fe9d-cd28-4d4c-8a3c-4a0c1d1b2c3d\n");
        assert_ok(test_token_make(root, &made));
        assert_int_equal(strlen(made.word), 32);
        assert_string_equal(made.kernel, "");
        scratch_put(root, "/proc/sys/kernel/osrelease", "6.1.0-56-amd64\n");
        assert_ok(test_token_make(root, &made));
        strcpy(made.store, "erst");
        strcpy(made.path, "both");
        strcpy(made.image, "no");
        assert_ok(test_token_write(root, DUMPS, &made, &reason));
        assert_ok(test_token_read(root, DUMPS, &again));
        assert_string_equal(again.word, made.word);
        assert_string_equal(again.boot_id, "6e52fe9d-cd28-4d4c-8a3c-4a0c1d1b2c3d");
        assert_string_equal(again.path, "both");
        assert_string_equal(again.kernel, "6.1.0-56-amd64");
        assert_string_equal(again.store, "erst");
        assert_string_equal(again.image, "no");
        assert_int_equal(again.seconds, made.seconds);
        assert_ok(test_token_make(root, &again));
        assert_string_not_equal(again.word, made.word);
        assert_ok(test_token_remove(root, DUMPS, &reason));
        assert_error(test_token_read(root, DUMPS, &again), ERR_NOT_FOUND);
        assert_ok(test_token_remove(root, DUMPS, &reason));
}

/* The machine crashes right after it. */
static void test_a_token_is_flushed(NO_STATE) {
        const char *path = scratch_path(root, "var/lib/pstore-fw/" TEST_TOKEN_NAME);
        struct reason reason;

        flush_log_start();
        assert_ok(test_token_write(root, DUMPS, &token, &reason));
        (void) flush_log_assert_durable(path);
        assert_ok(test_token_remove(root, DUMPS, &reason));
        (void) flush_log_stop();
        (void) flush_log_assert_removed(path);
}

/* What is in a directory that is lost is lost with it. */
static void test_a_token_in_a_new_directory(NO_STATE) {
        struct reason reason;
        struct stat status;

        flush_log_start();
        assert_ok(test_token_write(root, "/srv/dumps", &token, &reason));
        (void) flush_log_stop();
        (void) flush_log_assert_tree(scratch_path(root, "srv"));
        (void) flush_log_assert_made(scratch_path(root, "srv"));
        assert_int_equal(stat(scratch_path(root, "srv/dumps"), &status), 0);
        assert_int_equal(status.st_mode & 07777, 0700); /* as dumps have it */
}

/* Others may have put there what is no file; nothing is waited for, and no link is read. */
static void test_a_token_that_is_no_file(NO_STATE) {
        struct test_token read = { .word = "as it was" };
        const char *path = scratch_path(root, DUMPS "/" TEST_TOKEN_NAME);

        scratch_put(root, DUMPS "/elsewhere", "word = a\nboot_id = b\nseconds = 5\n");
        (void) unlink(path);
        alarm(20);
        assert_int_equal(mkfifo(path, 0600), 0);
        assert_error(test_token_read(root, DUMPS, &read), ERR_FILE_KIND);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(symlink("elsewhere", path), 0);
        assert_error(test_token_read(root, DUMPS, &read), ERR_FILE_KIND);
        alarm(0);
        assert_string_equal(read.word, "as it was");
}

static void test_wrong_tokens(NO_STATE) {
        static const char *const tokens[] = {
                "",
                "word = a\nboot_id = b\n",
                "word = a\nseconds = 5\n",
                "word = a\nboot_id = b\nseconds = 99999999999\n",
                "word = a\nboot_id = b\nseconds = 5\nmore = 1\n",
                "word = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nboot_id = b\nseconds = 5\n",
        };

        for (size_t i = 0; i < ARRAY_SIZE(tokens); i++) {
                struct test_token read = { .word = "as it was" };

                scratch_put(root, DUMPS "/" TEST_TOKEN_NAME, tokens[i]);
                assert_error(test_token_read(root, DUMPS, &read), ERR_VALUE);
                assert_string_equal(read.word, "as it was");
        }
}

/* --- a crash that does not come ------------------------------------------------------------------ */

static void assert_text(const char *name, const char *wanted) {
        struct bytes content = test_read_file(scratch_path(root, name));

        assert_true(bytes_equal(content, text_view(wanted)));
        free((void *) (uintptr_t) content.data);
}

static void test_a_machine_that_does_not_crash(NO_STATE) {
        struct reason reason;

        scratch_put(root, "/dev/kmsg", "");
        scratch_put(root, "/proc/sysrq-trigger", "");
        scratch_put(root, "/proc/sys/kernel/sysrq", "438\n");
        assert_error(kdump_test_crash(root, DUMPS, &token, &reason), ERR_FAILED);
        assert_string_equal(reason.text, "the machine did not crash");
        assert_text("/dev/kmsg", "<5>pstore-fw: test crash " WORD "\n");
        assert_text("/proc/sysrq-trigger", "c");
        /* As it was: not even the token of a test is left. */
        assert_text("/proc/sys/kernel/sysrq", "438\n");
        assert_error(test_token_read(root, DUMPS, &token), ERR_NOT_FOUND);
}

static void test_a_machine_that_cannot_be_crashed(NO_STATE) {
        struct reason reason;

        scratch_put(root, "/proc/sys/kernel/sysrq", "438\n");
        assert_error(kdump_test_crash(root, DUMPS, &token, &reason), ERR_NOT_FOUND);
        assert_string_equal(reason.text, "the machine did not crash: /dev/kmsg: not found");
        scratch_put(root, "/dev/kmsg", "");
        assert_error(kdump_test_crash(root, DUMPS, &token, &reason), ERR_NOT_FOUND);
        assert_string_equal(reason.text, "the machine did not crash: /proc/sysrq-trigger: not found");
        assert_text("/proc/sys/kernel/sysrq", "438\n");
        assert_error(test_token_read(root, DUMPS, &token), ERR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_all_came_through),
                TEST(test_a_later_crash),
                TEST(test_no_dump),
                TEST(test_a_log_of_something_else),
                TEST(test_no_log),
                TEST(test_a_sealed_dump),
                TEST(test_no_manifest),
                TEST(test_no_image),
                TEST(test_an_image_that_cannot_be_read),
                TEST(test_a_token_comes_back),
                TEST(test_a_token_is_flushed),
                TEST(test_a_token_in_a_new_directory),
                TEST(test_wrong_tokens),
                TEST(test_a_token_that_is_no_file),
                TEST(test_a_machine_that_does_not_crash),
                TEST(test_a_machine_that_cannot_be_crashed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

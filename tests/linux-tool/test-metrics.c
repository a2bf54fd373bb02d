/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "linux-tool/tell/metrics.h"
#include "tests/support/scratch.h"

/* Twelve signatures, of which the newest ten are shown; one came as an oops, too. Free it. */
static void make_tally(struct tally *tally) {
        tally_init(tally);
        for (unsigned i = 0; i < 12; i++) {
                char name[32], signature[32];

                snprintf(name, sizeof(name), "event%u", i);
                snprintf(signature, sizeof(signature), "%016x", 0xabc000 + i);
                assert_ok(tally_count(tally, &(struct crash_news){ .event = name,
                                                                   .reason = "panic",
                                                                   .signature = signature,
                                                                   .seconds = 1795247000 + i }));
        }
        assert_ok(tally_count(tally, &(struct crash_news){ .event = "again",
                                                           .reason = "panic",
                                                           .signature = "0000000000abc00b",
                                                           .seconds = 1795248000 }));
        assert_ok(tally_count(tally, &(struct crash_news){ .event = "oops",
                                                           .reason = "oops",
                                                           .signature = "0000000000abc00b",
                                                           .seconds = 1795240000 }));
        assert_ok(tally_count(
                tally,
                &(struct crash_news){ .event = "hostile", .reason = "a\"\n\\", .seconds = 1795249000 }));
}

static const struct metrics_store stores[] = {
        { .name = "efivarfs",
          .waiting = 3,
          .space = { .known = true,
                     .total = 262144,
                     .remaining = 100000,
                     .reserved = 5120,
                     .stale_known = true,
                     .stale = 4000 } },
        { .name = "erst", .waiting = 0 },
};

static struct bytes page_of(const struct metrics *metrics, struct buffer *page) {
        buffer_init(page, &system_allocator);
        metrics_put(metrics, page);
        assert_ok(buffer_error(page));
        buffer_append(page, bytes_of("", 1));
        return bytes_of(page->data, page->size - 1);
}

/* tests/linux-tool/check-telling.py has promtool read the same file. */
static void test_page(NO_STATE) {
        struct bytes golden = test_read_file(test_data("linux-tool/metrics.prom")), page;
        struct tally tally;
        struct buffer buffer;

        make_tally(&tally);
        page = page_of(&(struct metrics){ .tally = &tally,
                                          .stores = stores,
                                          .store_count = ARRAY_SIZE(stores),
                                          .verdict = VERDICT_WARNING,
                                          .is_armed = METRICS_YES,
                                          .now = 1795250000 },
                       &buffer);
        if (!bytes_equal(page, golden)) {
                (void) fwrite(page.data, 1, page.size, stderr); /* more than cmocka prints */
                fail_msg("this page is not that in tests/data/linux-tool/metrics.prom");
        }
        free((void *) golden.data);
        buffer_free(&buffer);
        tally_free(&tally);
}

/* Before the first crash the counter is there, so that the first one is an increase. */
static void test_page_of_nothing(NO_STATE) {
        struct tally tally;
        struct buffer buffer;
        const char *page;

        tally_init(&tally);
        page = (const char *) page_of(&(struct metrics){ .tally = &tally,
                                                         .verdict = VERDICT_UNKNOWN,
                                                         .is_armed = METRICS_UNKNOWN },
                                      &buffer)
                       .data;
        test_assert_contains(page, "\npstore_fw_crashes_total{reason=\"other\",signature=\"other\"} 0\n");
        test_assert_contains(page, "\npstore_fw_verdict 3\n");
        assert_null(strstr(page, "kdump"));
        assert_null(strstr(page, "_store_"));
        buffer_free(&buffer);
}

static const struct tally no_crashes;
static const struct metrics quiet = { .tally = &no_crashes };

static void test_write(NO_STATE) {
        char *directory = scratch_make();
        const char *path = scratch_path(directory, METRICS_FILE);
        struct reason reason;
        struct stat status;

        umask(077);
        assert_ok(metrics_write(directory, false, &quiet, &reason));
        umask(022);
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode, S_IFREG | 0644);
        assert_ok(metrics_write(directory, true, &quiet, &reason));
        assert_int_equal(scratch_count_files(directory), 1);
        scratch_remove(directory);
}

static void test_directory_missing(NO_STATE) {
        char *directory = scratch_make();
        const char *missing = scratch_path(directory, "missing"), *file = scratch_path(directory, "file");
        struct reason reason = { .text = "" };
        char wanted[512];

        assert_ok(metrics_write(missing, false, &quiet, &reason));
        assert_string_equal(reason.text, "");
        assert_error(metrics_write(missing, true, &quiet, &reason), ERR_NOT_FOUND);
        snprintf(wanted, sizeof(wanted), "%s: not found", missing);
        assert_string_equal(reason.text, wanted);
        scratch_write(file, text_view(""));
        assert_error(metrics_write(file, false, &quiet, &reason), ERR_NOT_DIRECTORY);
        scratch_remove(directory);
}

/* A disk takes the first bytes of a page, and no more. */
static void test_disk_full(NO_STATE) {
        const struct rlimit small = { .rlim_cur = 100, .rlim_max = RLIM_INFINITY },
                            none = { RLIM_INFINITY, RLIM_INFINITY };
        char *directory = scratch_make();
        const char *path = scratch_path(directory, METRICS_FILE);
        struct reason reason;
        struct bytes old;
        int r;

        scratch_write(path, text_view("old\n"));
        (void) signal(SIGXFSZ, SIG_IGN);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        r = metrics_write(directory, true, &quiet, &reason);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
        assert_error(r, ERR_TOO_LARGE);
        old = test_read_file(path);
        assert_true(bytes_equal(old, text_view("old\n")));
        free((void *) old.data);
        assert_int_equal(scratch_count_files(directory), 1);
        scratch_remove(directory);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_page),      cmocka_unit_test(test_page_of_nothing),
                cmocka_unit_test(test_write),     cmocka_unit_test(test_directory_missing),
                cmocka_unit_test(test_disk_full),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

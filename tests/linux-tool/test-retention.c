/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/store-fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "base/timestamp.h"
#include "linux-tool/retention.h"
#include "linux-tool/target/file-dump-target.h"
#include "store/dump.h"
#include "tests/support/flush-log.h"
#include "tests/support/scratch.h"

/* Events of one record a day, of which each test makes some; "20240229T123510Z-efi-panic1" is the first. */
#define FIRST 1709210110u
#define DAY   86400u

static const char *log_of_day = "a log\n";
static unsigned parts_of_day = 1; /* between any two, one is missing */

static struct store_fixture fixture;
static char *directory;
static struct file_dump_target files;
static struct dump_target target;
static struct retention removed;
static struct reason reason;

static int begin(NO_STATE) {
        store_fixture_begin(&fixture);
        directory = scratch_make();
        assert_ok(file_dump_target_open(&files, directory, &target));
        removed = (struct retention){ 0 };
        return 0;
}

static int end(NO_STATE) {
        retention_free(&removed);
        file_dump_target_close(&files);
        scratch_remove(directory);
        store_fixture_end(&fixture);
        return 0;
}

static void put_events(unsigned first, unsigned last) {
        for (unsigned day = first; day <= last; day++)
                for (unsigned part = 0; part < parts_of_day; part++)
                        store_fixture_put_efi_part(&fixture, "Panic", 1, 2 * part + 1, FIRST + day * DAY,
                                                   log_of_day);
}

static void load(void) {
        store_fixture_reload(&fixture);
        store_fixture_select_all(&fixture);
}

static void dump(void) {
        const struct dump_origin origin = { .program = "tests 1.0" };
        struct dump_result result;

        (void) dump_selected(&fixture.work, &target, &origin, NULL, NULL, &result);
        assert_int_equal(result.failed_count, 0);
}

/* They are in the target, and no longer in a store. */
static void bring_events(unsigned first, unsigned last) {
        put_events(first, last);
        load();
        dump();
        for (size_t i = 0; i < fixture.efi.count; i++)
                fixture.efi.entries[i].gone = true;
        load();
}

static void prune(uint64_t events, uint64_t bytes, size_t wanted) {
        const struct retention_limits limits = { events, bytes };

        retention_free(&removed);
        assert_ok(retention_prune(files.fd, &limits, &fixture.work, &removed, &reason));
        assert_int_equal(removed.count, wanted);
        assert_int_equal(access(scratch_path(directory, "unfinished"), F_OK), -1);
}

static const char *path_of_day(unsigned day) {
        char time[TIMESTAMP_TEXT_SIZE], name[64];

        timestamp_format_compact(FIRST + day * DAY, time);
        snprintf(name, sizeof(name), "%s-efi-panic1", time);
        return scratch_path(directory, name);
}

static void assert_days(unsigned first, unsigned last) {
        for (unsigned day = 0; day < 12; day++)
                if ((access(path_of_day(day), F_OK) == 0) != (day >= first && day <= last))
                        fail_msg("day %u", day);
}

static uint64_t bytes_of_day(unsigned day) {
        struct retention retention;
        uint64_t bytes = 0;

        assert_ok(retention_read(files.fd, &retention));
        for (size_t i = 0; i < retention.count; i++)
                if (retention.rows[i].seconds == FIRST + day * DAY)
                        bytes = retention.rows[i].bytes;
        retention_free(&retention);
        assert_true(bytes > 0);
        return bytes;
}

/* --- how much ----------------------------------------------------------------------------------- */

static void test_the_newest_stay(NO_STATE) {
        bring_events(0, 9);
        prune(0, 0, 0);
        prune(10, 0, 0);
        prune(4, 0, 6);
        assert_days(6, 9);
        assert_string_equal(removed.rows[0].name, "20240305T123510Z-efi-panic1");
        prune(4, 0, 0);
}

static void test_no_more_bytes_stay(NO_STATE) {
        uint64_t bytes;

        bring_events(0, 9);
        bytes = bytes_of_day(9);
        prune(0, 10 * bytes, 0);
        prune(0, 3 * bytes + bytes / 2, 7);
        assert_days(7, 9);
        prune(2, 3 * bytes, 1);
        assert_days(8, 9);
}

/* However large: what would be the use of nothing? */
static void test_the_newest_of_all_stays(NO_STATE) {
        bring_events(0, 2);
        prune(0, 1, 2);
        assert_days(2, 2);
}

/* A clock that was wrong made it the oldest. */
static void test_what_has_just_come_stays(NO_STATE) {
        bring_events(5, 9);
        put_events(0, 1);
        fixture.efi.source.is_archive = true;
        load();
        dump();
        prune(3, 0, 4);
        assert_int_equal(access(path_of_day(0), F_OK), 0);
        assert_int_equal(access(path_of_day(1), F_OK), 0);
        assert_int_equal(access(path_of_day(9), F_OK), 0);
}

/* It would be copied again at once. */
static void test_what_lies_in_a_store_stays(NO_STATE) {
        put_events(0, 5);
        load();
        dump();
        load();
        dump();
        prune(2, 0, 0);
        fixture.efi.source.is_archive = true;
        load();
        dump();
        prune(2, 0, 4);
        assert_days(4, 5);
}

static void test_other_records_leave_events_their_room(NO_STATE) {
        bring_events(0, 2);
        for (unsigned i = 0; i < 4; i++) {
                char name[16], path[64];
                const struct utimbuf times = { 1000 * i, 1000 * i };

                snprintf(name, sizeof(name), "note%u", i);
                store_fixture_put_efi(&fixture, name, "a note\n");
                load();
                dump();
                snprintf(path, sizeof(path), "other/efi-%s.json", name);
                assert_int_equal(utime(scratch_path(directory, path), &times), 0);
                fixture.efi.entries[fixture.efi.count - 1].gone = true;
        }
        load();
        prune(3, 0, 1);
        assert_string_equal(removed.rows[0].name, "other/efi-note0");
        prune(0, bytes_of_day(2) * 3 + 10, 3);
        assert_days(0, 2);
        assert_int_equal(scratch_count_files(scratch_path(directory, "other")), 0);
}

/* --- whose it is -------------------------------------------------------------------------------- */

static void test_what_is_not_ours_stays(NO_STATE) {
        static const char *const foreign[] = {
                "/20200101T000000Z-kdump-panic1/dmesg.txt",
                "/20200101T000000Z-notes/x",
                "/20200101T000000Z-file",
                "/notes/manifest.json",
                "/other/notes.json",
                "/other/notes.bin",
                "/.pstore-fw-proof",
                "/.pstore-fw-test",
                "/.pstore-fw-tally.json",
                "/.pstore-fw-tools/makedumpfile",
        };

        bring_events(0, 3);
        for (size_t i = 0; i < ARRAY_SIZE(foreign); i++)
                scratch_put(directory, foreign[i], "x");
        scratch_put(directory, "/20200101T000000Z-kdump-panic1/manifest.json",
                    "{ \"schema\": \"pstore-fw/kdump-manifest/1\" }");
        assert_int_equal(
                symlink("20240303T123510Z-efi-panic1", scratch_path(directory, "20200102T000000Z-link")), 0);
        scratch_write(scratch_path(path_of_day(0), "mine"), text_view("beside"));
        prune(1, 0, 2);
        assert_int_equal(access(path_of_day(0), F_OK), 0);
        for (size_t i = 0; i < ARRAY_SIZE(foreign); i++)
                assert_int_equal(access(scratch_path(directory, foreign[i]), F_OK), 0);
        assert_int_equal(readlink(scratch_path(directory, "20200102T000000Z-link"), (char[64]){ "" }, 64),
                         27);
}

/* --- what is cut short -------------------------------------------------------------------------- */

/* Both names are gone for good before anything of them is. */
static void test_names_go_first(NO_STATE) {
        size_t calls;

        bring_events(0, 3);
        flush_log_start();
        prune(2, 0, 2);
        calls = flush_log_stop();
        assert_true(flush_log_first_flush_of(directory) < flush_log_first_removal_of("manifest.json"));
        assert_uint_in_range(calls, 8, 40);
        for (size_t i = 1; i <= calls; i++) {
                const struct retention_limits limits = { 2, 0 };
                int r;

                end(NULL);
                begin(NULL);
                bring_events(0, 3);
                flush_log_start_failing(i);
                r = retention_prune(files.fd, &limits, &fixture.work, &removed, &reason);
                (void) flush_log_stop();
                assert_error(r, ERR_IO);
                test_assert_contains(reason.text, "old dumps cannot be removed: ");
                assert_ok(retention_tidy(files.fd));
                prune(2, 0, 2 - removed.count);
        }
}

static void test_what_was_cut_short_is_removed(NO_STATE) {
        bring_events(0, 1);
        scratch_put(directory, "/unfinished/3/dmesg.txt", "x");
        scratch_put(directory, "/unfinished/4.bin", "x");
        scratch_put(directory, "/other/efi-x.bin", "x");
        scratch_put(directory, "/other/efi-y.bin", "x");
        scratch_put(directory, "/other/efi-y.json", "x");
        scratch_put(directory, "/other/mine.bin", "x");
        assert_ok(retention_tidy(files.fd));
        assert_int_equal(access(scratch_path(directory, "unfinished"), F_OK), -1);
        assert_int_equal(access(scratch_path(directory, "other/efi-x.bin"), F_OK), -1);
        assert_int_equal(scratch_count_files(scratch_path(directory, "other")), 3);
        assert_days(0, 1);
}

/* --- what is adopted ---------------------------------------------------------------------------- */

static size_t count_surplus(uint64_t events, uint64_t bytes) {
        const struct retention_limits limits = { events, bytes };
        struct retention retention;
        size_t count = 0;

        assert_ok(retention_read(files.fd, &retention));
        assert_ok(retention_plan(&retention, &limits, &target, &fixture.work));
        retention_free(&retention);
        for (size_t i = 0; i < fixture.work.count; i++)
                count += fixture.work.states[i].surplus;
        return count;
}

/* Copied and removed in turn, at each boot: that must not be, whatever the limits are. */
static void assert_adopted_once(unsigned parts, const char *log) {
        uint64_t bytes;
        size_t most = 0;

        end(NULL);
        begin(NULL);
        log_of_day = log;
        parts_of_day = parts;
        bring_events(10, 10);
        bytes = bytes_of_day(10);
        for (uint64_t limit = 1; limit < 60; limit++) {
                const struct retention_limits limits = { limit % 2 ? limit : 0,
                                                         limit % 2 ? 0 : limit * bytes / 5 };
                size_t there = 0;

                end(NULL);
                begin(NULL);
                bring_events(10, 10);
                put_events(0, 9);
                fixture.efi.source.is_archive = true;
                for (unsigned run = 0; run < 4; run++) {
                        load();
                        (void) count_surplus(limits.events, limits.bytes);
                        dump();
                        prune(limits.events, limits.bytes, 0);
                        assert_true(scratch_count_files(directory) >= there);
                        there = scratch_count_files(directory);
                }
                if (limits.bytes > 0 && there > most)
                        most = there;
        }
        assert_uint_in_range(most, 4 * 3, 11 * 3);
        log_of_day = "a log\n";
        parts_of_day = 1;
}

/* Also where a manifest says more than all records together, each byte of it escaped. */
static void test_an_archive_is_adopted_once(NO_STATE) {
        char log[2200], name[1900];

        memset(name, 1, sizeof(name));
        snprintf(log, sizeof(log),
                 "Kernel panic - not syncing: x\nCPU: 0 PID: 1 Comm: x Not tainted %.*s #1\n",
                 (int) sizeof(name), name);
        assert_adopted_once(1, "a log\n");
        assert_adopted_once(10, "a log\n");
        assert_adopted_once(1, log);
}

static void test_what_is_surplus(NO_STATE) {
        bring_events(5, 6);
        put_events(0, 9);
        load();
        assert_int_equal(count_surplus(3, 0), 0); /* of a store everything comes */
        fixture.efi.source.is_archive = true;
        load();
        assert_int_equal(count_surplus(0, 0), 0);
        load();
        assert_int_equal(count_surplus(2, 0), 6); /* days 5 and 6 are there, and are found */
        load();
        assert_int_equal(count_surplus(3, 0), 5);
        load();
        assert_int_equal(count_surplus(6, 0), 4);
        load();
        fixture.efi.source.is_outbox = true;
        assert_int_equal(count_surplus(3, 0), 0);
        fixture.efi.source.is_outbox = false;
        fixture.efi.source.location = directory;
        load();
        assert_int_equal(count_surplus(1, 0), 0); /* it lies here itself */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_the_newest_stay),
                TEST(test_no_more_bytes_stay),
                TEST(test_the_newest_of_all_stays),
                TEST(test_what_has_just_come_stays),
                TEST(test_what_lies_in_a_store_stays),
                TEST(test_other_records_leave_events_their_room),
                TEST(test_what_is_not_ours_stays),
                TEST(test_names_go_first),
                TEST(test_what_was_cut_short_is_removed),
                TEST(test_an_archive_is_adopted_once),
                TEST(test_what_is_surplus),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

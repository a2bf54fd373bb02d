/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* What a run of collect tells: each crash that has a copy, once, wherever it lies. */
#include "tests/support/store-fixture.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "linux-tool/source/sources.h"
#include "linux-tool/target/file-dump-target.h"
#include "linux-tool/tell/metrics.h"
#include "linux-tool/tell/run.h"
#include "linux-tool/verb/verbs.h"
#include "store/canary.h"
#include "tests/support/flush-log.h"
#include "tests/support/journal-socket.h"
#include "tests/support/loaded-source.h"
#include "tests/support/scratch.h"

#define FIRST 1709210110u /* 2024-02-29 12:35:10 */

/* A machine whose stores are a fixture's, which tells into a directory of its own. */
static struct store_fixture stores;
static char *scratch, directory[64], journal[64], exporter[64], asked[64], judged[64];
static struct settings settings;
static struct options options;
static struct news_ways ways;
static char said[8192]; /* on standard error, by the last run */
static int journal_fd;

static int begin(NO_STATE) {
        store_fixture_begin(&stores);
        scratch = scratch_make();
        snprintf(directory, sizeof(directory), "%s/dumps", scratch);
        snprintf(journal, sizeof(journal), "%s/journal", scratch);
        snprintf(exporter, sizeof(exporter), "%s/exporter", scratch);
        snprintf(asked, sizeof(asked), "%s/asked", scratch);
        snprintf(judged, sizeof(judged), "pstorefs:%s/pstore", scratch);
        assert_int_equal(mkdir(directory, 0700), 0);
        assert_int_equal(mkdir(scratch_path(scratch, "pstore"), 0700), 0);
        journal_socket_set(journal);
        ways = news_ways;
        ways.journal = journal;
        ways.syslog = scratch_path(scratch, "log");
        ways.patience_seconds = 1;
        settings_default(&settings);
        /* What `check` is asked about: a store that is not this machine's. */
        options = (struct options){ .given = { { .option = &option_source, .text = judged } },
                                    .given_count = 1 };
        journal_fd = -1;
        said[0] = '\0';
        return 0;
}

static int end(NO_STATE) {
        cleanup_close(&journal_fd);
        scratch_remove(scratch);
        store_fixture_end(&stores);
        return 0;
}

/* --- what is told, and where -------------------------------------------------------------------- */

static void with_journal(void) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };

        journal_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        snprintf(address.sun_path, sizeof(address.sun_path), "%s", journal);
        assert_int_equal(bind(journal_fd, (const struct sockaddr *) &address, sizeof(address)), 0);
}

/* The next entry has this event, and the path of its copy, below the directory. */
static void assert_told(const char *event, const char *place) {
        char entry[8192], line[256];
        ssize_t size = recv(journal_fd, entry, sizeof(entry) - 1, 0);

        if (size <= 0)
                fail_msg("%s is not told", event);
        entry[size] = '\0';
        snprintf(line, sizeof(line), "\nPSTORE_FW_EVENT=%s\n", event);
        test_assert_contains(entry, line);
        snprintf(line, sizeof(line), "\nPSTORE_FW_COPY=%s%s\n", directory, place);
        test_assert_contains(entry, line);
}

static void assert_nothing_told(void) {
        char entry[8192];
        ssize_t size = recv(journal_fd, entry, sizeof(entry) - 1, 0);

        if (size > 0)
                fail_msg("%.*s", (int) size, entry);
}

/* Keeps what it says on standard error, where cmocka says what has failed. */
static int run_telling(const struct telling *telling) {
        const char *path = scratch_path(scratch, "messages");
        int before = dup(STDERR_FILENO), r;
        struct bytes content;

        assert_non_null(freopen(path, "w", stderr));
        r = telling_run(telling);
        fflush(stderr);
        assert_int_equal(dup2(before, STDERR_FILENO), STDERR_FILENO);
        close(before);
        content = test_read_file(path);
        snprintf(said, sizeof(said), "%.*s", (int) content.size, (const char *) content.data);
        free((void *) content.data);
        return r;
}

/* --- the run ------------------------------------------------------------------------------------ */

static void save(struct work *work, const struct dump_target *target, const char *unwanted) {
        const struct dump_origin origin = { .program = "tests 1.0" };
        struct dump_result result;

        for (size_t i = 0; i < work->count; i++)
                work->states[i].selected = !record_has_id(&work->catalog->rows[i]->record, unwanted);
        (void) dump_selected(work, target, &origin, NULL, NULL, &result);
}

/* As collect does it, when all is copied; a disk may fail at a call of the telling (see flush-log.h). */
static int tell_of(struct work *work, const char *unwanted, size_t failing_call) {
        struct file_dump_target files;
        struct dump_target target;
        struct telling telling = {
                .settings = &settings,
                .options = &options,
                .directory = directory,
                .target = &target,
                .work = work,
                .saw_all = true,
                .ways = &ways,
                .exporter = exporter,
        };
        int r;

        assert_ok(file_dump_target_open(&files, directory, &target));
        save(work, &target, unwanted);
        telling.directory_fd = files.fd;
        if (failing_call > 0)
                flush_log_start_failing(failing_call);
        r = run_telling(&telling);
        if (failing_call > 0)
                (void) flush_log_stop();
        file_dump_target_close(&files);
        return r;
}

static int tell(void) {
        store_fixture_reload(&stores);
        return tell_of(&stores.work, "", 0);
}

static int tell_archive(const char *spec) {
        struct loaded loaded;
        int r;

        load(&loaded, spec);
        assert_ok(loaded.result);
        r = tell_of(&loaded.work, "", 0);
        unload(&loaded);
        return r;
}

static const char *archive_spec(void) {
        static char spec[128];

        snprintf(spec, sizeof(spec), "dir:%s", directory);
        return spec;
}

static void empty_stores(void) {
        for (size_t i = 0; i < stores.efi.count; i++)
                stores.efi.entries[i].gone = true;
        for (size_t i = 0; i < stores.erst.count; i++)
                stores.erst.entries[i].gone = true;
}

static void put_panic(uint32_t count, uint32_t part, uint64_t seconds, const char *log) {
        store_fixture_put_efi_part(&stores, "Panic", count, part, seconds, log);
}

static size_t tally_number(const char *label) {
        char name[128];
        const char *line;
        struct bytes page = test_read_file(scratch_path(exporter, METRICS_FILE));
        char *text = strndup((const char *) page.data, page.size);
        size_t number;

        snprintf(name, sizeof(name), "\npstore_fw_%s ", label);
        line = strstr(text, name);
        if (!line)
                fail_msg("no %s in\n%s", label, text);
        number = strtoul(line + strlen(name), NULL, 10);
        free(text);
        free((void *) page.data);
        return number;
}

/* --- each crash once ---------------------------------------------------------------------------- */

static void test_each_once(NO_STATE) {
        with_journal();
        store_fixture_put_panic_and_oops(&stores);
        assert_ok(tell());
        assert_told("20240229T123510Z-erst-panic1", "/20240229T123510Z-erst-panic1");
        assert_told("20240301T123510Z-efi-oops1", "/20240301T123510Z-efi-oops1");
        assert_nothing_told();
        assert_ok(tell());
        assert_nothing_told();
        empty_stores();
        put_panic(7, 1, FIRST + 200000, "x\n");
        assert_ok(tell_archive(archive_spec())); /* cleared, they lie here themselves */
        assert_nothing_told();
        assert_ok(tell());
        assert_told("20240302T200830Z-efi-panic7", "/20240302T200830Z-efi-panic7");
        assert_nothing_told();
        assert_string_equal(said, "");
}

static void test_what_is_no_crash(NO_STATE) {
        const uint8_t seed[CANARY_SEED_SIZE] = { 1 };
        char canary[CANARY_SIZE];
        struct text text = TEXT_ON(canary);
        struct canary made;

        with_journal();
        canary_init(&made, seed, RECORD_STORE_EFI, FIRST);
        canary_format(&made, &text);
        store_fixture_put_efi(&stores, "dump-type0-1-1-1709210110", canary);
        store_fixture_put_efi_part(&stores, "Restart", 1, 1, FIRST + 100, "x\n");
        store_fixture_put_efi_part(&stores, "Poweroff", 2, 1, FIRST + 200, "x\n");
        store_fixture_put_efi_part(&stores, "Shutdown", 3, 1, FIRST + 300, "x\n");
        assert_ok(tell());
        assert_nothing_told();
        assert_int_equal(stores.catalog.event_count, 3);
        for (size_t i = 0; i < stores.work.count; i++)
                assert_true(stores.work.states[i].saved);
}

/* What has no copy is not told, and comes when it has one. */
static void test_without_a_copy(NO_STATE) {
        with_journal();
        put_panic(1, 1, FIRST, "x\n");
        put_panic(1, 2, FIRST, "y\n");
        put_panic(2, 1, FIRST + 100, "z\n");
        store_fixture_load(&stores);
        assert_ok(tell_of(&stores.work, "efi:dump-type0-1-2-1709210210-D", 0));
        assert_told("20240229T123510Z-efi-panic1", "/20240229T123510Z-efi-panic1");
        assert_nothing_told();
        assert_ok(tell());
        assert_told("20240229T123650Z-efi-panic2", "/20240229T123650Z-efi-panic2");
        /* A copy that is missing once is not forgotten. */
        store_fixture_reload(&stores);
        assert_ok(tell_of(&stores.work, "efi:dump-type0-1-2-1709210210-D", 0));
        assert_ok(tell());
        assert_nothing_told();
}

/* --- where it lies ------------------------------------------------------------------------------ */

/* The first copy has one part; the second one all. */
static void make_second_copy(void) {
        settings.journal = false;
        put_panic(1, 1, FIRST, "x\n");
        assert_ok(tell());
        put_panic(1, 2, FIRST, "y\n");
        assert_ok(tell());
        settings.journal = true;
        assert_int_equal(access(scratch_path(directory, "20240229T123510Z-efi-panic1.2/manifest.json"), F_OK),
                         0);
}

static void test_a_second_copy(NO_STATE) {
        with_journal();
        make_second_copy();
        assert_ok(tell());
        assert_told("20240229T123510Z-efi-panic1", "/20240229T123510Z-efi-panic1.2");
        assert_nothing_told();
}

static void test_a_second_copy_that_lies_there(NO_STATE) {
        with_journal();
        make_second_copy();
        assert_ok(tell_archive(archive_spec()));
        assert_told("20240229T123510Z-efi-panic1", "/20240229T123510Z-efi-panic1.2");
        assert_nothing_told();
}

static void test_of_kdump(NO_STATE) {
        char spec[128];

        with_journal();
        snprintf(spec, sizeof(spec), "kdump:%s", directory);
        scratch_put(directory, "/20240229T123510Z-kdump-panic1/dmesg.txt", "<0>[    1.0] Kernel panic\n");
        scratch_put(directory, "/20240229T123510Z-kdump-panic2/dmesg.txt", "<0>[    1.0] Kernel panic\n");
        assert_ok(tell_archive(spec));
        assert_told("20240229T123510Z-kdump-panic1", "/20240229T123510Z-kdump-panic1");
        assert_told("20240229T123510Z-kdump-panic2", "/20240229T123510Z-kdump-panic2");
        assert_nothing_told();
        assert_ok(tell_archive(spec));
        assert_nothing_told();
}

/* Somewhere below the directory, as somebody put it there: no path is told that is none. */
static void test_deeper(NO_STATE) {
        with_journal();
        scratch_put(directory, "/host-a/dmesg-efi-170921011001001", "Panic#1 Part1\nx\n");
        assert_ok(tell_archive(archive_spec()));
        assert_told("20240229T123510Z-efi-panic1", "");
        assert_nothing_told();
}

/* --- what goes wrong ---------------------------------------------------------------------------- */

static void test_nobody_listens(NO_STATE) {
        put_panic(1, 1, FIRST, "x\n");
        put_panic(2, 1, FIRST + 100, "x\n");
        assert_int_equal(mkdir(exporter, 0700), 0);
        assert_error(tell(), ERR_NOT_FOUND);
        /* Of the first one alone: who does not listen to it does not listen to the next. */
        test_assert_contains(said, "20240229T123510Z-efi-panic1: neither the journal (");
        assert_int_equal(test_count_lines(said), 1);
        assert_int_equal(tally_number("crashes_total{reason=\"panic\",signature=\"unknown\"}"), 2);
        with_journal();
        assert_ok(tell());
        assert_told("20240229T123510Z-efi-panic1", "/20240229T123510Z-efi-panic1");
        assert_told("20240229T123650Z-efi-panic2", "/20240229T123650Z-efi-panic2");
        assert_nothing_told();
        assert_int_equal(tally_number("crashes_total{reason=\"panic\",signature=\"unknown\"}"), 2);
}

/* What was counted meanwhile is told when that is wanted. */
static void test_no_journal_wanted(NO_STATE) {
        with_journal();
        put_panic(1, 1, FIRST, "x\n");
        settings.journal = false;
        assert_ok(tell());
        assert_nothing_told();
        settings.journal = true;
        assert_ok(tell());
        assert_told("20240229T123510Z-efi-panic1", "/20240229T123510Z-efi-panic1");
}

static void test_damaged_tally(NO_STATE) {
        with_journal();
        put_panic(1, 1, FIRST, "x\n");
        scratch_put(directory, "/" TALLY_FILE, "{ \"schema\": ");
        assert_int_equal(mkdir(exporter, 0700), 0);
        assert_error(tell(), ERR_TRUNCATED);
        test_assert_contains(said, "/dumps/" TALLY_FILE ": ");
        assert_told("20240229T123510Z-efi-panic1", "/20240229T123510Z-efi-panic1");
        assert_int_equal(access(scratch_path(exporter, METRICS_FILE), F_OK), 0);
        assert_ok(tell());
        assert_nothing_told();
        assert_string_equal(said, "");
}

/* Whatever call fails: none is left out, and what is told twice was told before that could be noted. */
static void test_full_disk(NO_STATE) {
        with_journal();
        put_panic(1, 1, FIRST, "x\n");
        put_panic(2, 1, FIRST + 100, "x\n");
        for (size_t call = 1; call <= 6; call++) {
                bool is_noted = call > 3; /* what is written, its name, its directory: of the first save */
                int r;

                (void) unlink(scratch_path(directory, TALLY_FILE));
                store_fixture_reload(&stores);
                r = tell_of(&stores.work, "", call);
                assert_error(r, ERR_IO);
                test_assert_contains(said, "/dumps/" TALLY_FILE ": ");
                if (!is_noted)
                        assert_nothing_told();
                else {
                        assert_told("20240229T123510Z-efi-panic1", "/20240229T123510Z-efi-panic1");
                        assert_told("20240229T123650Z-efi-panic2", "/20240229T123650Z-efi-panic2");
                }
                assert_ok(tell());
                /* The last call makes the name durable: whoever reads it now has it already. */
                if (call < 6) {
                        assert_told("20240229T123510Z-efi-panic1", "/20240229T123510Z-efi-panic1");
                        assert_told("20240229T123650Z-efi-panic2", "/20240229T123650Z-efi-panic2");
                }
                assert_nothing_told();
                assert_ok(tell());
                assert_nothing_told();
        }
}

/* --- metrics ------------------------------------------------------------------------------------ */

static void test_metrics(NO_STATE) {
        char name[128];

        with_journal();
        put_panic(1, 1, FIRST, "x\n");
        scratch_put(scratch, "/pstore/dmesg-efi-170921011001001", "Panic#1 Part1\nx\n");
        assert_int_equal(mkdir(exporter, 0700), 0);
        assert_ok(tell());
        assert_int_equal(tally_number("crashes_total{reason=\"panic\",signature=\"unknown\"}"), 1);
        snprintf(name, sizeof(name), "records_waiting{store=\"%.*s\"}", TALLY_LABEL_SIZE - 1, judged);
        assert_int_equal(tally_number(name), 1);
        assert_int_equal(tally_number("verdict"), VERDICT_WARNING);
        /* What lies in it beside records hides none of them. */
        scratch_put(scratch, "/pstore/notes", "x");
        assert_ok(tell());
        assert_int_equal(tally_number(name), 1);
        settings.metrics = false;
        assert_int_equal(unlink(scratch_path(exporter, METRICS_FILE)), 0);
        assert_ok(tell());
        assert_int_equal(access(scratch_path(exporter, METRICS_FILE), F_OK), -1);
}

/* A machine that has never crashed has no directory, and its verdict counts all the same. */
static void test_nothing_was_ever_collected(NO_STATE) {
        with_journal();
        assert_int_equal(rmdir(directory), 0);
        assert_int_equal(mkdir(exporter, 0700), 0);
        assert_ok(tell());
        assert_int_equal(tally_number("verdict"), VERDICT_OK);
        assert_string_equal(said, "");
        assert_nothing_told();
        assert_int_equal(access(directory, F_OK), -1);
}

/* A machine without an exporter is none that has to be told about. */
static void test_no_exporter(NO_STATE) {
        with_journal();
        put_panic(1, 1, FIRST, "x\n");
        assert_ok(tell());
        assert_string_equal(said, "");
        assert_int_equal(access(exporter, F_OK), -1);
}

static void test_metrics_that_were_asked_for(NO_STATE) {
        with_journal();
        put_panic(1, 1, FIRST, "x\n");
        assert_int_equal(mkdir(exporter, 0700), 0);
        snprintf(settings.metrics_directory, sizeof(settings.metrics_directory), "%s", asked);
        assert_error(tell(), ERR_NOT_FOUND);
        test_assert_contains(said, "/asked: not found");
        assert_told("20240229T123510Z-efi-panic1", "/20240229T123510Z-efi-panic1");
        assert_int_equal(scratch_count_files(exporter), 0);
        assert_int_equal(mkdir(asked, 0700), 0);
        assert_ok(tell());
        assert_nothing_told();
        assert_int_equal(access(scratch_path(asked, METRICS_FILE), F_OK), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(each_once),
                TEST(what_is_no_crash),
                TEST(without_a_copy),
                TEST(a_second_copy),
                TEST(a_second_copy_that_lies_there),
                TEST(of_kdump),
                TEST(deeper),
                TEST(nobody_listens),
                TEST(no_journal_wanted),
                TEST(damaged_tally),
                TEST(full_disk),
                TEST(metrics),
                TEST(nothing_was_ever_collected),
                TEST(no_exporter),
                TEST(metrics_that_were_asked_for),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "codec/sha256.h"
#include "store/event-crash.h"
#include "store/explain.h"
#include "store/list.h"
#include "tests/support/store-fixture.h"

static struct store_fixture fixture;

#define OOPS "<1>[   61.000000] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"
#define REST                                                                                                 \
        "<4>[   61.000001] CPU: 3 PID: 7 Comm: a\x1b[m Tainted: G        W  O       6.1.0 #1\n"              \
        "<4>[   61.000002] RIP: 0010:foo+0x1/0x2 [bar]\n"                                                    \
        "<4>[   61.000003] Call Trace:\n"                                                                    \
        "<4>[   61.000004]  baz+0x1/0x2\n"                                                                   \
        "<0>[   61.500000] Kernel panic - not syncing: Fatal exception\n"

/* The line that begins a crash, in the older part, and what it is about in the other. */
static void put_panic(void) {
        store_fixture_put_erst_part(&fixture, 0x65e079fe, 1, "Panic", 1, 1, 1709210110, REST);
        store_fixture_put_erst_part(&fixture, 0x65e079fe, 2, "Panic", 1, 2, 1709210110, OOPS);
        store_fixture_load(&fixture);
}

static void test_a_crash_is_read_over_parts(NO_STATE) {
        struct event_crash crash;

        put_panic();
        assert_int_equal(event_crash_read(&fixture.catalog, &fixture.catalog.events[0], &crash), 1);
        assert_string_equal(crash.told.crash.title, "BUG: kernel NULL pointer dereference in foo");
        event_crash_free(&crash);
}

/* As docs/USAGE.md has it: sha256sum says the same. */
static void test_the_signature_is_a_digest_of_words(NO_STATE) {
        static const char text[] = "BUG: kernel NULL pointer dereference\nfoo\nbaz\n";
        uint8_t digest[SHA256_SIZE];
        struct log_crash crash;

        assert_true(log_crash_read(text_view(OOPS REST), &crash));
        sha256_digest(text_view(text), digest);
        for (size_t i = 0; i < 8; i++) {
                char hex[3];

                snprintf(hex, sizeof(hex), "%02x", digest[i]);
                assert_memory_equal(crash.signature + 2 * i, hex, 2);
        }
        assert_int_equal(strlen(crash.signature), 16);
}

static void test_an_event_without_a_crash_has_none(NO_STATE) {
        struct event_crash crash;

        store_fixture_put_efi_part(&fixture, "Panic", 1, 1, 1709210110, "x\n");
        store_fixture_load(&fixture);
        assert_int_equal(event_crash_read(&fixture.catalog, &fixture.catalog.events[0], &crash), 0);
        event_crash_free(&crash);
}

static void test_no_memory_is_an_error(NO_STATE) {
        struct event_crash crash;

        put_panic();
        fake_allocator_fail_at(&fixture.memory, 1);
        assert_error(event_crash_read(&fixture.catalog, &fixture.catalog.events[0], &crash), ERR_NO_MEMORY);
        event_crash_free(&crash);
}

static void test_the_list_has_a_title(NO_STATE) {
        put_panic();
        assert_ok(list_catalog(&fixture.catalog, &fixture.sink));
        test_assert_contains(store_fixture_output(&fixture),
                             "\n  BUG: kernel NULL pointer dereference in foo\n  erst:65e079fe00000002 ");
}

static void test_a_long_title_keeps_its_function(NO_STATE) {
        struct crash crash = { .title = "kernel panic: some words too many in foo_bar", .title_words = 33 };
        char said[64];
        struct text text = TEXT_ON(said);

        crash_put_short_title(&crash, 44, &text);
        assert_string_equal(said, crash.title);
        text = TEXT_ON(said);
        crash_put_short_title(&crash, 30, &text);
        assert_string_equal(said, "kernel panic: so... in foo_bar");
        text = TEXT_ON(said);
        crash_put_short_title(&crash, 12, &text);
        assert_string_equal(said, "kernel pa...");
        text = TEXT_ON(said);
        crash_put_short_title(&crash, 15, &text); /* " in foo_bar" and a letter */
        assert_string_equal(said, "k... in foo_bar");
        text = TEXT_ON(said);
        crash_put_short_title(&crash, 14, &text);
        assert_string_equal(said, "kernel pani...");
}

static const char explained[] =
        "BUG: kernel NULL pointer dereference in foo\n"
        "  event      20240229T123510Z-erst-panic1, 2024-02-29 12:35:10 UTC\n"
        "  signature  SIGNATURE\n"
        "  kernel     6.1.0\n"
        "  uptime     1 min 1 s\n"
        "  process    a\\x1b[m, pid 7, CPU 3\n"
        "  taint      W: an earlier warning, O: a module from outside the kernel's tree\n"
        "  modules    bar\n"
        "  trace      foo+0x1/0x2 [bar]\n"
        "             baz+0x1/0x2\n"
        "  problems   1. at 1 min 1 s: BUG: kernel NULL pointer dereference in foo\n"
        "             2. at 1 min 1 s: kernel panic: Fatal exception\n";

static void test_all_of_it_for_people(NO_STATE) {
        struct log_crash crash;
        char *text, *signature;

        put_panic();
        store_fixture_select_all(&fixture);
        assert_int_equal(explain_selected(&fixture.work, &fixture.sink), 1);
        text = strdup(store_fixture_output(&fixture));
        assert_true(log_crash_read(text_view(OOPS REST), &crash));
        signature = strstr(text, crash.signature);
        assert_non_null(signature);
        memcpy(signature, "SIGNATURE", 9);
        memmove(signature + 9, signature + 16, strlen(signature + 16) + 1);
        assert_string_equal(text, explained);
        free(text);
}

/* Whatever a log has, a line of its problems fits, and a process does not hide its pid. */
static void test_long_words_of_a_log_fit(NO_STATE) {
        static const char name[] =
                "a_function_with_a_name_that_is_so_long_that_there_is_no_room_for_any_other_word";
        char log[2048], process[512];
        const char *text;

        store_fixture_load(&fixture);
        memset(process, 'p', sizeof(process));
        process[sizeof(process) - 1] = 0;
        snprintf(log, sizeof(log),
                 "[   61.500000] kernel BUG at a.c:1!\n[   61.500000] CPU: 3 PID: 7 Comm: %s Not tainted "
                 "6.1.0\n"
                 "[   61.500000] RIP: 0010:%s+0x1/0x2\n[  999.000000] Kernel panic - not syncing: %s\n",
                 process, name, name);
        assert_int_equal(explain_log(text_view(log), &fixture.sink), 1);
        text = store_fixture_output(&fixture);
        test_assert_contains(text, "pid 7, CPU 3\n");
        for (text = strstr(text, "  problems "); *text; text += strcspn(text, "\n") + 1)
                assert_in_range(strcspn(text, "\n"), 1, 80);
}

static void test_of_a_hung_task_no_cpu_is_told(NO_STATE) {
        store_fixture_load(&fixture);
        assert_int_equal(
                explain_log(text_view("INFO: task a:7 blocked for more than 120 seconds.\n"), &fixture.sink),
                1);
        test_assert_contains(store_fixture_output(&fixture), "  process    a, pid 7\n");
}

static void test_what_is_no_crash_is_told_of_too(NO_STATE) {
        const char *text;

        store_fixture_put_efi_part(&fixture, "Panic", 1, 1, 1709210110, "x\n");
        store_fixture_put_efi(&fixture, "cfg", "data");
        store_fixture_load(&fixture);
        store_fixture_select_all(&fixture);
        assert_int_equal(explain_selected(&fixture.work, &fixture.sink), 2);
        text = store_fixture_output(&fixture);
        test_assert_contains(text, "the log of this panic tells of no crash that is known\n  event ");
        test_assert_contains(text, "\n\nunknown record\n  record     efi:cfg\n");
}

static void test_uptimes(NO_STATE) {
        static const struct {
                uint64_t us;
                const char *said;
        } rows[] = {
                { 0, "0.000 s" },
                { 59999000, "59.999 s" },
                { 60000000, "1 min 0 s" },
                { UINT64_C(7325) * 1000000, "2 h 2 min" },
                { UINT64_C(90000) * 1000000, "1 d 1 h" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                char said[64];
                struct text text = TEXT_ON(said);

                explain_put_uptime(rows[i].us, &text);
                assert_string_equal(said, rows[i].said);
        }
}

#define TEST(name)                                                                                           \
        cmocka_unit_test_prestate_setup_teardown(name, store_fixture_setup, store_fixture_teardown, &fixture)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_a_crash_is_read_over_parts),
                TEST(test_the_signature_is_a_digest_of_words),
                TEST(test_an_event_without_a_crash_has_none),
                TEST(test_no_memory_is_an_error),
                TEST(test_the_list_has_a_title),
                TEST(test_a_long_title_keeps_its_function),
                TEST(test_all_of_it_for_people),
                TEST(test_long_words_of_a_log_fit),
                TEST(test_of_a_hung_task_no_cpu_is_told),
                TEST(test_what_is_no_crash_is_told_of_too),
                TEST(test_uptimes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/store-fixture.h"

#include "store/canary.h"
#include "store/crashes.h"

#define NOW  UINT64_C(1709210110) /* 2024-02-29 12:35:10 */
#define DAYS UINT64_C(86400)

static struct store_fixture fixture;
static struct fake_source archive;
static struct crashes crashes;

static int setup(NO_STATE) {
        store_fixture_begin(&fixture);
        fake_source_init(&archive, "dir:/var/lib/systemd/pstore", RECORD_STORE_END);
        archive.source.is_archive = true;
        archive.source.location = "/var/lib/systemd/pstore";
        return 0;
}

static int teardown(NO_STATE) {
        fake_source_free(&archive);
        store_fixture_end(&fixture);
        return 0;
}

static void put(const char *why, uint32_t count, uint64_t seconds) {
        store_fixture_put_efi_part(&fixture, why, count, 1, seconds, "log\n");
}

static void put_archived(const char *why, uint32_t count, uint64_t seconds) {
        char text[64], name[64];

        snprintf(text, sizeof(text), "%s#%u Part1\nlog\n", why, count);
        snprintf(name, sizeof(name), "dump-type0-1-%u-%llu", count, (unsigned long long) seconds);
        fake_source_add_shown(&archive, name, RECORD_FORM_TEXT, RECORD_TYPE_DMESG, seconds, text_view(text))
                ->entry.store = RECORD_STORE_EFI;
}

static const char *count_at(uint64_t now) {
        assert_ok(catalog_add(&fixture.catalog, &fixture.efi.source));
        assert_ok(catalog_add(&fixture.catalog, &archive.source));
        assert_ok(catalog_join(&fixture.catalog));
        crashes_count(&fixture.catalog, now, &crashes);
        assert_ok(crashes_print(&crashes, &fixture.sink));
        return store_fixture_output(&fixture);
}

static void test_none(NO_STATE) {
        assert_string_equal(count_at(NOW), "crashes: none in the last 30 days\n");
        assert_string_equal(crashes.newest, "");
        assert_int_equal(crashes.counts[0] + crashes.counts[1], 0);
}

/* The second that is 30 days old is one of them. */
static void test_only_of_the_last_days(NO_STATE) {
        put("Panic", 1, NOW - 30 * DAYS - 1);
        put("Panic", 2, NOW - 30 * DAYS);
        assert_string_equal(
                count_at(NOW),
                "crashes: 1 in the last 30 days, the newest 20240130T123510Z-efi-panic2; in efi\n");
}

/* Each once, and in each place where it lies. */
static void test_wherever_they_lie(NO_STATE) {
        put("Panic", 1, NOW - 5);
        put("Oops", 1, NOW - 4);
        put_archived("Panic", 1, NOW - 5);
        put_archived("Panic", 9, NOW - 3 * DAYS);
        assert_string_equal(
                count_at(NOW),
                "crashes: 3 in the last 30 days, the newest 20240229T123506Z-efi-oops1; 2 in efi,\n"
                "         2 in /var/lib/systemd/pstore\n");
        assert_int_equal(crashes.count, 3);
}

static void test_what_systemd_has_emptied(NO_STATE) {
        put_archived("Panic", 9, NOW - 3 * DAYS);
        test_assert_contains(count_at(NOW), "crashes: 1 in the last 30 days");
        assert_int_equal(crashes.counts[0], 0);
        assert_int_equal(crashes.counts[1], 1);
}

static void test_what_is_no_crash(NO_STATE) {
        static const struct {
                const char *why;
                bool counts;
        } rows[] = {
                { "Panic", true },     { "Oops", true },  { "Emergency", true }, { "Unknown", true },
                { "Shutdown", false }, { "Halt", false }, { "Poweroff", false }, { "Restart", false },
        };
        size_t expected = 0;

        for (uint32_t i = 0; i < ARRAY_SIZE(rows); i++) {
                put(rows[i].why, i + 1, NOW - i * 100);
                expected += rows[i].counts;
        }
        (void) count_at(NOW);
        assert_int_equal(fixture.catalog.event_count, ARRAY_SIZE(rows));
        assert_int_equal(crashes.count, expected);
}

static void test_of_the_future(NO_STATE) {
        put("Panic", 1, NOW);
        put("Panic", 2, NOW + 1);
        assert_string_equal(
                count_at(NOW),
                "crashes: 2 in the last 30 days, the newest 20240229T123511Z-efi-panic2; 1 dated\n"
                "         in the future, by a clock that is or was wrong; all in efi\n");
        assert_int_equal(crashes.future_count, 1);
}

static void test_without_a_clock(NO_STATE) {
        put("Panic", 1, NOW);
        assert_string_equal(count_at(0), "");
        assert_false(crashes.known);
}

/* A clock that starts at 1970 has no 30 days behind it. */
static void test_a_clock_that_was_never_set(NO_STATE) {
        put("Panic", 1, NOW);
        test_assert_contains(count_at(5), "crashes: 1 in the last 30 days");
        assert_int_equal(crashes.future_count, 1);
}

static void test_what_is_not_seen(NO_STATE) {
        crashes = (struct crashes){ .known = true, .unseen = "the EFI system partition is not mounted (x)" };
        assert_ok(crashes_print(&crashes, &fixture.sink));
        assert_string_equal(store_fixture_output(&fixture),
                            "crashes: none in the last 30 days\n"
                            "not seen: the EFI system partition is not mounted (x)\n");
}

static void test_the_sinks_error_comes_back(NO_STATE) {
        for (unsigned writes = 0; writes < 4; writes++) {
                unsigned left = writes;
                struct sink sink = store_fixture_failing_sink(&left);

                crashes = (struct crashes){ .known = true, .unseen = "x" };
                assert_error(crashes_print(&crashes, &sink), ERR_IO);
        }
}

/* It has no header line, as a kernel's log has, and so is of no event, in whichever store it lies. */
static void test_a_canary_is_no_crash(NO_STATE) {
        const uint8_t seed[CANARY_SEED_SIZE] = { 0xca };
        char words[CANARY_SIZE];
        struct text text = TEXT_ON(words);
        struct canary canary;

        canary_init(&canary, seed, RECORD_STORE_EFI, NOW);
        canary_format(&canary, &text);
        store_fixture_put_efi(&fixture, "dump-type0-1-1-1709210110-D", words);
        store_fixture_put_erst(&fixture, 0x65e079fe, 1, NOW, words);
        fake_source_add_shown(&archive, "dmesg-efi-170921011001001", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, NOW,
                              text_view(words))
                ->entry.store = RECORD_STORE_EFI;
        assert_ok(catalog_add(&fixture.catalog, &fixture.erst.source));
        assert_string_equal(count_at(NOW), "crashes: none in the last 30 days\n");
        assert_true(fixture.catalog.record_count >= 2);
        assert_int_equal(fixture.catalog.event_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(none),
                TEST(only_of_the_last_days),
                TEST(wherever_they_lie),
                TEST(what_systemd_has_emptied),
                TEST(what_is_no_crash),
                TEST(a_canary_is_no_crash),
                TEST(of_the_future),
                TEST(without_a_clock),
                TEST(a_clock_that_was_never_set),
                TEST(what_is_not_seen),
                TEST(the_sinks_error_comes_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

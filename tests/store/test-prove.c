/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/session-fixture.h"

#include "store/prove.h"

#define ARMED 1709210119 /* 2024-02-29 12:35:19 */
#define NAME  "dump-type0-1-1-1709210119-D"
#define WORD  "00112233445566778899aabbccddeeff"
#define LINE  "<5>[    5.0] " PROVE_CRASH_MARK WORD "\n"
#define PANIC "<0>[    5.1] Kernel panic - not syncing: sysrq triggered crash\n<4>[    5.2] Call Trace:\n"

static const uint8_t seed[CANARY_SEED_SIZE] = { 0xca };
static struct session_fixture fixture;
static struct findings findings;
static const char *armed_id;
static bool too_soon;
static struct prove_canary last;
static struct canary last_canary;

static int begin(NO_STATE) {
        session_fixture_begin(&fixture);
        findings_init(&findings, &fixture.stores.memory.allocator);
        too_soon = false;
        armed_id = "efi:" NAME;
        return 0;
}

static int end(NO_STATE) {
        findings_free(&findings);
        session_fixture_end(&fixture);
        return 0;
}

static bool is_too_soon(void *context, const struct catalog_record *row, const struct canary *canary) {
        (void) context;
        assert_true(record_has_id(&row->record, armed_id));
        (void) canary;
        return too_soon;
}

static void keep_found(void *context, const struct prove_canary *found) {
        (void) context;
        last = *found;
        last_canary = *found->canary;
}

static void arm(void) {
        struct canary canary;
        char name[RECORD_NAME_SIZE];

        assert_ok(prove_arm(&fixture.stores.efi.source, seed, ARMED, &canary, name));
        assert_string_equal(name, NAME);
        assert_string_equal(canary.store, "efi");
}

static size_t verify(void) {
        static const struct prove_front front = { .is_too_soon = is_too_soon, .found = keep_found };

        assert_ok(session_load(&fixture.session));
        return prove_canaries(&fixture.session, &front, &findings);
}

static void assert_finds(enum verdict verdict, const char *words) {
        for (size_t i = 0; i < findings.count; i++)
                if (strstr(findings.rows[i].text, words)) {
                        assert_int_equal(findings.rows[i].verdict, verdict);
                        return;
                }
        fail_msg("nothing says \"%s\", but first: %s", words, findings.count ? findings.rows[0].text : "");
}

static struct fake_entry *canary_entry(void) {
        return fake_source_find(&fixture.stores.efi, NAME);
}

/* --- canaries ------------------------------------------------------------------------------------ */

static void test_none(NO_STATE) {
        assert_int_equal(verify(), 0);
        assert_int_equal(findings.count, 0);
        assert_int_equal(fixture.stores.efi.erases + fixture.stores.erst.erases, 0);
}

/* And what lies beside it stays. */
static void test_unharmed_and_cleared(NO_STATE) {
        size_t before = fake_source_size(&fixture.stores.efi);

        arm();
        assert_int_equal(verify(), 1);
        assert_finds(VERDICT_OK,
                     "efi:" NAME ": the canary of 2024-02-29 12:35:19 UTC came back unharmed; cleared");
        assert_null(canary_entry());
        assert_int_equal(fake_source_size(&fixture.stores.efi), before);
        assert_int_equal(last.fate, PROVE_UNHARMED);
        assert_true(last.cleared);
        assert_int_equal(last.error, 0);
        assert_string_equal(last_canary.seed, "ca000000000000000000000000000000");
}

static void test_changed(NO_STATE) {
        arm();
        ((uint8_t *) canary_entry()->bytes.data)[500] ^= 1;
        assert_int_equal(verify(), 1);
        assert_finds(VERDICT_CRITICAL, "came back changed, from byte 500 on; cleared");
        assert_null(canary_entry());
}

static void test_changed_from_its_first_byte_on(NO_STATE) {
        arm();
        ((uint8_t *) canary_entry()->bytes.data)[0] ^= 1;
        assert_int_equal(verify(), 1);
        assert_finds(VERDICT_CRITICAL, "the canary without a name came back changed; cleared");
}

static void test_before_the_reset(NO_STATE) {
        arm();
        too_soon = true;
        assert_int_equal(verify(), 1);
        assert_finds(VERDICT_UNKNOWN, "is there, which proves nothing before the machine was reset");
        assert_non_null(canary_entry());
        assert_false(last.cleared);
        assert_int_equal(fixture.stores.efi.erases, 0);
}

static void test_a_store_that_keeps_it(NO_STATE) {
        arm();
        canary_entry()->erase_lies = true;
        assert_int_equal(verify(), 1);
        assert_finds(VERDICT_OK, "came back unharmed");
        assert_finds(VERDICT_WARNING, "efi:" NAME ": not cleared: still there after it was cleared");
}

static void test_a_store_that_cannot_be_asked_again(NO_STATE) {
        arm();
        fake_source_be_unsure(&fixture.stores.efi, ERR_UNVERIFIED);
        assert_int_equal(verify(), 1);
        assert_finds(VERDICT_OK, "came back unharmed; erased, which the next boot proves");
        assert_int_equal(findings.count, 1);
}

/* Somebody has saved it, and cleared it in its store: there it stays. */
static void test_in_an_archive(NO_STATE) {
        arm();
        fixture.stores.efi.source.is_archive = true;
        assert_int_equal(verify(), 1);
        assert_finds(VERDICT_OK, "came back unharmed, and lies in efi");
        assert_int_equal(fixture.stores.efi.erases, 0);
}

static void test_in_erst(NO_STATE) {
        struct canary canary;
        char log[CANARY_SIZE];
        struct text text = TEXT_ON(log);

        canary_init(&canary, seed, RECORD_STORE_ERST, ARMED);
        canary_format(&canary, &text);
        store_fixture_put_erst(&fixture.stores, 0x65e079ff, 1, ARMED, log);
        armed_id = "erst:65e079ff00000001";
        assert_int_equal(verify(), 1);
        assert_finds(VERDICT_OK, "erst:65e079ff00000001: the canary of");
        assert_string_equal(last_canary.store, "erst");
}

static void test_a_store_that_only_can_be_read(NO_STATE) {
        struct canary canary;
        char name[RECORD_NAME_SIZE] = "";

        fixture.stores.efi.operations.write = NULL;
        assert_error(prove_arm(&fixture.stores.efi.source, seed, ARMED, &canary, name), ERR_NOT_SUPPORTED);
        assert_string_equal(name, "");
}

static void test_names_of_fates(NO_STATE) {
        assert_string_equal(prove_fate_name(PROVE_UNHARMED), "unharmed");
        assert_string_equal(prove_fate_name(PROVE_CHANGED), "changed");
        assert_string_equal(prove_fate_name(PROVE_GONE), "gone");
        assert_string_equal(prove_fate_name(PROVE_TOO_SOON), "no reboot");
}

/* --- crashes ------------------------------------------------------------------------------------- */

static void put_part(uint32_t part, const char *log) {
        store_fixture_put_efi_part(&fixture.stores, "Panic", 7, part, 1809210119 + part, log);
}

/* How many crashes it is; the first is judged. */
static size_t look_for(const char *word, struct prove_crash *ret_crash) {
        struct prove_crash crash;
        size_t next = 0, count = 0;

        assert_ok(session_load(&fixture.session));
        while (prove_next_crash(&fixture.session.catalog, word, &next, &crash))
                if (count++ == 0) {
                        *ret_crash = crash;
                        prove_judge_crash(&crash, &findings);
                }
        return count;
}

static void test_a_crash_that_came_through(NO_STATE) {
        struct prove_crash crash;

        put_part(1, PANIC);
        put_part(2, "<6>[    4.0] before\n" LINE "<6>[    5.0] sysrq: Trigger a crash\n");
        assert_int_equal(look_for(WORD, &crash), 1);
        assert_true(prove_crash_is_whole(&crash));
        assert_int_equal(crash.line_count, 3);
        assert_ptr_equal(crash.source, &fixture.stores.efi.source);
        assert_finds(VERDICT_OK, "-efi-panic7: came through by efi, all 2 parts of it");
        assert_finds(VERDICT_OK, "3 behind the line of the test; the last one: <4>[    5.2] Call Trace:");
        assert_int_equal(findings.count, 2);
}

static void test_a_crash_by_its_mark_alone(NO_STATE) {
        struct prove_crash crash;

        put_part(1, LINE PANIC);
        assert_int_equal(look_for("", &crash), 1);
        assert_true(prove_crash_is_whole(&crash));
}

static void test_another_crash(NO_STATE) {
        struct prove_crash crash;

        put_part(1, LINE PANIC);
        assert_int_equal(look_for("ff112233445566778899aabbccddeeff", &crash), 0);
}

/* The mark of another one stands before it. */
static void test_the_second_mark_of_a_log(NO_STATE) {
        struct prove_crash crash;

        put_part(1, "<5>[    4.0] " PROVE_CRASH_MARK "ff\n" LINE PANIC);
        assert_int_equal(look_for(WORD, &crash), 1);
        assert_int_equal(crash.line_count, 2);
}

static void test_a_part_is_missing(NO_STATE) {
        struct prove_crash crash;

        put_part(1, PANIC);
        put_part(3, LINE);
        assert_int_equal(look_for(WORD, &crash), 1);
        assert_false(prove_crash_is_whole(&crash));
        assert_finds(VERDICT_CRITICAL, "parts that are missing: 1 of 3");
}

/* The part that was written first is the one with the panic's message. */
static void test_the_last_lines_are_missing(NO_STATE) {
        struct prove_crash crash;

        put_part(1, LINE "<6>[    5.0] sysrq: Trigger a crash\n");
        assert_int_equal(look_for(WORD, &crash), 1);
        assert_false(prove_crash_is_whole(&crash));
        assert_finds(
                VERDICT_CRITICAL,
                "the panic's own last lines are missing; the last one that is there: <6>[    5.0] sysrq");
}

/* What kernels before 5.1 do at sysrq c: the oops has the mark, the panic behind it the message, too. */
static void test_an_oops_before_it(NO_STATE) {
        struct prove_crash crash;

        store_fixture_put_efi_part(&fixture.stores, "Oops", 7, 1, 1809210119, LINE "<1>[    5.0] BUG: x\n");
        store_fixture_put_efi_part(&fixture.stores, "Panic", 8, 1, 1809210119, LINE PANIC);
        assert_int_equal(look_for(WORD, &crash), 1);
        assert_true(prove_crash_is_whole(&crash));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_none),
                TEST(test_unharmed_and_cleared),
                TEST(test_changed),
                TEST(test_changed_from_its_first_byte_on),
                TEST(test_before_the_reset),
                TEST(test_a_store_that_keeps_it),
                TEST(test_a_store_that_cannot_be_asked_again),
                TEST(test_in_an_archive),
                TEST(test_in_erst),
                TEST(test_a_store_that_only_can_be_read),
                TEST(test_names_of_fates),
                TEST(test_a_crash_that_came_through),
                TEST(test_a_crash_by_its_mark_alone),
                TEST(test_another_crash),
                TEST(test_the_second_mark_of_a_log),
                TEST(test_a_part_is_missing),
                TEST(test_the_last_lines_are_missing),
                TEST(test_an_oops_before_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

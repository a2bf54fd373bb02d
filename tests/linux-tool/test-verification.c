/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* What `prove verify` makes of what is remembered, on a machine whose stores are in memory. */
#include "tests/support/session-fixture.h"

#include "linux-tool/verification.h"
#include "store/prove.h"
#include "tests/support/scratch.h"

#define DUMPS  "/var/lib/pstore-fw"
#define ARMED  1709210119 /* 2024-02-29 12:35:19 */
#define BOOTED (ARMED + 60)
#define NAME   "dump-type0-1-1-1709210119-D"
#define WORD   "00112233445566778899aabbccddeeff"
#define LINE   "<5>[    5.0] " PROVE_CRASH_MARK WORD "\n"
#define PANIC  "<0>[    5.1] Kernel panic - not syncing: sysrq triggered crash\n<4>[    5.2] Call Trace:\n"

static const uint8_t seed[CANARY_SEED_SIZE] = { 0xca };
static struct session_fixture fixture;
static struct verification verification;
static struct proof_store *efi, *erst;
static char *root;

/* A machine with ERST, whose back end it is, and EFI variables, a minute after its boot. */
static int begin(NO_STATE) {
        root = scratch_make();
        session_fixture_begin(&fixture);
        fixture.stores.erst.source.of_machine = fixture.stores.efi.source.of_machine = true;
        verification = (struct verification){
                .root = root,
                .session = &fixture.session,
                .machine.backend.name = "erst",
                .settings.directory = DUMPS,
                .boot_id = "now",
                .release = "6.1.0",
                .now = BOOTED + 60,
                .booted = BOOTED,
        };
        verification_init(&verification);
        efi = &verification.proof.stores[RECORD_STORE_EFI];
        erst = &verification.proof.stores[RECORD_STORE_ERST];
        return 0;
}

static int end(NO_STATE) {
        verification_free(&verification);
        session_fixture_end(&fixture);
        scratch_remove(root);
        return 0;
}

/* A canary in EFI variables, armed in this boot. */
static void arm(uint64_t seconds, const char *boot_id) {
        struct canary canary;
        char name[RECORD_NAME_SIZE];

        assert_ok(prove_arm(&fixture.stores.efi.source, seed, seconds, &canary, name));
        efi->armed = (struct proof_armed){ .seconds = (unsigned) seconds };
        strcpy(efi->armed.seed, canary.seed);
        snprintf(efi->armed.name, sizeof(efi->armed.name), "%.99s", name);
        strcpy(efi->armed.boot_id, boot_id);
}

static void crash(const char *path, const char *store) {
        verification.has_token = true;
        verification.token = (struct test_token){
                .word = WORD, .boot_id = "before", .kernel = "6.0.9", .seconds = BOOTED - 30
        };
        strcpy(verification.token.path, path);
        strcpy(verification.token.store, store);
}

static void put_panic(const char *log) {
        store_fixture_put_efi_part(&fixture.stores, "Panic", 7, 1, 1809210119, log);
}

static void verify(void) {
        assert_ok(session_load(&fixture.session));
        verification_run(&verification);
}

static void assert_finds(enum verdict verdict, const char *words) {
        const struct findings *findings = &verification.findings;

        for (size_t i = 0; i < findings->count; i++)
                if (strstr(findings->rows[i].text, words)) {
                        assert_int_equal(findings->rows[i].verdict, verdict);
                        return;
                }
        fail_msg("nothing says \"%s\", but first: %s", words,
                 findings->count ? findings->rows[0].text : "nothing");
}

static void assert_mark(const struct proof_mark *mark, const char *result, const char *kernel) {
        assert_string_equal(mark->result, result);
        assert_string_equal(mark->kernel, kernel);
        assert_int_equal(mark->seconds, result[0] ? BOOTED + 60 : 0);
}

/* --- canaries ------------------------------------------------------------------------------------ */

static void test_nothing(NO_STATE) {
        verify();
        assert_int_equal(verification.count, 0);
        assert_int_equal(verification.findings.count, 0);
        assert_false(verification.change_proof);
}

static void test_unharmed(NO_STATE) {
        arm(ARMED, "before");
        verify();
        assert_int_equal(verification.count, 1);
        assert_finds(VERDICT_OK, "came back unharmed; cleared");
        assert_mark(&efi->canary, PROOF_GOOD, "6.1.0");
        assert_string_equal(efi->armed.seed, ""); /* it is not missed now that it was cleared */
        assert_mark(&erst->canary, "", "");
}

static void test_changed(NO_STATE) {
        arm(ARMED, "before");
        ((uint8_t *) fake_source_find(&fixture.stores.efi, NAME)->bytes.data)[200] ^= 1;
        verify();
        assert_finds(VERDICT_CRITICAL, "came back changed");
        assert_mark(&efi->canary, "changed", "6.1.0");
}

static void test_gone(NO_STATE) {
        arm(ARMED, "before");
        fake_source_find(&fixture.stores.efi, NAME)->gone = true;
        verify();
        assert_int_equal(verification.count, 1);
        assert_finds(VERDICT_CRITICAL, "efi:" NAME ": the canary of 2024-02-29 12:35:19 UTC is gone");
        assert_mark(&efi->canary, "gone", "6.1.0");
        assert_string_equal(efi->armed.seed, "");
}

/* All of it is something else, so that nothing tells that it was one: it may be somebody's. */
static void test_another_record_of_its_name(NO_STATE) {
        struct fake_entry *entry;

        arm(ARMED, "before");
        entry = fake_source_find(&fixture.stores.efi, NAME);
        memset((void *) (uintptr_t) entry->bytes.data, 'x', entry->bytes.size);
        verify();
        assert_finds(VERDICT_CRITICAL, "came back as something else; it is left there");
        assert_mark(&efi->canary, "changed", "6.1.0");
        assert_non_null(fake_source_find(&fixture.stores.efi, NAME));
}

static void test_a_store_that_cannot_be_looked_into(NO_STATE) {
        arm(ARMED, "before");
        fixture.stores.efi.open_error = ERR_PERMISSION;
        verify();
        assert_finds(VERDICT_UNKNOWN, "is not found, but the store cannot be looked into");
        assert_false(verification.change_proof);
        assert_string_not_equal(efi->armed.seed, ""); /* it is looked for again */
}

static void test_no_reboot_yet(NO_STATE) {
        arm(BOOTED - 10, "now"); /* by a clock that was set since */
        verify();
        assert_finds(VERDICT_UNKNOWN, "is there, which proves nothing before the machine was reset");
        assert_false(verification.change_proof);
        assert_int_equal(fixture.stores.efi.erases, 0);
}

/* No store has lost it. */
static void test_gone_without_a_reboot(NO_STATE) {
        arm(BOOTED + 10, "now");
        efi->canary = (struct proof_mark){ BOOTED + 60, "6.0", PROOF_GOOD };
        fake_source_find(&fixture.stores.efi, "dump-type0-1-1-1709210189-D")->gone = true;
        verify();
        assert_finds(VERDICT_UNKNOWN, "is gone, and not by a reboot: there was none");
        assert_mark(&efi->canary, PROOF_GOOD, "6.0");
        assert_string_equal(efi->armed.seed, "");
}

/* What firmware or another system has armed nobody remembers here. */
static void test_by_the_clock(NO_STATE) {
        arm(ARMED, "before");
        *efi = (struct proof_store){ 0 };
        verify();
        assert_finds(VERDICT_OK, "came back unharmed; cleared");
        assert_mark(&efi->canary, PROOF_GOOD, "6.1.0");
}

static void test_too_soon_by_the_clock(NO_STATE) {
        arm(BOOTED + 10, "now");
        *efi = (struct proof_store){ 0 };
        verify();
        assert_finds(VERDICT_UNKNOWN, "is there, which proves nothing before the machine was reset");
}

/* Firmware whose clock shows local time has not armed it in this boot. */
static void test_by_a_clock_that_is_ahead(NO_STATE) {
        arm(BOOTED + 7200, "before");
        *efi = (struct proof_store){ 0 };
        verify();
        assert_finds(VERDICT_OK, "came back unharmed; cleared");
}

/* An image is no store of this machine: nothing is missed, nothing remembered. */
static void test_an_image(NO_STATE) {
        arm(BOOTED + 10, "now");
        fixture.stores.efi.source.of_machine = false;
        fixture.session.named = true;
        strcpy(erst->armed.seed, "ff");
        verify();
        assert_int_equal(verification.count, 1);
        assert_finds(VERDICT_OK, "came back unharmed; cleared");
        assert_false(verification.change_proof);
}

/* --- the crash ----------------------------------------------------------------------------------- */

static void test_a_panic_that_came_through(NO_STATE) {
        crash("pstore", "efi");
        put_panic(LINE PANIC);
        verify();
        assert_int_equal(verification.count, 1);
        assert_int_equal(findings_worst(&verification.findings), VERDICT_OK);
        assert_finds(VERDICT_OK, "came through by efi");
        assert_finds(VERDICT_OK, "the machine was away for 30 s, from the crash at 2024-02-29 12:35:49 UTC");
        assert_mark(&efi->crash, PROOF_GOOD, "6.0.9");
}

static void test_a_panic_without_its_end(NO_STATE) {
        crash("pstore", "efi");
        put_panic(LINE);
        verify();
        assert_finds(VERDICT_CRITICAL, "the panic's own last lines are missing");
        assert_finds(VERDICT_WARNING, "pstore was expected to take the panic into efi, and has not");
        assert_mark(&efi->crash, "lost", "6.0.9");
}

static void test_a_panic_that_left_nothing(NO_STATE) {
        crash("pstore", "erst");
        verify();
        assert_int_equal(verification.count, 1);
        assert_finds(VERDICT_CRITICAL, "pstore was expected to take the panic into erst, and has not");
        assert_finds(VERDICT_CRITICAL, "the crash left nothing anywhere");
        assert_mark(&erst->crash, "lost", "6.0.9");
        assert_mark(&efi->crash, "", "");
}

static void test_a_panic_of_which_nothing_was_expected(NO_STATE) {
        crash("none", "");
        verify();
        assert_finds(VERDICT_CRITICAL, "the crash left nothing anywhere, as was expected");
        assert_false(verification.change_proof);
}

/* It went elsewhere than was thought. */
static void test_a_panic_in_another_store(NO_STATE) {
        crash("pstore", "erst");
        put_panic(LINE PANIC);
        verify();
        assert_finds(VERDICT_OK, "came through by efi");
        assert_mark(&efi->crash, PROOF_GOOD, "6.0.9");
        assert_mark(&erst->crash, "lost", "6.0.9");
}

static void test_a_panic_in_kdump_alone(NO_STATE) {
        crash("both", "erst");
        scratch_put(root, DUMPS "/20240229T123549Z-kdump-panic1/dmesg.txt", LINE PANIC);
        scratch_put(root, DUMPS "/20240229T123549Z-kdump-panic1/manifest.json", "{}");
        verify();
        assert_finds(VERDICT_OK, "kdump: the log is there, with the line of the test");
        assert_finds(VERDICT_OK, "kdump: no image, as the settings have it");
        assert_mark(&verification.proof.stores[RECORD_STORE_KDUMP].crash, PROOF_GOOD, "6.0.9");
        assert_finds(VERDICT_CRITICAL, "pstore was expected to take the panic into erst, and has not");
}

static void test_a_panic_that_kdump_lost(NO_STATE) {
        crash("kdump", "");
        verify();
        assert_finds(VERDICT_CRITICAL, "kdump: ");
        assert_mark(&verification.proof.stores[RECORD_STORE_KDUMP].crash, "lost", "6.0.9");
}

static void test_a_crash_that_did_not_come(NO_STATE) {
        crash("pstore", "efi");
        strcpy(verification.token.boot_id, "now");
        verify();
        assert_finds(VERDICT_UNKNOWN, "the machine was to crash in this boot, and has not");
        assert_false(verification.change_proof);
}

/* Of one that nobody remembers its own line tells, but not of one that was saved long ago. */
static void test_a_panic_without_a_token(NO_STATE) {
        put_panic(LINE PANIC);
        verify();
        assert_int_equal(verification.count, 1);
        assert_finds(VERDICT_OK, "came through by efi");
        assert_false(verification.change_proof);
}

static void test_an_old_panic_in_an_archive(NO_STATE) {
        put_panic(LINE PANIC);
        fixture.stores.efi.source.is_archive = true;
        verify();
        assert_int_equal(verification.count, 0);
}

/* --- what is remembered -------------------------------------------------------------------------- */

static void test_it_is_settled(NO_STATE) {
        struct test_token token;
        struct proof proof;
        struct reason reason;

        crash("pstore", "efi");
        assert_ok(test_token_write(root, DUMPS, &verification.token, &reason));
        put_panic(LINE PANIC);
        verify();
        assert_ok(verification_settle(&verification, &reason));
        assert_error(test_token_read(root, DUMPS, &token), ERR_NOT_FOUND);
        assert_ok(proof_read(root, DUMPS, &proof));
        assert_mark(&proof.stores[RECORD_STORE_EFI].crash, PROOF_GOOD, "6.0.9");
}

/* The token stays where the result cannot be remembered. */
static void test_it_cannot_be_settled(NO_STATE) {
        struct test_token token;
        struct reason reason;

        crash("pstore", "efi");
        assert_ok(test_token_write(root, DUMPS, &verification.token, &reason));
        scratch_put(root, DUMPS "/" PROOF_NAME "/in-its-place", "");
        put_panic(LINE PANIC);
        verify();
        assert_true(verification_settle(&verification, &reason) < 0);
        assert_ok(test_token_read(root, DUMPS, &token));
}

/* A canary that is cleared while that cannot be remembered would be missed. */
static void test_it_is_prepared(NO_STATE) {
        struct reason reason;

        scratch_put(root, DUMPS "/" PROOF_NAME "/in-its-place", "");
        assert_ok(verification_prepare(&verification, &reason)); /* nothing is remembered anyway */
        arm(ARMED, "before");
        assert_true(verification_prepare(&verification, &reason) < 0);
        strcpy(verification.settings.directory, "/var/lib/elsewhere");
        assert_ok(verification_prepare(&verification, &reason));
        assert_ok(session_load(&fixture.session));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_nothing),
                TEST(test_unharmed),
                TEST(test_changed),
                TEST(test_gone),
                TEST(test_another_record_of_its_name),
                TEST(test_a_store_that_cannot_be_looked_into),
                TEST(test_no_reboot_yet),
                TEST(test_gone_without_a_reboot),
                TEST(test_by_the_clock),
                TEST(test_too_soon_by_the_clock),
                TEST(test_by_a_clock_that_is_ahead),
                TEST(test_an_image),
                TEST(test_a_panic_that_came_through),
                TEST(test_a_panic_without_its_end),
                TEST(test_a_panic_that_left_nothing),
                TEST(test_a_panic_of_which_nothing_was_expected),
                TEST(test_a_panic_in_another_store),
                TEST(test_a_panic_in_kdump_alone),
                TEST(test_a_panic_that_kdump_lost),
                TEST(test_a_crash_that_did_not_come),
                TEST(test_a_panic_without_a_token),
                TEST(test_an_old_panic_in_an_archive),
                TEST(test_it_is_prepared),
                TEST(test_it_is_settled),
                TEST(test_it_cannot_be_settled),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

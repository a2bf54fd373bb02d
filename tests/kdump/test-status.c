/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "kdump/judge.h"
#include "posix/memory.h"
#include "tests/support/scratch.h"

#define DUMP "/var/lib/pstore-fw/20261121T075124Z-kdump-panic1"
#define MANIFEST                                                                                             \
        "{\"steps\": [{\"name\": \"log\", \"milliseconds\": 40}, {\"name\": \"image\", "                     \
        "\"milliseconds\": 2500}],\n\"memory\": {\"total\": 70000000, \"lowest_available\": 20000000}}\n"

static struct kdump_settings settings;
static struct kdump_facts facts;
static struct findings of_load;
static struct kdump_judgement judgement;

/* A machine without a store, on which kdump is armed as it should be. */
static int begin(NO_STATE) {
        kdump_settings_default(&settings);
        facts = (struct kdump_facts){
                .machine.kernel = { .known = true,
                                    .has_kexec = true,
                                    .kdump_loaded = true,
                                    .kdump_by = "pstore-fw kdump load",
                                    .crash_bytes = 80 << 20,
                                    .panic_seconds_known = true,
                                    .panic_seconds = 10 },
                .service_enabled = true,
        };
        findings_init(&of_load, &system_allocator);
        return 0;
}

static int end(NO_STATE) {
        findings_free(&of_load);
        findings_free(&judgement.findings);
        return 0;
}

static void judge(void) {
        findings_free(&judgement.findings);
        kdump_judge(&facts, &of_load, &judgement);
        assert_true(judgement.findings.count > 0);
}

static const struct finding *find(const char *words) {
        for (size_t i = 0; i < judgement.findings.count; i++)
                if (strstr(judgement.findings.rows[i].text, words))
                        return &judgement.findings.rows[i];
        return NULL;
}

static void assert_finds(enum verdict verdict, const char *words, const char *remedy) {
        const struct finding *finding = find(words);

        if (!finding)
                fail_msg("nothing says \"%s\", but first: %s", words, judgement.findings.rows[0].text);
        assert_int_equal(finding->verdict, verdict);
        assert_string_equal(finding->remedy, remedy);
}

/* --- judgement ---------------------------------------------------------------------------------- */

static void test_armed(NO_STATE) {
        judge();
        assert_true(judgement.as_meant);
        assert_int_equal(judgement.findings.count, 1);
        assert_finds(VERDICT_OK, "no store of this machine takes a panic; kdump does", "");
        assert_string_equal(judgement.panic, "a panic starts the crash kernel at once");
}

static void test_not_loaded(NO_STATE) {
        facts.machine.kernel.kdump_loaded = false;
        judge();
        assert_false(judgement.as_meant);
        assert_finds(VERDICT_CRITICAL, "is not loaded", "pstore-fw kdump load");
        assert_string_equal(judgement.panic, "a panic leaves no trace; then the machine reboots after 10 s");
        facts.load_disabled = true;
        judge();
        assert_finds(VERDICT_CRITICAL, "kexec_load_disabled", "reboot");
        assert_null(find("is not loaded"));
}

static void test_nothing_reserved(NO_STATE) {
        facts.machine.kernel.kdump_loaded = false;
        facts.machine.kernel.crash_bytes = 0;
        facts.machine.kernel.panic_seconds = 0;
        findings_add(&of_load, VERDICT_CRITICAL, "pstore-fw kdump setup", "no memory is reserved");
        judge();
        assert_false(judgement.as_meant);
        assert_finds(VERDICT_CRITICAL, "no memory is reserved", "pstore-fw kdump setup");
        assert_null(find("is not loaded")); /* one thing after the other */
        test_assert_contains(judgement.panic, "the machine stays where it stopped");
}

/* What load would stumble over speaks against what is loaded, too. */
static void test_what_load_would_find(NO_STATE) {
        findings_add(&of_load, VERDICT_WARNING, "mend", "may fail");
        findings_add(&of_load, VERDICT_OK, "", "by the way");
        judge();
        assert_true(judgement.as_meant);
        assert_finds(VERDICT_WARNING, "may fail", "mend");
        assert_finds(VERDICT_OK, "by the way", "");
        findings_add(&of_load, VERDICT_CRITICAL, "", "cannot be");
        judge();
        assert_false(judgement.as_meant);
        assert_finds(VERDICT_CRITICAL, "cannot be", "");
        assert_int_equal(judgement.findings.rows[0].verdict, VERDICT_CRITICAL);
}

/* A machine with a store needs no kdump, and is not asked to have it. */
static void test_a_store(NO_STATE) {
        facts.machine.kernel.backend = "erst";
        facts.machine.kernel.kdump_loaded = false;
        facts.machine.kernel.crash_bytes = 0;
        facts.service_enabled = false;
        findings_add(&of_load, VERDICT_CRITICAL, "", "no memory is reserved");
        judge();
        assert_true(judgement.as_meant);
        assert_null(find("no memory"));
        assert_string_equal(judgement.panic,
                            "a panic is written to pstore's erst; then the machine reboots after 10 s");
}

static void test_a_stray_crash_kernel(NO_STATE) {
        facts.machine.kernel.backend = "erst";
        judge();
        assert_false(judgement.as_meant);
        assert_finds(VERDICT_WARNING, "never reaches pstore's erst", "pstore-fw kdump unload");
        test_assert_contains(judgement.panic, "nothing of it reaches pstore");
        facts.machine.kernel.wish = CRASH_PATH_KDUMP;
        judge();
        assert_true(judgement.as_meant);
}

/* One that was loaded without an initramfs looks the same to Linux. */
static void test_a_crash_kernel_of_unknown_content(NO_STATE) {
        facts.machine.kernel.kdump_by = NULL;
        judge();
        assert_false(judgement.as_meant);
        assert_finds(VERDICT_WARNING, "nothing tells that it saves anything", "pstore-fw kdump load");
        test_assert_contains(judgement.panic, "at once, and nothing tells what that saves");
        facts.machine.kernel.backend = "erst";
        judge();
        assert_finds(VERDICT_WARNING, "nothing tells that it saves anything", "pstore-fw kdump unload");
}

static void test_a_map_that_is_not_current(NO_STATE) {
        facts.map = (struct kdump_map){ KDUMP_MAP_CURRENT, "vg-root", "" };
        judge();
        assert_true(judgement.as_meant);
        facts.map.state = KDUMP_MAP_UNKNOWN; /* of which the load tells why */
        judge();
        assert_true(judgement.as_meant);
        facts.map = (struct kdump_map){ KDUMP_MAP_CHANGED, "vg-root", "the LVM2_member abc" };
        judge();
        assert_false(judgement.as_meant);
        assert_finds(
                VERDICT_CRITICAL,
                "the crash kernel's map of vg-root is not current: the LVM2_member abc changed since the "
                "load: a panic's log goes to the console only",
                "pstore-fw kdump load");
        facts.load_disabled = true;
        judge();
        assert_finds(VERDICT_CRITICAL,
                     "changed since the load, and nothing can be loaded until the next boot: a panic's log",
                     "reboot");
}

/* A name that nothing registers: kdump is what is left, and the name is told. */
static void test_a_back_end_that_was_asked_for(NO_STATE) {
        facts.machine.kernel.asked = "none";
        facts.machine.kernel.why = "no back end has this name";
        facts.machine.kernel.command = "boot";
        judge();
        assert_true(judgement.as_meant);
        assert_int_equal(judgement.decision.path, CRASH_PATH_KDUMP);
        assert_finds(VERDICT_WARNING, "none, which was asked for, is not there: no back end", "boot");
        facts.machine.kernel.asked_unknown = true;
        judge();
        assert_int_equal(judgement.decision.path, CRASH_PATH_KDUMP);
        assert_finds(VERDICT_UNKNOWN, "none, which was asked for, may not be there", "boot");
        test_assert_contains(judgement.decision.why, "whether none does is not known");
}

static void test_a_machine_that_hangs(NO_STATE) {
        facts.machine.kernel.panic_seconds = 0;
        judge();
        assert_null(find("hangs")); /* the crash kernel takes over */
        facts.machine.kernel.kdump_loaded = false;
        judge();
        assert_finds(VERDICT_WARNING, "hangs until somebody comes",
                     "echo kernel.panic=10 > /etc/sysctl.d/61-panic.conf; sysctl kernel.panic=10");
}

static void test_a_pstore_that_is_not_mounted(NO_STATE) {
        facts.machine.kernel.unmounted = true;
        judge();
        assert_null(find("not mounted"));
        facts.machine.kernel.backend = "efi_pstore";
        judge();
        assert_finds(VERDICT_WARNING, "pstore is not mounted", "mount -t pstore pstore /sys/fs/pstore");
        facts.machine.has_efi = true; /* the same variables are in efivarfs */
        judge();
        assert_null(find("not mounted"));
}

static void test_both(NO_STATE) {
        facts.machine.kernel.backend = "efi_pstore";
        facts.machine.kernel.wish = CRASH_PATH_BOTH;
        judge();
        assert_false(judgement.as_meant);
        assert_finds(VERDICT_WARNING, "a panic never reaches pstore",
                     "echo Y > /sys/module/kernel/parameters/crash_kexec_post_notifiers");
        facts.machine.kernel.notifiers_first = true;
        judge();
        assert_true(judgement.as_meant);
        assert_finds(VERDICT_OK, "keeps the crash kernel from starting", "");
        test_assert_contains(judgement.panic, "pstore's efi_pstore, then starts the crash kernel");
}

static void test_notifiers_without_a_need(NO_STATE) {
        facts.machine.kernel.notifiers_first = true;
        judge();
        assert_true(judgement.as_meant);
        assert_finds(VERDICT_WARNING, "more of the kernel that broke",
                     "echo N > /sys/module/kernel/parameters/crash_kexec_post_notifiers");
}

/* It leaves a trace, but not the one that was wished. */
static void test_a_wish_that_cannot_be(NO_STATE) {
        facts.machine.kernel =
                (struct check_kernel){ .known = true, .backend = "erst", .wish = CRASH_PATH_KDUMP };
        judge();
        assert_false(judgement.as_meant);
        assert_finds(VERDICT_CRITICAL, "kdump was wished, but no memory", "");
}

static void test_services(NO_STATE) {
        facts.service_enabled = false;
        facts.owners[facts.owner_count++] = "kdump-tools";
        judge();
        assert_true(judgement.as_meant);
        assert_finds(VERDICT_WARNING, "no service loads", "systemctl enable pstore-fw-kdump");
        assert_finds(VERDICT_WARNING, "kdump-tools loads a crash kernel, too",
                     "systemctl disable --now kdump-tools");
}

static void test_signatures(NO_STATE) {
        facts.secure_boot = SECURE_BOOT_ON;
        judge();
        assert_finds(VERDICT_OK, "Secure Boot is on: only a kernel with a signature", "");
        strcpy(facts.lockdown, "integrity");
        judge();
        assert_finds(VERDICT_OK, "locked down: only a kernel with a signature", "");
        facts.secure_boot = SECURE_BOOT_OFF;
        strcpy(facts.lockdown, "none");
        judge();
        assert_null(find("signature"));
}

static void test_the_last_dump(NO_STATE) {
        facts.dump_count = 1;
        facts.dumps[0] = (struct dump_report){ .dump = { .name = "d", .has_log = true, .has_image = true },
                                               .has_manifest = true };
        judge();
        assert_int_equal(judgement.findings.count, 1);
        facts.dumps[0].memory_total = 70 << 20;
        facts.dumps[0].memory_lowest = 1 << 20;
        facts.dumps[0].dump.has_part = true;
        judge();
        assert_finds(VERDICT_WARNING, "d: the newest dump is broken off", "");
        assert_finds(VERDICT_WARNING, "d: only 1024 KiB of memory were left", "pstore-fw kdump setup");
}

static void test_a_test_that_nobody_looked_at(NO_STATE) {
        facts.test_pending = true;
        judge();
        assert_finds(VERDICT_OK, "crashed by 'kdump test'", "pstore-fw prove verify");
}

/* --- facts -------------------------------------------------------------------------------------- */

static void test_an_empty_machine(NO_STATE) {
        char *root = scratch_make();

        kdump_facts_look(root, &settings, &facts);
        assert_false(facts.machine.kernel.has_kexec);
        assert_false(facts.load_disabled);
        assert_false(facts.machine.kernel.panic_seconds_known);
        assert_int_equal(facts.secure_boot, SECURE_BOOT_UNKNOWN);
        assert_string_equal(facts.lockdown, "");
        assert_false(facts.service_enabled);
        assert_int_equal(facts.owner_count, 0);
        assert_int_equal(facts.dump_count, 0);
        assert_false(facts.test_pending);
        scratch_remove(root);
}

static void test_a_full_machine(NO_STATE) {
        static const uint8_t secure_boot[] = { 6, 0, 0, 0, 1 };
        char *root = scratch_make();

        scratch_put(root, "/sys/kernel/kexec_crash_loaded", "1\n");
        scratch_put(root, "/sys/kernel/kexec_crash_size", "83886080\n");
        scratch_put(root, "/proc/sys/kernel/kexec_load_disabled", "1\n");
        scratch_put(root, "/proc/sys/kernel/panic", "-1\n");
        scratch_put(root, "/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
        scratch_put(root, "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", "");
        scratch_write(scratch_path(root, "sys/firmware/efi/efivars/"
                                         "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"),
                      bytes_of(secure_boot, sizeof(secure_boot)));
        scratch_put(root, "/etc/systemd/system/multi-user.target.wants/kdump-tools.service", "");
        scratch_put(root, "/etc/rc3.d/S02pstore-fw-kdump", "");
        settings.path = CRASH_PATH_BOTH;
        kdump_facts_look(root, &settings, &facts);
        assert_true(facts.machine.kernel.has_kexec);
        assert_true(facts.machine.kernel.kdump_loaded);
        assert_int_equal(facts.machine.kernel.crash_bytes, 80 << 20);
        assert_int_equal(facts.machine.kernel.wish, CRASH_PATH_BOTH);
        assert_true(facts.load_disabled);
        assert_true(facts.machine.kernel.panic_seconds_known);
        assert_int_equal(facts.machine.kernel.panic_seconds, -1);
        assert_int_equal(facts.secure_boot, SECURE_BOOT_ON);
        assert_string_equal(facts.lockdown, "integrity");
        assert_true(facts.service_enabled);
        assert_int_equal(facts.owner_count, 1);
        assert_string_equal(facts.owners[0], "kdump-tools");
        scratch_remove(root);
}

static void test_dumps(NO_STATE) {
        char *root = scratch_make();

        scratch_put(root, DUMP "/dmesg.txt", "<0>[    5.1] Kernel panic - not syncing: sysrq\n");
        scratch_put(root, DUMP "/vmcore", "KDUMP");
        scratch_put(root, DUMP "/manifest.json", MANIFEST);
        scratch_put(root, "/var/lib/pstore-fw/20261122T075124Z-kdump-panic1/dmesg.txt.part", "");
        scratch_put(root, "/var/lib/pstore-fw/20261120T075124Z-kdump-panic1/dmesg.txt", "x\n");
        scratch_put(root, "/var/lib/pstore-fw/20261120T075124Z-kdump-panic1/manifest.json", "[1, 2");
        kdump_facts_look(root, &settings, &facts);
        assert_int_equal(facts.dump_count, 3);
        assert_string_equal(dump_report_state(&facts.dumps[0]), "empty");
        assert_string_equal(dump_report_state(&facts.dumps[1]), "complete");
        assert_string_equal(facts.dumps[1].message, "Kernel panic - not syncing: sysrq");
        assert_int_equal(facts.dumps[1].took_ms, 2500);
        assert_int_equal(facts.dumps[1].memory_total, 70000000);
        assert_int_equal(facts.dumps[1].memory_lowest, 20000000);
        assert_string_equal(dump_report_state(&facts.dumps[2]), "broken off");
        scratch_remove(root);
}

/* A manifest is a file like any other: what is in it may be anything. */
static void test_odd_manifests(NO_STATE) {
        static const char *const manifests[] = {
                "",
                "null",
                "[]",
                "7",
                "{}",
                "{\"steps\": 5, \"memory\": []}",
                "{\"steps\": [null], \"memory\": {\"total\": \"many\", \"lowest_available\": -1}}",
        };

        for (size_t i = 0; i < ARRAY_SIZE(manifests); i++) {
                char *root = scratch_make();

                scratch_put(root, DUMP "/dmesg.txt", "x\n");
                scratch_put(root, DUMP "/manifest.json", manifests[i]);
                kdump_facts_look(root, &settings, &facts);
                assert_int_equal(facts.dump_count, 1);
                assert_int_equal(facts.dumps[0].took_ms, 0);
                assert_int_equal(facts.dumps[0].memory_total, 0);
                scratch_remove(root);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_armed),
                TEST(test_not_loaded),
                TEST(test_nothing_reserved),
                TEST(test_what_load_would_find),
                TEST(test_a_store),
                TEST(test_a_stray_crash_kernel),
                TEST(test_a_crash_kernel_of_unknown_content),
                TEST(test_a_map_that_is_not_current),
                TEST(test_a_back_end_that_was_asked_for),
                TEST(test_a_machine_that_hangs),
                TEST(test_a_pstore_that_is_not_mounted),
                TEST(test_both),
                TEST(test_notifiers_without_a_need),
                TEST(test_a_wish_that_cannot_be),
                TEST(test_services),
                TEST(test_signatures),
                TEST(test_the_last_dump),
                TEST(test_a_test_that_nobody_looked_at),
                TEST(test_an_empty_machine),
                TEST(test_a_full_machine),
                TEST(test_dumps),
                TEST(test_odd_manifests),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

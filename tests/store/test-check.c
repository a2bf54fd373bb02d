/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "store/check-kernel.h"
#include "tests/support/fake-allocator.h"
#include "tests/support/session-fixture.h"

#define STORES_MAX 40

/* The facts of one machine, and what is judged of them. */
static struct check_store stores[STORES_MAX];
static struct check_facts facts;
static struct fake_allocator memory;
static struct findings findings;

/* ERST, which tells nothing of its space, and variables, of which most are free. */
static int begin(NO_STATE) {
        fake_allocator_init(&memory);
        findings_init(&findings, &memory.allocator);
        memset(stores, 0, sizeof(stores));
        stores[0] = (struct check_store){ .store = RECORD_STORE_ERST, .spec = "erst", .can_erase = true };
        stores[1] = (struct check_store){
                .store = RECORD_STORE_EFI,
                .spec = "efi",
                .can_erase = true,
                .space = { .known = true, .total = 262000, .remaining = 200000, .reserved = 5120 },
        };
        facts = (struct check_facts){ .stores = stores, .store_count = 2, .of_kernel = &check_of_kernel };
        return 0;
}

static int end(NO_STATE) {
        findings_free(&findings);
        assert_int_equal(memory.live_blocks, 0);
        return 0;
}

static enum verdict judge(void) {
        findings_free(&findings);
        check_judge(&facts, &findings);
        assert_true(findings.count > 0);
        assert_int_equal(findings.rows[0].verdict, findings_worst(&findings));
        return findings.rows[0].verdict;
}

static const struct finding *find(const char *words) {
        for (size_t i = 0; i < findings.count; i++)
                if (strstr(findings.rows[i].text, words))
                        return &findings.rows[i];
        return NULL;
}

static void assert_finds(enum verdict verdict, const char *words, const char *remedy) {
        const struct finding *finding = find(words);

        if (!finding)
                fail_msg("nothing says \"%s\", but first: %s", words, findings.rows[0].text);
        assert_int_equal(finding->verdict, verdict);
        assert_string_equal(finding->remedy, remedy);
}

static void assert_does_not_find(const char *words) {
        const struct finding *finding = find(words);

        if (finding)
                fail_msg("%s", finding->text);
}

/* --- stores ------------------------------------------------------------------------------------- */

static void test_a_machine_in_good_order(NO_STATE) {
        assert_int_equal(judge(), VERDICT_OK);
        assert_int_equal(findings.count, 1);
        assert_finds(VERDICT_OK, "efi: 194880 bytes are left for logs", "");
}

static void test_a_store_that_tells_nothing_of_its_space_will_do(NO_STATE) {
        facts.store_count = 1;
        assert_int_equal(judge(), VERDICT_OK);
        assert_finds(VERDICT_OK, "a crash can leave a trace in erst", "");
}

static void test_the_store_that_can_be_used_is_named(NO_STATE) {
        stores[0].error = ERR_NO_STORE;
        stores[1].space.known = false;
        assert_int_equal(judge(), VERDICT_OK);
        assert_finds(VERDICT_OK, "a crash can leave a trace in efi", "");
}

/* It may be why the machine reset, and is no store. */
static void test_what_firmware_reported_is_a_warning(NO_STATE) {
        facts.report = (struct check_store){ .spec = "bert", .record_count = 2 };
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "firmware reported 2 errors of hardware when the machine started",
                     "pstore-fw explain --all --source bert");
        facts.report = (struct check_store){ .spec = "bert", .error = ERR_PERMISSION };
        assert_int_equal(judge(), VERDICT_UNKNOWN);
        assert_finds(VERDICT_UNKNOWN, "bert: only root may look into it", "sudo pstore-fw check");
        facts.report.error = ERR_NO_STORE;
        assert_int_equal(judge(), VERDICT_OK);
}

static void test_no_store_is_critical(NO_STATE) {
        stores[0].error = stores[1].error = ERR_NO_STORE;
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_finds(VERDICT_CRITICAL, "no store of this machine can be used", "");
        stores[0].is_named = stores[1].is_named = true; /* an image may be of any machine */
        (void) judge();
        assert_finds(VERDICT_CRITICAL, "nothing of what was named can be used", "");
        assert_int_equal(findings.count, 1);
        facts.store_count = 0;
        assert_int_equal(judge(), VERDICT_CRITICAL);
}

static void test_a_store_that_fails_is_a_warning(NO_STATE) {
        stores[0].error = ERR_TIMEOUT;
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "erst: cannot be used: not finished within the time set for it", "");
}

/* What an ordinary user may not see is not known to be missing. */
static void test_what_only_root_may_see_is_unknown(NO_STATE) {
        stores[0].error = ERR_PERMISSION;
        assert_int_equal(judge(), VERDICT_UNKNOWN);
        assert_finds(VERDICT_UNKNOWN, "erst: only root may look into it", "sudo pstore-fw check");
        stores[1].error = ERR_PERMISSION;
        assert_int_equal(judge(), VERDICT_UNKNOWN);
        assert_does_not_find("no store");
        stores[1].error = 0;
        stores[1].space.remaining = 0;
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_does_not_find("no store");
}

static void test_no_room_for_a_log_anywhere_is_critical(NO_STATE) {
        facts.stores = &stores[1];
        facts.store_count = 1;
        stores[1].space.remaining = 5120 + 10240;
        stores[1].space.total = 16000;
        assert_int_equal(judge(), VERDICT_OK);
        stores[1].space.remaining--;
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_finds(VERDICT_CRITICAL, "no store has 10240 bytes left for it", "");
        assert_finds(VERDICT_WARNING, "efi: 10239 bytes are left for logs, less than the 10240", "");
        stores[1].space.remaining = 5119; /* less than what is reserved: no difference may wrap */
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_finds(VERDICT_WARNING, "efi: 0 bytes are left", "");
}

static void test_another_store_with_room_makes_it_a_warning(NO_STATE) {
        stores[1].space.remaining = 5120;
        assert_int_equal(judge(), VERDICT_WARNING);
}

/* pstorefs tells no space, but it is only a view of the store that is full. */
static void test_a_view_adds_no_room(NO_STATE) {
        stores[0] = (struct check_store){ .store = RECORD_STORE_EFI, .spec = "pstorefs", .is_view = true };
        stores[1].space.remaining = 5120;
        assert_int_equal(judge(), VERDICT_CRITICAL);
        stores[1].error = ERR_NO_STORE; /* nothing but the view is left: it may do */
        assert_int_equal(judge(), VERDICT_OK);
}

static void test_the_kernels_own_limit_counts(NO_STATE) {
        facts.store_count = 2;
        facts.kernel = (struct check_kernel){ .known = true, .backend = "efi_pstore", .log_bytes = 194881 };
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "less than the 194881 of one crash", "");
        facts.kernel.log_bytes = 194880;
        assert_int_equal(judge(), VERDICT_OK);
}

static void test_more_than_half_used_is_a_warning(NO_STATE) {
        stores[1].space.remaining = 131000;
        assert_int_equal(judge(), VERDICT_OK);
        stores[1].space.remaining = 130999;
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "efi: more than 50% of the store is used", "");
        stores[1].space.remaining = 300000; /* more than there is */
        assert_int_equal(judge(), VERDICT_OK);
}

static void test_records_wait(NO_STATE) {
        stores[0].record_count = 2;
        stores[0].event_count = 1;
        stores[0].record_bytes = 14000;
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "erst: 2 records of 1 event (14000 bytes) wait",
                     "pstore-fw clear --all");
}

static void test_records_that_cannot_be_read(NO_STATE) {
        stores[0].faulty_count = 1;
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "erst: 1 record cannot be read", "pstore-fw list");
}

/* --- the kernel --------------------------------------------------------------------------------- */

static void test_firmware_judges_no_kernel(NO_STATE) {
        facts.kernel = (struct check_kernel){ .kdump_loaded = true, .panic_seconds_known = true };
        assert_int_equal(judge(), VERDICT_OK);
        assert_int_equal(findings.count, 1);
}

static void test_no_back_end_is_critical(NO_STATE) {
        facts.kernel = (struct check_kernel){ .known = true,
                                              .has_kexec = true,
                                              .why = "efi_pstore is not loaded",
                                              .command = "modprobe efi_pstore" };
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_finds(VERDICT_CRITICAL, "the kernel's pstore has no back end: efi_pstore is not loaded",
                     "modprobe efi_pstore");
        facts.kernel.command = facts.kernel.why = NULL;
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_finds(VERDICT_CRITICAL, "the kernel's pstore has no back end", "pstore-fw kdump setup");
        facts.kernel.has_kexec = false; /* then it has nothing to set up, either */
        judge();
        assert_finds(VERDICT_CRITICAL, "the kernel's pstore has no back end", "");
        facts.kernel.backend = "ramoops";
        assert_int_equal(judge(), VERDICT_OK);
        assert_finds(VERDICT_OK, "pstore writes a crash to ramoops", "");
}

/* A name is no back end. */
static void test_a_back_end_that_was_asked_for(NO_STATE) {
        facts.kernel = (struct check_kernel){
                .known = true, .asked = "none", .why = "no such name", .command = "boot"
        };
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_finds(VERDICT_CRITICAL, "none, which was asked for, is not there: no such name", "boot");
        facts.kernel.asked_unknown = true;
        assert_int_equal(judge(), VERDICT_UNKNOWN);
        assert_finds(VERDICT_UNKNOWN, "whether pstore's back end none is there is not known: no such name",
                     "boot");
        assert_does_not_find("pstore writes");
        stores[0].error = stores[1].error = ERR_NO_STORE;
        assert_int_equal(judge(), VERDICT_UNKNOWN);
}

static void test_what_pstore_holds_and_nobody_sees(NO_STATE) {
        facts.kernel = (struct check_kernel){ .known = true, .backend = "ramoops", .unmounted = true };
        stores[0].error = stores[1].error = ERR_NO_STORE;
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "pstore is not mounted", "mount -t pstore pstore /sys/fs/pstore");
        assert_does_not_find("no store");
        facts.kernel.backend = "efi_pstore";
        assert_int_equal(judge(), VERDICT_WARNING);
        stores[1].error = 0; /* efivarfs shows the same */
        assert_int_equal(judge(), VERDICT_OK);
        facts.kernel.backend = NULL;
        judge();
        assert_does_not_find("not mounted");
}

/* ERST is as large as it is; nobody tells Linux. */
static void test_the_room_of_erst_is_not_known(NO_STATE) {
        facts.kernel = (struct check_kernel){ .known = true, .backend = "erst" };
        assert_int_equal(judge(), VERDICT_OK);
        assert_finds(VERDICT_OK, "ERST does not tell Linux how much room it has", "");
        stores[0].record_count = 7;
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_UNKNOWN, "ERST does not tell Linux its room: beside the 7 records",
                     "pstore-fw clear --all");
}

/* What is seen as the stores themselves show it, beside what the application saw before the kernel ran. */
static struct boot_report boot;

static void leave_report(void) {
        boot = (struct boot_report){ .program = "1.2.3" };
        facts.boot = &boot;
}

static void test_the_room_of_erst_at_boot(NO_STATE) {
        leave_report();
        facts.kernel = (struct check_kernel){ .known = true, .backend = "erst" };
        judge();
        assert_finds(VERDICT_OK, "ERST does not tell Linux how much room it has", "");
        boot_report_set(&boot, BOOT_REPORT_ERST_RECORDS, 7);
        stores[0].record_count = 9;
        judge();
        assert_finds(VERDICT_UNKNOWN, "one more may be lost; 2 of them it took since boot",
                     "pstore-fw clear --all");
        stores[0].record_count = 7;
        judge();
        assert_finds(VERDICT_UNKNOWN, "one more may be lost; at boot it held 7", "pstore-fw clear --all");
        stores[0].record_count = 6;
        judge();
        assert_finds(VERDICT_OK, "ERST has room: at boot it held 7 records, and holds 6 now", "");
        stores[0].record_count = 0;
        assert_int_equal(judge(), VERDICT_OK);
        assert_finds(VERDICT_OK, "ERST has room: at boot it held 7 records, and holds 0 now", "");
        stores[0].is_view = true; /* which may hide them */
        judge();
        assert_finds(VERDICT_OK, "ERST does not tell Linux how much room it has; at boot it held 7", "");
        stores[0].record_count = 6;
        judge();
        assert_finds(VERDICT_UNKNOWN, "one more may be lost; at boot it held 7", "pstore-fw clear --all");
        boot_report_set(&boot, BOOT_REPORT_ERST_CLEARED, 7);
        judge();
        assert_finds(VERDICT_UNKNOWN, "one more may be lost; 6 of them it took since boot",
                     "pstore-fw clear --all");
}

static void leave_space(uint64_t remaining, uint64_t records) {
        boot_report_set(&boot, BOOT_REPORT_VARIABLES_TOTAL, 262000);
        boot_report_set(&boot, BOOT_REPORT_VARIABLES_REMAINING, remaining);
        boot_report_set(&boot, BOOT_REPORT_EFI_RECORDS, records + 1);
        boot_report_set(&boot, BOOT_REPORT_EFI_CLEARED, 1);
}

static void test_the_space_at_boot(NO_STATE) {
        leave_report();
        stores[1].space = (struct source_space){ .reserved = 5120 };
        judge();
        assert_does_not_find("left for logs");
        leave_space(5120 + 10240, 0);
        assert_int_equal(judge(), VERDICT_OK);
        assert_finds(VERDICT_OK, "efi: at boot 10240 bytes were left for logs; this kernel does not tell",
                     "");
        leave_space(5120 + 10239, 0);
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "efi: at boot 10239 bytes were left for logs, less than the 10240", "");
        leave_space(5120 + 10239, 2);
        stores[1].record_count = 2;
        judge();
        assert_finds(VERDICT_WARNING, "efi: at boot 10239 bytes", "pstore-fw clear --all");
        stores[1].record_count = 3;
        judge();
        assert_finds(VERDICT_UNKNOWN, "10239 bytes were left for logs and 2 records there, now 3", "");
        stores[1].is_view = true;
        judge();
        assert_does_not_find("left for logs");
}

/* What the kernel tells now is worth more than what was. */
static void test_the_space_now_counts(NO_STATE) {
        leave_report();
        leave_space(0, 0);
        assert_int_equal(judge(), VERDICT_OK);
        assert_does_not_find("at boot");
}

static void test_a_report_that_cannot_be_used(NO_STATE) {
        facts.boot_error = ERR_NOT_FOUND;
        assert_int_equal(judge(), VERDICT_OK);
        facts.boot_error = ERR_NOT_SUPPORTED;
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "what the application left at boot cannot be used: ", "");
}

static void test_variables_that_lie_in_memory(NO_STATE) {
        facts.kernel =
                (struct check_kernel){ .known = true, .backend = "efi_pstore", .efi_is_volatile = true };
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_finds(VERDICT_CRITICAL, "keeps variables in memory while Linux runs", "");
        facts.kernel.backend = "erst";
        assert_int_equal(judge(), VERDICT_OK);
}

static void test_a_back_end_without_room(NO_STATE) {
        facts.kernel = (struct check_kernel){ .known = true, .backend = "efi_pstore", .backend_full = true };
        stores[1].error = ERR_NO_STORE; /* what is full is not among what is looked at */
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_finds(VERDICT_CRITICAL, "pstore's efi_pstore has no room", "");
        assert_does_not_find("pstore writes");
        stores[1].error = 0;
        stores[1].space.remaining = 0; /* an ERST beside it, which pstore does not write to, is of no use */
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_finds(VERDICT_CRITICAL, "no store has 10240 bytes left for it", "");
        assert_does_not_find("pstore's efi_pstore has no room");
}

static void test_kdump_before_pstore_is_a_warning(NO_STATE) {
        facts.kernel = (struct check_kernel){
                .known = true, .backend = "ramoops", .kdump_loaded = true, .kdump_by = "kdump-tools"
        };
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "never reaches pstore (loaded by kdump-tools)",
                     "pstore-fw kdump unload");
        assert_does_not_find("pstore writes");
        facts.kernel.notifiers_first = true;
        assert_int_equal(judge(), VERDICT_OK);
        assert_finds(VERDICT_OK, "pstore writes a crash to ramoops, then kdump starts", "");
        facts.kernel.backend = NULL; /* then what comes first is of no use */
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "crash_kexec_post_notifiers is on",
                     "echo N > /sys/module/kernel/parameters/crash_kexec_post_notifiers");
}

static void test_a_wish_for_kdump_is_no_warning(NO_STATE) {
        facts.kernel = (struct check_kernel){ .known = true,
                                              .backend = "erst",
                                              .kdump_loaded = true,
                                              .kdump_by = "kdump",
                                              .wish = CRASH_PATH_KDUMP };
        assert_int_equal(judge(), VERDICT_OK);
        assert_finds(VERDICT_OK, "kdump is loaded, as was wished", "");
        facts.kernel.wish = CRASH_PATH_BOTH;
        assert_int_equal(judge(), VERDICT_WARNING);
}

/* A machine without a store: what mends it, step by step, until a panic leaves its trace. */
static void test_kdump_serves_a_machine_without_a_store(NO_STATE) {
        stores[0].error = stores[1].error = ERR_NO_STORE;
        facts.kernel = (struct check_kernel){ .known = true, .has_kexec = true };
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_finds(VERDICT_CRITICAL, "no store of this machine", "pstore-fw kdump setup");
        assert_finds(VERDICT_CRITICAL, "has no back end", "pstore-fw kdump setup");
        facts.kernel.crash_bytes = 80 << 20;
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_finds(VERDICT_CRITICAL, "no store of this machine", "pstore-fw kdump load");
        facts.kernel.kdump_loaded = true;
        facts.kernel.kdump_by = "pstore-fw kdump load";
        assert_int_equal(judge(), VERDICT_OK);
        assert_finds(VERDICT_OK, "kdump is loaded, by pstore-fw kdump load", "");
        assert_does_not_find("no trace");
}

/* One that was loaded without an initramfs looks the same. */
static void test_a_crash_kernel_of_unknown_content_is_no_kdump(NO_STATE) {
        facts.kernel = (struct check_kernel){ .known = true, .has_kexec = true, .kdump_loaded = true };
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "nothing tells that it saves anything", "pstore-fw kdump load");
        assert_does_not_find("leaves its log");
}

/* The hypervisor crashes first, and has its own kernel for that. */
static void test_xen_has_its_own_crash_kernel(NO_STATE) {
        stores[0].error = stores[1].error = ERR_NO_STORE;
        facts.kernel = (struct check_kernel){ .known = true, .has_kexec = true, .is_xen_dom0 = true };
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_finds(VERDICT_CRITICAL, "no store of this machine", "");
        assert_finds(VERDICT_UNKNOWN, "this is Xen's dom0", "");
}

/* A store that is full keeps its warning, but the panic is saved elsewhere. */
static void test_kdump_beside_a_full_store(NO_STATE) {
        facts.stores = &stores[1];
        facts.store_count = 1;
        stores[1].space.remaining = 5120;
        facts.kernel = (struct check_kernel){ .known = true,
                                              .backend = "efi",
                                              .kdump_loaded = true,
                                              .kdump_by = "kdump",
                                              .notifiers_first = true };
        assert_int_equal(judge(), VERDICT_WARNING);
        facts.kernel.kdump_loaded = false;
        assert_int_equal(judge(), VERDICT_CRITICAL);
}

static void test_a_machine_that_stays_where_it_stopped(NO_STATE) {
        facts.kernel = (struct check_kernel){ .known = true, .backend = "erst", .panic_seconds_known = true };
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "hangs until somebody comes to reset it",
                     "echo kernel.panic=10 > /etc/sysctl.d/61-panic.conf; sysctl kernel.panic=10");
        facts.kernel.panic_seconds = -1;
        assert_int_equal(judge(), VERDICT_OK);
        assert_does_not_find("reset it");
        facts.kernel.panic_seconds = 0;
        facts.kernel.kdump_loaded = true;
        judge();
        assert_does_not_find("reset it");
}

/* --- what a panic would do now ------------------------------------------------------------------- */

static void assert_describes(const char *words) {
        char panic[CHECK_PANIC_SIZE];
        struct text text = TEXT_ON(panic);

        check_describe_panic(&facts.kernel, &text);
        assert_string_equal(panic, words);
}

static void test_what_a_panic_would_do_now(NO_STATE) {
        facts.kernel = (struct check_kernel){ .known = true, .panic_seconds_known = true };
        assert_describes(
                "a panic leaves no trace; then the machine stays where it stopped (kernel.panic = 0)");
        facts.kernel.asked = "ramoops";
        facts.kernel.panic_seconds = -1;
        assert_describes("a panic leaves no trace; then the machine reboots at once");
        facts.kernel.asked_unknown = true;
        facts.kernel.panic_seconds_known = false;
        assert_describes("a panic is written to pstore's ramoops if that has registered, which is not known");
        facts.kernel.asked_unknown = false;
        facts.kernel.backend = "efi_pstore";
        facts.kernel.panic_seconds_known = true;
        facts.kernel.panic_seconds = 30;
        assert_describes("a panic is written to pstore's efi_pstore; then the machine reboots after 30 s");
        facts.kernel.backend_full = true;
        assert_describes(
                "a panic leaves less than its log: pstore's efi_pstore has no room; then the machine "
                "reboots after 30 s");
        facts.kernel.kdump_loaded = true;
        assert_describes("a panic starts the crash kernel at once; nothing of it reaches pstore, and nothing "
                         "tells what that saves");
        facts.kernel.kdump_by = "kdump";
        facts.kernel.notifiers_first = true;
        assert_describes("a panic is written to pstore's efi_pstore, then starts the crash kernel");
}

/* --- remedies ------------------------------------------------------------------------------------ */

/* "clear" of an image must not become one of the machine. */
/* A damaged image: nothing is cleared there, and what is wrong with it is said. */
static void test_what_can_only_be_read(NO_STATE) {
        stores[0].can_erase = false;
        stores[0].error = ERR_SIGNATURE;
        stores[0].fault = (struct fault){ 72, "qcow2", "is no raw image" };
        stores[0].record_count = stores[0].event_count = 1;
        (void) judge();
        assert_finds(VERDICT_WARNING, "erst: 1 record of 1 event wait to be saved; it can only be read",
                     "pstore-fw dump");
        assert_finds(VERDICT_WARNING, "erst: cannot be used: offset 72: qcow2: is no raw image", "");
}

/* What lies beside records hides none of them. */
static void test_a_directory_with_strays_can_be_used(NO_STATE) {
        stores[0].error = ERR_STRAY;
        (void) judge();
        assert_finds(VERDICT_WARNING, "erst: holds files that are no records", "pstore-fw list");
        assert_does_not_find("cannot be used");
}

static void test_a_source_that_was_named_is_named_again(NO_STATE) {
        stores[0].record_count = 1;
        stores[0].faulty_count = 1;
        stores[0].is_named = true;
        stores[0].spec = "erst-image:/tmp/erst.img";
        judge();
        assert_finds(VERDICT_WARNING, "1 record of 0",
                     "pstore-fw clear --all --source erst-image:/tmp/erst.img");
        assert_finds(VERDICT_WARNING, "cannot be read", "pstore-fw list --source erst-image:/tmp/erst.img");
        stores[0].spec = "erst-image:/tmp/a file's";
        judge();
        assert_finds(VERDICT_WARNING, "cannot be read",
                     "pstore-fw list --source 'erst-image:/tmp/a file'\\''s'");
}

/* Half a command is none. */
static void test_a_source_too_long_for_a_remedy(NO_STATE) {
        static char spec[400];

        memset(spec, 'x', sizeof(spec) - 1);
        stores[0].record_count = 1;
        stores[0].is_named = true;
        stores[0].spec = spec;
        judge();
        assert_finds(VERDICT_WARNING, "1 record of 0", "");
}

/* What is full of other things gets no room by clearing records. */
static void test_clearing_helps_where_records_take_the_room(NO_STATE) {
        facts.stores = &stores[1];
        facts.store_count = 1;
        stores[1].space.remaining = 5120;
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_finds(VERDICT_CRITICAL, "no store has", "");
        assert_finds(VERDICT_WARNING, "efi: 0 bytes are left for logs", "");
        stores[1].record_count = 3;
        stores[1].record_bytes = 10239;
        judge();
        assert_finds(VERDICT_WARNING, "efi: 0 bytes are left for logs", "");
        stores[1].owner_count = 2;
        stores[1].owners[0] = (struct source_owner){ "db-x", 4000 };
        stores[1].owners[1] = (struct source_owner){ "dbx-y", 3000 };
        judge();
        assert_finds(VERDICT_WARNING,
                     "of one crash; beside records most is taken by db-x (4000 bytes), dbx-y (3000 bytes)",
                     "");
        stores[1].record_bytes = 10240;
        judge();
        assert_finds(VERDICT_WARNING, "efi: 0 bytes are left for logs", "pstore-fw clear --all");
}

/* --- the order ---------------------------------------------------------------------------------- */

static void test_the_gravest_comes_first(NO_STATE) {
        facts.kernel = (struct check_kernel){ .known = true, .panic_seconds_known = true };
        stores[0].error = ERR_PERMISSION;
        stores[1].record_count = 1;
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_int_equal(findings.count, 5);
        assert_int_equal(findings.rows[2].verdict, VERDICT_WARNING);
        assert_int_equal(findings.rows[3].verdict, VERDICT_UNKNOWN);
}

/* However many stores there are, each is told of. */
static void test_many_stores(NO_STATE) {
        for (size_t i = 0; i < STORES_MAX; i++)
                stores[i] = stores[1];
        stores[STORES_MAX - 1].error = ERR_TIMEOUT;
        facts.store_count = STORES_MAX;
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_int_equal(findings.count, STORES_MAX);
}

/* --- the report --------------------------------------------------------------------------------- */

static int keep(void *context, struct bytes bytes) {
        text_put_bytes(context, bytes);
        return 0;
}

static int refuse(void *context, struct bytes bytes) {
        (void) context, (void) bytes;
        return ERR_IO;
}

/* The decision of store/crash-path.h is one of the facts. */
static void test_the_path_is_told(NO_STATE) {
        static char buffer[4096];
        struct text text = TEXT_ON(buffer);
        const struct sink sink = { .context = &text, .write = keep };

        facts.kernel = (struct check_kernel){ .known = true, .backend = "erst", .crash_bytes = 1 };
        judge();
        assert_ok(check_print(&facts, &findings, &sink));
        test_assert_contains(
                buffer, "now: a panic is written to pstore's erst\nmeant: pstore: pstore writes a panic to "
                        "erst; an armed kdump");
}

/* What firmware's front end has to say, which gives no check_of_kernel. */
static void test_of_no_kernel_nothing_is_said(NO_STATE) {
        static char buffer[4096];
        struct text text = TEXT_ON(buffer);
        const struct sink sink = { .context = &text, .write = keep };

        facts.of_kernel = NULL;
        facts.kernel = (struct check_kernel){ .known = true };
        stores[1].space = (struct source_space){ .known = false };
        assert_int_equal(judge(), VERDICT_OK);
        assert_ok(check_print(&facts, &findings, &sink));
        assert_string_equal(buffer, "OK        a crash can leave a trace in erst\n"
                                    "erst: 0 records, 0 events\n"
                                    "efi: 0 records, 0 events\n");
}

/* pstorefs shows text: how many bytes are stored of it, nobody knows. */
static void test_stored_bytes_that_are_not_known(NO_STATE) {
        static char buffer[4096];
        struct text text = TEXT_ON(buffer);
        const struct sink sink = { .context = &text, .write = keep };

        stores[0].record_count = 2;
        stores[0].event_count = 1;
        stores[0].is_view = true;
        (void) judge();
        assert_finds(VERDICT_WARNING, "erst: 2 records of 1 event wait to be saved and cleared",
                     "pstore-fw clear --all");
        assert_ok(check_print(&facts, &findings, &sink));
        test_assert_contains(buffer, "\nerst: 2 records, 1 event (as the kernel shows it)\n");
}

static void test_the_report_is_this(NO_STATE) {
        static char buffer[4096];
        struct text text = TEXT_ON(buffer);
        const struct sink sink = { .context = &text, .write = keep }, broken = { .write = refuse };

        stores[0].error = ERR_NO_STORE;
        stores[1].record_count = 1;
        stores[1].event_count = 1;
        stores[1].record_bytes = 700;
        stores[1].space.largest_record = 1024;
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_ok(check_print(&facts, &findings, &sink));
        assert_string_equal(buffer,
                            "WARNING   efi: 1 record of 1 event (700 bytes) wait to be saved and cleared\n"
                            "          mend it: pstore-fw clear --all\n"
                            "OK        efi: 194880 bytes are left for logs\n"
                            "erst: this machine has no such store\n"
                            "efi: 1 record, 1 event, 700 bytes stored\n"
                            "  200000 of 262000 bytes free, 5120 of them reserved\n"
                            "  one record holds up to 1024 bytes of log\n");
        assert_error(check_print(&facts, &findings, &broken), ERR_IO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

/* --- what a session saw ------------------------------------------------------------------------- */

static void test_what_a_session_saw_of_a_store(NO_STATE) {
        static struct session_fixture s;
        struct check_store store;

        session_fixture_begin(&s);
        s.stores.erst.space_reported = (struct source_space){ .known = true, .total = 100, .remaining = 60 };
        s.stores.erst.source.is_view = true;
        s.stores.efi.entries[0].next_error = ERR_TIMEOUT;
        store_fixture_put_efi(&s.stores, "cfg", "data");
        s.stores.efi.space_reported.known = true;
        assert_ok(session_load(&s.session));
        check_look_at(&s.session, 0, &store);
        assert_int_equal(store.store, RECORD_STORE_ERST);
        assert_string_equal(store.spec, "erst");
        assert_true(store.is_view);
        assert_int_equal(store.space.remaining, 60);
        assert_int_equal(store.record_count, 2);
        assert_int_equal(store.event_count, 1);
        assert_int_equal(store.record_bytes,
                         s.stores.erst.entries[0].bytes.size + s.stores.erst.entries[1].bytes.size);
        check_look_at(&s.session, 1, &store);
        assert_error(store.error, ERR_TIMEOUT);
        assert_false(store.space.known); /* a store that fails is not asked on */
        assert_int_equal(store.record_count, 1);
        assert_int_equal(store.event_count, 0);
        session_fixture_end(&s);
}

/* --- what was proven ---------------------------------------------------------------------------- */

static struct check_proof proofs[2];

static void begin_proofs(void) {
        memset(proofs, 0, sizeof(proofs));
        proofs[0].store = "erst";
        facts.kernel = (struct check_kernel){ .known = true, .backend = "erst" };
        facts.proofs = proofs;
        facts.proof_count = 1;
        facts.release = "6.12.1";
}

static void test_nothing_is_proven_yet(NO_STATE) {
        begin_proofs();
        assert_int_equal(judge(), VERDICT_OK);
        assert_finds(VERDICT_OK, "erst: nothing has proven yet that a panic comes through",
                     "pstore-fw prove crash");
}

static void test_proven_by_a_crash(NO_STATE) {
        begin_proofs();
        proofs[0].crash = (struct check_mark){ 1709210119, "6.12.1", NULL };
        assert_int_equal(judge(), VERDICT_OK);
        assert_finds(VERDICT_OK, "erst: proven on 2024-02-29 12:35:19 UTC with Linux 6.12.1", "");
        assert_does_not_find("not proven again");
        assert_does_not_find("that a panic is stored");
}

static void test_proven_with_another_kernel(NO_STATE) {
        begin_proofs();
        proofs[0].crash = (struct check_mark){ 1709210119, "6.1.0-56", NULL };
        assert_int_equal(judge(), VERDICT_OK);
        assert_finds(VERDICT_OK,
                     "proven on 2024-02-29 12:35:19 UTC with Linux 6.1.0-56; the kernel is now 6.12.1: not "
                     "proven again since",
                     "pstore-fw prove crash");
}

/* What is stored comes back; nobody knows whether the kernel stores a panic. */
static void test_proven_by_a_canary(NO_STATE) {
        begin_proofs();
        proofs[0].canary = (struct check_mark){ 1709210119, "6.12.1", NULL };
        assert_int_equal(judge(), VERDICT_OK);
        assert_finds(VERDICT_OK, "that it keeps what is stored; that a panic is stored there is not",
                     "pstore-fw prove crash");
        proofs[0].crash = (struct check_mark){ 1609210119, "6.12.1", NULL };
        (void) judge();
        assert_finds(VERDICT_OK, "erst: proven on 2020-12-29", ""); /* it proves more, though it is older */
}

static void test_a_proof_that_failed(NO_STATE) {
        begin_proofs();
        proofs[0].crash = (struct check_mark){ 1709210119, "6.12.1", "lost" };
        assert_int_equal(judge(), VERDICT_CRITICAL);
        assert_finds(
                VERDICT_CRITICAL,
                "erst: the proof of 2024-02-29 12:35:19 UTC with Linux 6.12.1 failed: the panic was lost",
                "pstore-fw prove crash");
        proofs[0].canary = (struct check_mark){ 1709210120, "6.12.1", NULL };
        assert_int_equal(judge(), VERDICT_CRITICAL); /* no canary mends that */
}

static void test_a_canary_that_failed(NO_STATE) {
        begin_proofs();
        proofs[0].crash = (struct check_mark){ 1709210119, "6.12.1", NULL };
        proofs[0].canary = (struct check_mark){ 1709210120, "6.12.1", "gone" };
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "failed: the canary was gone", "pstore-fw prove crash");
        proofs[0].canary.seconds = 1709210118; /* since then a panic came through */
        assert_int_equal(judge(), VERDICT_OK);
}

static void test_canaries_are_no_crash(NO_STATE) {
        stores[1].record_count = stores[1].canary_count = 1;
        assert_int_equal(judge(), VERDICT_OK);
        assert_finds(VERDICT_OK, "efi: 1 record of 'prove arm' wait to be verified",
                     "pstore-fw prove verify");
        stores[1].record_count = 2;
        assert_int_equal(judge(), VERDICT_WARNING);
        assert_finds(VERDICT_WARNING, "efi: 2 records", "pstore-fw clear --all");
}

static void test_which_way_a_panic_takes(NO_STATE) {
        struct check_kernel kernel = { .known = true };

        assert_int_equal(check_panic_path(&kernel), CRASH_PATH_NONE);
        kernel.asked_unknown = true;
        assert_int_equal(check_panic_path(&kernel), CRASH_PATH_PSTORE);
        kernel.asked_unknown = false;
        kernel.backend = "erst";
        assert_int_equal(check_panic_path(&kernel), CRASH_PATH_PSTORE);
        kernel.backend_full = true;
        assert_int_equal(check_panic_path(&kernel), CRASH_PATH_NONE);
        kernel.backend_full = false;
        kernel.kdump_loaded = true;
        assert_int_equal(check_panic_path(&kernel), CRASH_PATH_KDUMP);
        kernel.notifiers_first = true;
        assert_int_equal(check_panic_path(&kernel), CRASH_PATH_BOTH);
        kernel.backend = NULL;
        assert_int_equal(check_panic_path(&kernel), CRASH_PATH_KDUMP);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_a_machine_in_good_order),
                TEST(test_a_store_that_tells_nothing_of_its_space_will_do),
                TEST(test_the_store_that_can_be_used_is_named),
                TEST(test_what_firmware_reported_is_a_warning),
                TEST(test_no_store_is_critical),
                TEST(test_a_store_that_fails_is_a_warning),
                TEST(test_what_only_root_may_see_is_unknown),
                TEST(test_no_room_for_a_log_anywhere_is_critical),
                TEST(test_another_store_with_room_makes_it_a_warning),
                TEST(test_a_view_adds_no_room),
                TEST(test_the_kernels_own_limit_counts),
                TEST(test_more_than_half_used_is_a_warning),
                TEST(test_records_wait),
                TEST(test_records_that_cannot_be_read),
                TEST(test_firmware_judges_no_kernel),
                TEST(test_no_back_end_is_critical),
                TEST(test_a_back_end_that_was_asked_for),
                TEST(test_what_pstore_holds_and_nobody_sees),
                TEST(test_the_room_of_erst_is_not_known),
                TEST(test_the_room_of_erst_at_boot),
                TEST(test_the_space_at_boot),
                TEST(test_the_space_now_counts),
                TEST(test_a_report_that_cannot_be_used),
                TEST(test_variables_that_lie_in_memory),
                TEST(test_a_back_end_without_room),
                TEST(test_kdump_before_pstore_is_a_warning),
                TEST(test_a_wish_for_kdump_is_no_warning),
                TEST(test_kdump_serves_a_machine_without_a_store),
                TEST(test_a_crash_kernel_of_unknown_content_is_no_kdump),
                TEST(test_xen_has_its_own_crash_kernel),
                TEST(test_kdump_beside_a_full_store),
                TEST(test_a_machine_that_stays_where_it_stopped),
                TEST(test_what_a_panic_would_do_now),
                TEST(test_what_can_only_be_read),
                TEST(test_a_directory_with_strays_can_be_used),
                TEST(test_a_source_that_was_named_is_named_again),
                TEST(test_a_source_too_long_for_a_remedy),
                TEST(test_clearing_helps_where_records_take_the_room),
                TEST(test_the_gravest_comes_first),
                TEST(test_many_stores),
                TEST(test_the_path_is_told),
                TEST(test_of_no_kernel_nothing_is_said),
                TEST(test_stored_bytes_that_are_not_known),
                TEST(test_the_report_is_this),
                TEST(test_what_a_session_saw_of_a_store),
                TEST(test_nothing_is_proven_yet),
                TEST(test_proven_by_a_crash),
                TEST(test_proven_with_another_kernel),
                TEST(test_proven_by_a_canary),
                TEST(test_a_proof_that_failed),
                TEST(test_a_canary_that_failed),
                TEST(test_canaries_are_no_crash),
                TEST(test_which_way_a_panic_takes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

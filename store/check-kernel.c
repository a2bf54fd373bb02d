/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/check-kernel.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "store/check-judge.h"

void check_decide_path(const struct check_kernel *kernel, struct crash_path_decision *ret_decision) {
        const struct crash_path_facts facts = {
                .backend = kernel->backend,
                .doubtful = kernel->asked_unknown ? kernel->asked : NULL,
                .backend_full = kernel->backend_full,
                .memory_reserved = kernel->crash_bytes > 0,
                .wish = kernel->wish,
        };

        crash_path_decide(&facts, ret_decision);
}

/* --- what a panic would do now ------------------------------------------------------------------ */

static void put_reset(const struct check_kernel *kernel, struct text *text) {
        if (!kernel->panic_seconds_known)
                return;
        if (kernel->panic_seconds == 0)
                text_put(text, "; then the machine stays where it stopped (kernel.panic = 0)");
        else if (kernel->panic_seconds < 0)
                text_put(text, "; then the machine reboots at once");
        else
                text_format(text, "; then the machine reboots after %llu s",
                            (unsigned long long) kernel->panic_seconds);
}

/* K6.1 kernel/panic.c, panic(): the crash kernel, or notifiers and pstore and then the crash kernel. */
void check_describe_panic(const struct check_kernel *kernel, struct text *text) {
        text_put(text, "a panic ");
        if (kernel->kdump_loaded && kernel->notifiers_first)
                text_format(text, "is written to pstore's %s, then starts the crash kernel",
                            kernel->backend ? kernel->backend : "back end (there is none)");
        else if (kernel->kdump_loaded)
                text_format(text, "starts the crash kernel at once%s",
                            kernel->backend ? "; nothing of it reaches pstore" : "");
        else if (kernel->backend && kernel->backend_full)
                text_format(text, "leaves less than its log: pstore's %s has no room", kernel->backend);
        else if (kernel->backend)
                text_format(text, "is written to pstore's %s", kernel->backend);
        else if (kernel->asked_unknown)
                text_format(text, "is written to pstore's %s if that has registered, which is not known",
                            kernel->asked);
        else
                text_put(text, "leaves no trace");
        if (kernel->kdump_loaded && !kernel->kdump_by)
                text_put(text, ", and nothing tells what that saves");
        if (!kernel->kdump_loaded)
                put_reset(kernel, text);
}

enum crash_path check_panic_path(const struct check_kernel *kernel) {
        bool has_backend = kernel->backend && !kernel->backend_full;

        if (kernel->kdump_loaded)
                return kernel->notifiers_first && has_backend ? CRASH_PATH_BOTH : CRASH_PATH_KDUMP;
        return has_backend || kernel->asked_unknown ? CRASH_PATH_PSTORE : CRASH_PATH_NONE;
}

/* --- what the application left at boot ------------------------------------------------------------ */

/* How many records the application left in a store; false where it does not say. */
static bool were_left(const struct boot_report *boot, enum boot_report_number found,
                      enum boot_report_number cleared, uint64_t *ret_count) {
        if (!boot || !boot_report_knows(boot, found))
                return false;
        *ret_count = boot->numbers[found] - boot->numbers[cleared];
        return true;
}

/*
 * What was free before this kernel ran, where that itself does not tell (before 6.5). It counts as long as
 * the store holds the records that it held then.
 */
static void judge_space_at_boot(struct judge *judge, const struct check_store *store) {
        const struct boot_report *boot = judge->facts->boot;
        uint64_t wanted = check_log_bytes_wanted(&judge->facts->kernel), left, records;
        struct source_space space = store->space;
        char remedy[REMEDY_SIZE];

        if (store->store != RECORD_STORE_EFI || store->is_view ||
            !were_left(boot, BOOT_REPORT_EFI_RECORDS, BOOT_REPORT_EFI_CLEARED, &records) ||
            !boot_report_knows(boot, BOOT_REPORT_VARIABLES_REMAINING))
                return;
        space.remaining = boot->numbers[BOOT_REPORT_VARIABLES_REMAINING];
        left = check_bytes_for_logs(&space);
        if (records != store->record_count)
                findings_add(
                        judge->findings, VERDICT_UNKNOWN, "",
                        "%s: at boot %llu bytes were left for logs and %llu record%s there, now %zu: how "
                        "many are left this kernel does not tell",
                        store->spec, (unsigned long long) left, (unsigned long long) records,
                        text_plural(records), store->record_count);
        else if (left < wanted)
                findings_add(judge->findings, VERDICT_WARNING,
                             records > 0 ? check_command_about(store, "pstore-fw clear --all", remedy) : "",
                             "%s: at boot %llu bytes were left for logs, less than the %llu of one crash",
                             store->spec, (unsigned long long) left, (unsigned long long) wanted);
        else
                findings_add(judge->findings, VERDICT_OK, "",
                             "%s: at boot %llu bytes were left for logs; this kernel does not tell how many "
                             "now",
                             store->spec, (unsigned long long) left);
}

/* --- the kernel --------------------------------------------------------------------------------- */

/* A panic comes to pstore unless an armed crash kernel takes it first. */
static bool reaches_pstore(const struct check_kernel *kernel) {
        return !kernel->kdump_loaded || kernel->notifiers_first;
}

static void judge_backend(struct judge *judge) {
        const struct check_kernel *kernel = &judge->facts->kernel;
        const char *remedy = kernel->command ? kernel->command : check_command_for_kdump(kernel);

        if (kernel->backend && reaches_pstore(kernel) && !kernel->backend_full)
                findings_add(judge->findings, VERDICT_OK, "", "pstore writes a crash to %s%s",
                             kernel->backend, kernel->kdump_loaded ? ", then kdump starts" : "");
        else if (kernel->backend && !kernel->kdump_loaded && !judge->lack_told)
                findings_add(judge->findings, VERDICT_CRITICAL, "",
                             "a crash leaves less than its log: pstore's %s has no room for it",
                             kernel->backend);
        else if (kernel->backend || kernel->kdump_loaded)
                return; /* of what is loaded is told below */
        else if (kernel->asked_unknown)
                findings_add(judge->findings, VERDICT_UNKNOWN, kernel->command ? kernel->command : "",
                             "whether pstore's back end %s is there is not known: %s", kernel->asked,
                             kernel->why);
        else if (kernel->asked)
                findings_add(
                        judge->findings, VERDICT_CRITICAL, remedy,
                        "a crash leaves no trace: pstore's back end %s, which was asked for, is not there: "
                        "%s",
                        kernel->asked, kernel->why);
        else
                findings_add(judge->findings, VERDICT_CRITICAL, remedy,
                             "a crash leaves no trace: the kernel's pstore has no back end%s%s",
                             kernel->why ? ": " : "", kernel->why ? kernel->why : "");
}

static bool is_efi(const char *backend) {
        return text_equal(backend, "efi") || text_equal(backend, "efi_pstore");
}

/* What firmware saw of ERST before this kernel ran, behind a sentence of what is there now. */
static void put_erst_at_boot(const struct boot_report *boot, uint64_t shown, struct text *text) {
        uint64_t left;

        if (!were_left(boot, BOOT_REPORT_ERST_RECORDS, BOOT_REPORT_ERST_CLEARED, &left))
                return;
        if (shown > left)
                text_format(text, "; %llu of them it took since boot", (unsigned long long) (shown - left));
        else
                text_format(text, "; at boot it held %llu", (unsigned long long) left);
}

/*
 * Linux has no word of ERST's size, and a record that finds no room is lost. That it held more before proves
 * some, where it is seen that they are gone, and not only hidden.
 */
static void judge_room(struct judge *judge) {
        const struct check_facts *facts = judge->facts;
        const struct check_store *holding = NULL;
        char remedy[REMEDY_SIZE], at_boot[80];
        struct text text = TEXT_ON(at_boot);
        uint64_t held = 0;
        bool seen = false;

        if (!facts->kernel.backend || !text_equal(facts->kernel.backend, "erst"))
                return;
        for (size_t i = 0; i < facts->store_count; i++) {
                const struct check_store *store = &facts->stores[i];

                if (store->store != RECORD_STORE_ERST)
                        continue;
                seen |= check_is_usable(store) && !store->is_view;
                if (store->record_count > 0 && (!holding || store->record_count > holding->record_count))
                        holding = store;
        }
        put_erst_at_boot(facts->boot, holding ? holding->record_count : 0, &text);
        if (facts->boot)
                held = facts->boot->numbers[BOOT_REPORT_ERST_RECORDS];
        if (seen && held > (holding ? holding->record_count : 0))
                findings_add(judge->findings, VERDICT_OK, "",
                             "ERST has room: at boot it held %llu record%s, and holds %zu now",
                             (unsigned long long) held, text_plural(held),
                             holding ? holding->record_count : 0);
        else if (holding)
                findings_add(judge->findings, VERDICT_UNKNOWN,
                             check_command_about(holding, "pstore-fw clear --all", remedy),
                             "ERST does not tell Linux its room: beside the %zu record%s that it holds one "
                             "more may be lost%s",
                             holding->record_count, text_plural(holding->record_count), at_boot);
        else
                findings_add(judge->findings, VERDICT_OK, "",
                             "ERST does not tell Linux how much room it has%s", at_boot);
}

/* Where the application has not run there is nothing to be said. */
static void judge_boot(struct judge *judge) {
        int error = judge->facts->boot_error;

        if (error < 0 && error != ERR_NOT_FOUND && error != ERR_PERMISSION)
                findings_add(judge->findings, VERDICT_WARNING, "",
                             "what the application left at boot cannot be used: %s", error_text(error));
}

bool check_hides_records(const struct check_kernel *kernel, bool has_efi) {
        const char *backend = kernel->backend         ? kernel->backend
                              : kernel->asked_unknown ? kernel->asked
                                                      : NULL;

        return kernel->unmounted && backend && !(has_efi && is_efi(backend));
}

static void judge_mount(struct judge *judge) {
        const struct check_facts *facts = judge->facts;
        bool has_efi = false;

        for (size_t i = 0; i < facts->store_count; i++)
                has_efi |= facts->stores[i].store == RECORD_STORE_EFI && check_is_usable(&facts->stores[i]);
        if (check_hides_records(&facts->kernel, has_efi))
                findings_add(judge->findings, VERDICT_WARNING, CHECK_MOUNT,
                             "pstore is not mounted: nothing shows what the kernel has saved (a mount is for "
                             "this boot; a line in /etc/fstab for each)");
}

static void judge_volatile(struct judge *judge) {
        const struct check_kernel *kernel = &judge->facts->kernel;

        if (kernel->efi_is_volatile && kernel->backend && is_efi(kernel->backend) && !kernel->kdump_loaded)
                findings_add(
                        judge->findings, VERDICT_CRITICAL, check_command_for_kdump(kernel),
                        "a crash leaves no trace: this firmware keeps variables in memory while Linux runs "
                        "(RTStorageVolatile), and a reset takes them away");
}

/* What is loaded may be a kernel that does nothing: Linux does not tell. */
static void judge_crash_kernel(struct judge *judge) {
        const struct check_kernel *kernel = &judge->facts->kernel;

        if (!kernel->kdump_loaded)
                return;
        if (!kernel->kdump_by)
                findings_add(judge->findings, VERDICT_WARNING,
                             kernel->backend ? "pstore-fw kdump unload" : "pstore-fw kdump load",
                             "a crash kernel is loaded, and nothing tells that it saves anything: without an "
                             "initramfs for it a panic leaves no trace there");
        else if (!kernel->backend)
                findings_add(judge->findings, VERDICT_OK, "",
                             "kdump is loaded, by %s: a panic leaves its log and its memory there",
                             kernel->kdump_by);
}

/* Both at once: the crash kernel starts first unless the kernel is told otherwise. */
static void judge_kdump_beside_pstore(struct judge *judge) {
        const struct check_kernel *kernel = &judge->facts->kernel;

        if (!kernel->kdump_loaded)
                return;
        if (kernel->notifiers_first && !kernel->backend) {
                findings_add(
                        judge->findings, VERDICT_WARNING,
                        "echo N > /sys/module/kernel/parameters/crash_kexec_post_notifiers",
                        "crash_kexec_post_notifiers is on, and pstore has no back end that it would serve: "
                        "what hangs in the kernel that broke keeps the crash kernel from starting (until the "
                        "next "
                        "boot; crash_kexec_post_notifiers=N on the command line lasts)");
                return;
        }
        if (!kernel->backend || kernel->notifiers_first)
                return;
        if (kernel->wish == CRASH_PATH_KDUMP) {
                findings_add(judge->findings, VERDICT_OK, "",
                             "kdump is loaded, as was wished: a panic never reaches pstore");
                return;
        }
        findings_add(judge->findings, VERDICT_WARNING, "pstore-fw kdump unload",
                     "kdump is loaded: a panic goes there and never reaches pstore (loaded by %s)",
                     kernel->kdump_by ? kernel->kdump_by : "nobody that is known");
        findings_add(judge->findings, VERDICT_OK, "",
                     "crash_kexec_post_notifiers=Y would serve both, at kdump's cost");
}

/* --- what was proven ---------------------------------------------------------------------------- */

#define COMMAND_FOR_PROOF "pstore-fw prove crash"

const struct check_mark *check_choose_mark(const struct check_proof *proof) {
        const struct check_mark *canary = &proof->canary, *crash = &proof->crash;

        if (canary->seconds > 0 &&
            (crash->seconds == 0 || (canary->fault && canary->seconds > crash->seconds)))
                return canary;
        return crash->seconds > 0 ? crash : NULL;
}

static void judge_proof(struct judge *judge, const struct check_proof *proof) {
        const struct check_mark *mark = check_choose_mark(proof);
        bool by_crash = mark == &proof->crash, same_kernel;
        char time[TIMESTAMP_TEXT_SIZE];

        if (!mark) {
                findings_add(judge->findings, VERDICT_OK, COMMAND_FOR_PROOF,
                             "%s: nothing has proven yet that a panic comes through", proof->store);
                return;
        }
        timestamp_format(mark->seconds, time);
        same_kernel = text_equal(mark->kernel, judge->facts->release);
        if (mark->fault)
                findings_add(judge->findings, by_crash ? VERDICT_CRITICAL : VERDICT_WARNING,
                             COMMAND_FOR_PROOF, "%s: the proof of %s with Linux %s failed: the %s was %s",
                             proof->store, time, mark->kernel, by_crash ? "panic" : "canary", mark->fault);
        else
                findings_add(
                        judge->findings, VERDICT_OK, by_crash && same_kernel ? "" : COMMAND_FOR_PROOF,
                        "%s: proven on %s with Linux %s%s%s%s%s", proof->store, time, mark->kernel,
                        by_crash ? "" : " that it keeps what is stored; that a panic is stored there is not",
                        same_kernel ? "" : "; the kernel is now ", same_kernel ? "" : judge->facts->release,
                        same_kernel ? "" : ": not proven again since");
}

static void judge_running(struct judge *judge) {
        const struct check_kernel *kernel = &judge->facts->kernel;

        if (!kernel->known)
                return;
        judge_backend(judge);
        judge_room(judge);
        judge_mount(judge);
        judge_volatile(judge);
        judge_crash_kernel(judge);
        judge_kdump_beside_pstore(judge);
        if (kernel->is_xen_dom0)
                findings_add(
                        judge->findings, VERDICT_UNKNOWN, "",
                        "this is Xen's dom0: the crash kernel is the hypervisor's (crashkernel= on Xen's "
                        "own command line), and what it does is not told here");
        if (kernel->panic_seconds_known && kernel->panic_seconds == 0 && !kernel->kdump_loaded)
                findings_add(
                        judge->findings, VERDICT_WARNING,
                        "echo kernel.panic=10 > /etc/sysctl.d/61-panic.conf; sysctl kernel.panic=10",
                        "after a panic the machine hangs until somebody comes to reset it (kernel.panic=0)");
}

static void judge_kernel(struct judge *judge) {
        const struct check_facts *facts = judge->facts;

        judge_running(judge);
        for (size_t i = 0; i < facts->proof_count; i++)
                judge_proof(judge, &facts->proofs[i]);
        judge_boot(judge);
}

/* --- the report --------------------------------------------------------------------------------- */

/* What is, and what was wished, which may be two things. */
static int print_path(const struct check_kernel *kernel, const struct sink *sink) {
        struct crash_path_decision decision;
        char panic[CHECK_PANIC_SIZE];
        struct text text = TEXT_ON(panic);
        int r;

        if (!kernel->known)
                return 0;
        check_describe_panic(kernel, &text);
        check_decide_path(kernel, &decision);
        r = sink_prose(sink, "now: ", "%s", panic);
        return r < 0 ? r
                     : sink_prose(sink, "meant: ", "%s: %s", crash_path_name(decision.path), decision.why);
}

/* What the application saw and did before this kernel was started. */
static int print_boot(const struct boot_report *boot, const struct sink *sink) {
        static const struct {
                enum boot_report_number number;
                const char *noun;
        } parts[] = {
                { BOOT_REPORT_EFI_RECORDS, "in variables" },
                { BOOT_REPORT_ERST_RECORDS, "in ERST" },
                { BOOT_REPORT_RECORDS_SAVED, "safe on the disk" },
                { BOOT_REPORT_RECORDS_FAILED, "not saved" },
                { BOOT_REPORT_EFI_CLEARED, "cleared in variables" },
                { BOOT_REPORT_ERST_CLEARED, "cleared in ERST" },
        };
        char line[240], time[TIMESTAMP_TEXT_SIZE];
        struct text text = TEXT_ON(line);

        if (!boot)
                return 0;
        if (boot_report_knows(boot, BOOT_REPORT_TIME)) {
                timestamp_format(boot->numbers[BOOT_REPORT_TIME], time);
                text_format(&text, " at %s", time);
        }
        text_put(&text, ", records:");
        for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
                if (boot_report_knows(boot, parts[i].number))
                        text_format(&text, "%s %llu %s", i > 0 ? "," : "",
                                    (unsigned long long) boot->numbers[parts[i].number], parts[i].noun);
        return sink_prose(sink, "boot: ", "pstore-fw %s%s", boot->program, line);
}

static int print_kernel(const struct check_facts *facts, const struct sink *sink) {
        int r = print_boot(facts->boot, sink);

        return r < 0 ? r : print_path(&facts->kernel, sink);
}

const struct check_of_kernel check_of_kernel = {
        .judge = judge_kernel,
        .judge_space = judge_space_at_boot,
        .print = print_kernel,
};

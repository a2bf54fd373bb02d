/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/check.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "store/canary.h"

/* What Linux stores of one panic by default: CONFIG_PSTORE_DEFAULT_KMSG_BYTES. */
#define LOG_BYTES_DEFAULT 10240

/* Some firmware becomes slow, or refuses to boot, when its variable store is more than half full. */
#define USED_WARNING_PERCENT 50

struct judge {
        const struct check_facts *facts;
        struct findings *findings;
        bool lack_told; /* of room for a log */
};

static bool event_is_of(const struct catalog *catalog, const struct event *event,
                        const struct record_source *source) {
        for (size_t i = 0; i < event->record_count; i++)
                if (catalog_row(catalog->records[event->first + i])->source == source)
                        return true;
        return false;
}

static void count_records(const struct catalog *catalog, const struct record_source *source,
                          struct check_store *store) {
        struct canary canary;

        for (size_t i = 0; i < catalog->row_count; i++) {
                const struct catalog_record *row = catalog->rows[i];

                if (row->source != source)
                        continue;
                store->record_count++;
                store->canary_count += canary_parse(row->record.text, &canary) == 0;
                store->record_bytes += row->record.raw.size;
                store->faulty_count += row->record.error < 0;
        }
        for (size_t i = 0; i < catalog->event_count; i++)
                store->event_count += event_is_of(catalog, &catalog->events[i], source);
}

static uint64_t bytes_used(const struct source_space *space) {
        return space->total > space->remaining ? space->total - space->remaining : 0;
}

static bool is_filled(const struct source_space *space) {
        return bytes_used(space) > space->total / 100 * USED_WARNING_PERCENT;
}

bool check_is_usable(const struct check_store *store) {
        return store->error == 0 || store->error == ERR_STRAY;
}

/* The error in words, with what is wrong where that is known. */
static void put_error(const struct check_store *store, struct text *text) {
        if (store->fault.field && error_group(store->error) == ERROR_GROUP_INPUT)
                text_format(text, "offset %zu: %s: %s", store->fault.offset, store->fault.field,
                            store->fault.reason);
        else
                text_put(text, error_text(store->error));
}

void check_look_at(const struct session *session, size_t index, struct check_store *ret_store) {
        struct record_source *source = session->sources[index];

        *ret_store = (struct check_store){
                .store = source->store,
                .spec = source->spec,
                .is_named = session->named,
                .error = session->errors[index],
                .fault = source->fault,
                .can_erase = source->operations && source->operations->erase,
                .is_view = source->is_view,
        };
        if (check_is_usable(ret_store) && source->operations->space)
                (void) source->operations->space(source, &ret_store->space);
        if (ret_store->space.known && source->operations->owners && is_filled(&ret_store->space)) {
                int count = source->operations->owners(source, ret_store->owners);

                ret_store->owner_count = count > 0 ? (size_t) count : 0;
        }
        count_records(&session->catalog, source, ret_store);
}

static uint64_t bytes_for_logs(const struct source_space *space) {
        return space->remaining > space->reserved ? space->remaining - space->reserved : 0;
}

static uint64_t log_bytes_wanted(const struct check_kernel *kernel) {
        return kernel->known && kernel->log_bytes ? kernel->log_bytes : LOG_BYTES_DEFAULT;
}

bool check_is_full(const struct check_kernel *kernel, const struct source_space *space) {
        return space->known && bytes_for_logs(space) < log_bytes_wanted(kernel);
}

/* pstorefs tells no space of its own: where its store is looked at itself, that counts. */
static bool is_view_of_another(const struct check_facts *facts, const struct check_store *store) {
        for (size_t i = 0; i < facts->store_count; i++)
                if (store->is_view && !facts->stores[i].is_view && check_is_usable(&facts->stores[i]) &&
                    facts->stores[i].store == store->store)
                        return true;
        return false;
}

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

/* --- remedies ----------------------------------------------------------------------------------- */

/* What gives a machine without a store a trace all the same. Firmware has no kdump to name, nor has every
 * kernel. */
static const char *command_for_kdump(const struct check_kernel *kernel) {
        if (!kernel->known || !kernel->has_kexec || kernel->is_xen_dom0)
                return "";
        return kernel->crash_bytes > 0 ? "pstore-fw kdump load" : "pstore-fw kdump setup";
}

/* A word of the shell's: in quotes where it has to be. */
static void put_quoted(const char *word, struct text *text) {
        bool plain = true;

        for (const char *c = word; *c && plain; c++)
                plain = digit_is_decimal((uint8_t) *c) || (*c >= 'a' && *c <= 'z') ||
                        (*c >= 'A' && *c <= 'Z') || *c == '/' || *c == '.' || *c == '-' || *c == '_' ||
                        *c == ':' || *c == '+' || *c == ',' || *c == '@' || *c == '=';
        if (plain) {
                text_put(text, word);
                return;
        }
        text_put_char(text, '\'');
        for (; *word; word++)
                if (*word == '\'')
                        text_put(text, "'\\''");
                else
                        text_put_char(text, *word);
        text_put_char(text, '\'');
}

#define ERROR_SIZE  320
#define REMEDY_SIZE sizeof(((struct finding *) 0)->remedy)

/* A command about this store: of one that was named by --source it is named again. What is cut is no command.
 */
static const char *command_about(const struct check_store *store, const char *command,
                                 char ret_remedy[REMEDY_SIZE]) {
        struct text text = text_on(ret_remedy, REMEDY_SIZE);

        text_put(&text, command);
        if (store->is_named) {
                text_put(&text, " --source ");
                put_quoted(store->spec, &text);
        }
        return text.truncated ? "" : ret_remedy;
}

/* What makes room for a log: to clear the records, where they take so much. */
static const char *command_for_room(const struct check_store *store, const struct check_kernel *kernel,
                                    char ret_remedy[REMEDY_SIZE]) {
        if (store->record_count == 0 ||
            bytes_for_logs(&store->space) + store->record_bytes < log_bytes_wanted(kernel))
                return "";
        return command_about(store, "pstore-fw clear --all", ret_remedy);
}

/* --- stores ------------------------------------------------------------------------------------- */

static void judge_stores_together(struct judge *judge) {
        const struct check_facts *facts = judge->facts;
        const struct check_kernel *kernel = &facts->kernel;
        const struct check_store *full = NULL;
        size_t usable = 0, fitting = 0;
        char remedy[REMEDY_SIZE];

        for (size_t i = 0; i < facts->store_count; i++) {
                const struct check_store *store = &facts->stores[i];

                if (store->error == ERR_PERMISSION)
                        return; /* it may be a good one: that it is unknown is said of it alone */
                usable += check_is_usable(store);
                if (!check_is_usable(store) || is_view_of_another(facts, store))
                        continue;
                if (check_is_full(kernel, &store->space))
                        full = store;
                else
                        fitting++;
        }
        if (kernel->known && kernel->kdump_loaded)
                return; /* a panic leaves its trace there, if it leaves one */
        if (usable == 0 && kernel->known && (kernel->backend || kernel->asked_unknown))
                return; /* it is written where nothing is seen of it from here */
        if (usable == 0)
                findings_add(judge->findings, VERDICT_CRITICAL, command_for_kdump(kernel),
                             facts->store_count > 0 && facts->stores[0].is_named && !kernel->known
                                     ? "a crash leaves no trace: nothing of what was named can be used"
                                     : "a crash leaves no trace: no store of this machine can be used");
        judge->lack_told = full && (fitting == 0 || (kernel->known && kernel->backend_full));
        if (judge->lack_told)
                findings_add(judge->findings, VERDICT_CRITICAL, command_for_room(full, kernel, remedy),
                             "a crash leaves less than its log: no store has %llu bytes left for it",
                             (unsigned long long) log_bytes_wanted(kernel));
}

static void judge_errors(struct judge *judge, const struct check_store *store) {
        char remedy[REMEDY_SIZE], error[ERROR_SIZE];
        struct text text = TEXT_ON(error);

        put_error(store, &text);
        if (store->error == ERR_PERMISSION)
                findings_add(judge->findings, VERDICT_UNKNOWN,
                             command_about(store, "sudo pstore-fw check", remedy),
                             "%s: only root may look into it", store->spec);
        else if (store->error == ERR_STRAY)
                findings_add(judge->findings, VERDICT_WARNING, command_about(store, "pstore-fw list", remedy),
                             "%s: %s", store->spec, error);
        else if (store->error < 0 && store->error != ERR_NO_STORE)
                findings_add(judge->findings, VERDICT_WARNING, "", "%s: cannot be used: %s", store->spec,
                             error);
        if (store->faulty_count > 0)
                findings_add(judge->findings, VERDICT_WARNING, command_about(store, "pstore-fw list", remedy),
                             "%s: %zu record%s cannot be read", store->spec, store->faulty_count,
                             text_plural(store->faulty_count));
}

/* Where only the records' text can be seen it is not known what they take: nothing. */
static void put_stored_bytes(const struct check_store *store, const char *before, const char *after,
                             struct text *text) {
        if (store->record_bytes > 0)
                text_format(text, "%s%llu bytes%s", before, (unsigned long long) store->record_bytes, after);
}

static void judge_waiting(struct judge *judge, const struct check_store *store) {
        char remedy[REMEDY_SIZE], bytes[40];
        struct text text = TEXT_ON(bytes);

        put_stored_bytes(store, " (", ")", &text);
        if (store->record_count > store->canary_count)
                findings_add(judge->findings, VERDICT_WARNING,
                             command_about(store,
                                           store->can_erase ? "pstore-fw clear --all" : "pstore-fw dump",
                                           remedy),
                             "%s: %zu record%s of %zu event%s%s wait to be saved%s", store->spec,
                             store->record_count, text_plural(store->record_count), store->event_count,
                             text_plural(store->event_count), bytes,
                             store->can_erase ? " and cleared" : "; it can only be read");
}

/* They are no crash that nobody has saved. */
static void judge_canaries(struct judge *judge, const struct check_store *store) {
        char remedy[REMEDY_SIZE];

        if (store->canary_count > 0)
                findings_add(judge->findings, VERDICT_OK,
                             command_about(store, "pstore-fw prove verify", remedy),
                             "%s: %zu record%s of 'prove arm' wait to be verified", store->spec,
                             store->canary_count, text_plural(store->canary_count));
}

/* "; the most of it are NAME (N bytes), …": what no clearing of records takes away. */
static void put_owners(const struct check_store *store, struct text *text) {
        for (size_t i = 0; i < store->owner_count; i++)
                text_format(text, "%s%s (%llu bytes)", i == 0 ? "; beside records most is taken by " : ", ",
                            store->owners[i].name, (unsigned long long) store->owners[i].bytes);
}

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
        uint64_t wanted = log_bytes_wanted(&judge->facts->kernel), left, records;
        struct source_space space = store->space;
        char remedy[REMEDY_SIZE];

        if (store->store != RECORD_STORE_EFI || store->is_view ||
            !were_left(boot, BOOT_REPORT_EFI_RECORDS, BOOT_REPORT_EFI_CLEARED, &records) ||
            !boot_report_knows(boot, BOOT_REPORT_VARIABLES_REMAINING))
                return;
        space.remaining = boot->numbers[BOOT_REPORT_VARIABLES_REMAINING];
        left = bytes_for_logs(&space);
        if (records != store->record_count)
                findings_add(
                        judge->findings, VERDICT_UNKNOWN, "",
                        "%s: at boot %llu bytes were left for logs and %llu record%s there, now %zu: how "
                        "many are left this kernel does not tell",
                        store->spec, (unsigned long long) left, (unsigned long long) records,
                        text_plural(records), store->record_count);
        else if (left < wanted)
                findings_add(judge->findings, VERDICT_WARNING,
                             records > 0 ? command_about(store, "pstore-fw clear --all", remedy) : "",
                             "%s: at boot %llu bytes were left for logs, less than the %llu of one crash",
                             store->spec, (unsigned long long) left, (unsigned long long) wanted);
        else
                findings_add(judge->findings, VERDICT_OK, "",
                             "%s: at boot %llu bytes were left for logs; this kernel does not tell how many "
                             "now",
                             store->spec, (unsigned long long) left);
}

static void judge_space(struct judge *judge, const struct check_store *store) {
        const struct check_kernel *kernel = &judge->facts->kernel;
        const struct source_space *space = &store->space;
        char remedy[REMEDY_SIZE], owners[400];
        struct text text = TEXT_ON(owners);

        if (!check_is_usable(store))
                return;
        if (!space->known) {
                judge_space_at_boot(judge, store);
                return;
        }
        put_owners(store, &text);
        if (check_is_full(kernel, space))
                findings_add(judge->findings, VERDICT_WARNING, command_for_room(store, kernel, remedy),
                             "%s: %llu bytes are left for logs, less than the %llu of one crash%s",
                             store->spec, (unsigned long long) bytes_for_logs(space),
                             (unsigned long long) log_bytes_wanted(kernel), owners);
        else if (is_filled(space))
                findings_add(judge->findings, VERDICT_WARNING, "",
                             "%s: more than %d%% of the store is used%s", store->spec, USED_WARNING_PERCENT,
                             owners);
        else
                findings_add(judge->findings, VERDICT_OK, "", "%s: %llu bytes are left for logs", store->spec,
                             (unsigned long long) bytes_for_logs(space));
}

static void judge_store(struct judge *judge, const struct check_store *store) {
        judge_errors(judge, store);
        judge_waiting(judge, store);
        judge_canaries(judge, store);
        judge_space(judge, store);
}

/* --- firmware ---------------------------------------------------------------------------------- */

static const struct {
        size_t offset; /* of the fact, in struct check_variables */
        const char *text;
} variable_faults[] = {
        { offsetof(struct check_variables, os_cannot_write),
          "no system may write variables once it runs (EFI_RT_PROPERTIES_TABLE), and Linux saves no crash "
          "there" },
        { offsetof(struct check_variables, in_memory),
          "variables lie in memory, and a reset takes away what is stored" },
        { offsetof(struct check_variables, read_only),
          "the flash that holds the variables cannot be written, and a reset brings back what was" },
        { offsetof(struct check_variables, differs),
          "the flash holds other variables than the firmware shows, and a reset brings back what it holds" },
};

/* It may be why the machine reset. */
static void judge_report(struct judge *judge) {
        const struct check_store *report = &judge->facts->report;

        if (!report->spec)
                return;
        judge_errors(judge, report);
        if (report->record_count > 0)
                findings_add(judge->findings, VERDICT_WARNING, "pstore-fw explain --all --source bert",
                             "firmware reported %zu error%s of hardware when the machine started",
                             report->record_count, text_plural(report->record_count));
}

/* Without a store beside it a crash leaves no trace there. */
static void judge_variables(struct judge *judge) {
        const struct check_facts *facts = judge->facts;
        const struct check_store *variables = NULL;
        bool beside = false;

        for (size_t i = 0; i < facts->store_count; i++) {
                const struct check_store *store = &facts->stores[i];

                if (check_is_usable(store) && store->store == RECORD_STORE_EFI)
                        variables = store;
                else
                        beside |= check_is_usable(store);
        }
        for (size_t i = 0; i < ARRAY_SIZE(variable_faults) && variables; i++)
                if (*(const bool *) ((const char *) &facts->variables + variable_faults[i].offset))
                        findings_add(judge->findings, beside ? VERDICT_WARNING : VERDICT_CRITICAL, "",
                                     "%s: %s", variables->spec, variable_faults[i].text);
}

/* --- the kernel --------------------------------------------------------------------------------- */

/* A panic comes to pstore unless an armed crash kernel takes it first. */
static bool reaches_pstore(const struct check_kernel *kernel) {
        return !kernel->kdump_loaded || kernel->notifiers_first;
}

static void judge_backend(struct judge *judge) {
        const struct check_kernel *kernel = &judge->facts->kernel;
        const char *remedy = kernel->command ? kernel->command : command_for_kdump(kernel);

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
                             command_about(holding, "pstore-fw clear --all", remedy),
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
                        judge->findings, VERDICT_CRITICAL, command_for_kdump(kernel),
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

static void judge_kernel(struct judge *judge) {
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

/* When nothing is to be said, a store is usable: else that would have been said. */
static void praise_usable(struct judge *judge) {
        for (size_t i = 0; i < judge->facts->store_count; i++)
                if (check_is_usable(&judge->facts->stores[i])) {
                        findings_add(judge->findings, VERDICT_OK, "", "a crash can leave a trace in %s",
                                     judge->facts->stores[i].spec);
                        return;
                }
}

void check_judge(const struct check_facts *facts, struct findings *findings) {
        struct judge judge = { .facts = facts, .findings = findings };

        judge_stores_together(&judge);
        judge_kernel(&judge);
        for (size_t i = 0; i < facts->proof_count; i++)
                judge_proof(&judge, &facts->proofs[i]);
        judge_variables(&judge);
        judge_report(&judge);
        judge_boot(&judge);
        for (size_t i = 0; i < facts->store_count; i++)
                judge_store(&judge, &facts->stores[i]);
        if (!findings_at(findings, 0))
                praise_usable(&judge);
        findings_sort(findings);
}

static int print_store(const struct check_store *store, const struct sink *sink) {
        const struct source_space *space = &store->space;
        char error[ERROR_SIZE], bytes[40];
        struct text text = TEXT_ON(error), bytes_text = TEXT_ON(bytes);
        int r;

        put_error(store, &text);
        if (!check_is_usable(store))
                return sink_prose(sink, "", "%s: %s", store->spec, error);
        put_stored_bytes(store, ", ", " stored", &bytes_text);
        r = sink_prose(sink, "", "%s: %zu record%s, %zu event%s%s%s", store->spec, store->record_count,
                       text_plural(store->record_count), store->event_count, text_plural(store->event_count),
                       bytes, store->is_view ? " (as the kernel shows it)" : "");
        if (r >= 0 && space->known)
                r = sink_prose(sink, "  ", "%llu of %llu bytes free, %llu of them reserved",
                               (unsigned long long) space->remaining, (unsigned long long) space->total,
                               (unsigned long long) space->reserved);
        if (r >= 0 && space->stale_known)
                r = sink_prose(sink, "  ", "%llu live, %llu stale until firmware reclaims them, %llu erased",
                               (unsigned long long) (space->total - space->remaining),
                               (unsigned long long) space->stale,
                               (unsigned long long) (space->remaining - space->stale));
        if (r >= 0 && space->largest_record > 0)
                r = sink_prose(sink, "  ", "one record holds up to %llu bytes of log",
                               (unsigned long long) space->largest_record);
        return r;
}

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

int check_print(const struct check_facts *facts, const struct findings *findings, const struct sink *sink) {
        int r;

        r = findings_print(findings, sink);
        if (r >= 0)
                r = crashes_print(&facts->crashes, sink);
        for (size_t i = 0; i < facts->store_count && r >= 0; i++)
                r = print_store(&facts->stores[i], sink);
        if (r >= 0)
                r = print_boot(facts->boot, sink);
        return r < 0 ? r : print_path(&facts->kernel, sink);
}

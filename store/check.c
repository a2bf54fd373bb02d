/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/check.h"
#include "base/arith.h"
#include "base/error.h"
#include "store/canary.h"
#include "store/check-judge.h"

/* What Linux stores of one panic by default: CONFIG_PSTORE_DEFAULT_KMSG_BYTES. */
#define LOG_BYTES_DEFAULT 10240

/* Some firmware becomes slow, or refuses to boot, when its variable store is more than half full. */
#define USED_WARNING_PERCENT 50

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

void check_look_at(const struct session *session, size_t index, struct check_store *ret_store) {
        struct record_source *source = session->sources[index];

        *ret_store = (struct check_store){
                .store = source->store,
                .spec = source->spec,
                .is_named = session->named,
                .error = session->errors[index],
                .fault = source->fault,
                .refusal = source->refusal,
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

uint64_t check_bytes_for_logs(const struct source_space *space) {
        return space->remaining > space->reserved ? space->remaining - space->reserved : 0;
}

uint64_t check_log_bytes_wanted(const struct check_kernel *kernel) {
        return kernel->known && kernel->log_bytes ? kernel->log_bytes : LOG_BYTES_DEFAULT;
}

bool check_is_full(const struct check_kernel *kernel, const struct source_space *space) {
        return space->known && check_bytes_for_logs(space) < check_log_bytes_wanted(kernel);
}

/* pstorefs tells no space of its own: where its store is looked at itself, that counts. */
static bool is_view_of_another(const struct check_facts *facts, const struct check_store *store) {
        for (size_t i = 0; i < facts->store_count; i++)
                if (store->is_view && !facts->stores[i].is_view && check_is_usable(&facts->stores[i]) &&
                    facts->stores[i].store == store->store)
                        return true;
        return false;
}

/* --- remedies ----------------------------------------------------------------------------------- */

const char *check_command_for_kdump(const struct check_kernel *kernel) {
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

#define ERROR_SIZE 320

const char *check_command_about(const struct check_store *store, const char *command,
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
            check_bytes_for_logs(&store->space) + store->record_bytes < check_log_bytes_wanted(kernel))
                return "";
        return check_command_about(store, "pstore-fw clear --all", ret_remedy);
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
                findings_add(judge->findings, VERDICT_CRITICAL, check_command_for_kdump(kernel),
                             facts->store_count > 0 && facts->stores[0].is_named && !kernel->known
                                     ? "a crash leaves no trace: nothing of what was named can be used"
                                     : "a crash leaves no trace: no store of this machine can be used");
        judge->lack_told = full && (fitting == 0 || (kernel->known && kernel->backend_full));
        if (judge->lack_told)
                findings_add(judge->findings, VERDICT_CRITICAL, command_for_room(full, kernel, remedy),
                             "a crash leaves less than its log: no store has %llu bytes left for it",
                             (unsigned long long) check_log_bytes_wanted(kernel));
}

static void judge_errors(struct judge *judge, const struct check_store *store) {
        char remedy[REMEDY_SIZE], error[ERROR_SIZE];
        struct text text = TEXT_ON(error);

        source_put_error(store->error, store->refusal, &store->fault, &text);
        if (store->error == ERR_PERMISSION)
                findings_add(judge->findings, VERDICT_UNKNOWN,
                             check_command_about(store, "sudo pstore-fw check", remedy),
                             "%s: only root may look into it", store->spec);
        else if (store->error == ERR_STRAY)
                findings_add(judge->findings, VERDICT_WARNING,
                             check_command_about(store, "pstore-fw list", remedy), "%s: %s", store->spec,
                             error);
        else if (store->error < 0 && store->error != ERR_NO_STORE)
                findings_add(judge->findings, VERDICT_WARNING, "", "%s: cannot be used: %s", store->spec,
                             error);
        if (store->faulty_count > 0)
                findings_add(judge->findings, VERDICT_WARNING,
                             check_command_about(store, "pstore-fw list", remedy),
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
                findings_add(
                        judge->findings, VERDICT_WARNING,
                        check_command_about(
                                store, store->can_erase ? "pstore-fw clear --all" : "pstore-fw dump", remedy),
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
                             check_command_about(store, "pstore-fw prove verify", remedy),
                             "%s: %zu record%s of 'prove arm' wait to be verified", store->spec,
                             store->canary_count, text_plural(store->canary_count));
}

/* "; the most of it are NAME (N bytes), …": what no clearing of records takes away. */
static void put_owners(const struct check_store *store, struct text *text) {
        for (size_t i = 0; i < store->owner_count; i++)
                text_format(text, "%s%s (%llu bytes)", i == 0 ? "; beside records most is taken by " : ", ",
                            store->owners[i].name, (unsigned long long) store->owners[i].bytes);
}

static void judge_space(struct judge *judge, const struct check_store *store) {
        const struct check_kernel *kernel = &judge->facts->kernel;
        const struct source_space *space = &store->space;
        char remedy[REMEDY_SIZE], owners[400];
        struct text text = TEXT_ON(owners);

        if (!check_is_usable(store))
                return;
        if (!space->known && judge->facts->of_kernel)
                judge->facts->of_kernel->judge_space(judge, store);
        if (!space->known)
                return;
        put_owners(store, &text);
        if (check_is_full(kernel, space))
                findings_add(judge->findings, VERDICT_WARNING, command_for_room(store, kernel, remedy),
                             "%s: %llu bytes are left for logs, less than the %llu of one crash%s",
                             store->spec, (unsigned long long) check_bytes_for_logs(space),
                             (unsigned long long) check_log_bytes_wanted(kernel), owners);
        else if (is_filled(space))
                findings_add(judge->findings, VERDICT_WARNING, "",
                             "%s: more than %d%% of the store is used%s", store->spec, USED_WARNING_PERCENT,
                             owners);
        else
                findings_add(judge->findings, VERDICT_OK, "", "%s: %llu bytes are left for logs", store->spec,
                             (unsigned long long) check_bytes_for_logs(space));
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
        if (facts->of_kernel)
                facts->of_kernel->judge(&judge);
        judge_variables(&judge);
        judge_report(&judge);
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

        source_put_error(store->error, store->refusal, &store->fault, &text);
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

int check_print(const struct check_facts *facts, const struct findings *findings, const struct sink *sink) {
        int r;

        r = findings_print(findings, sink);
        if (r >= 0)
                r = crashes_print(&facts->crashes, sink);
        for (size_t i = 0; i < facts->store_count && r >= 0; i++)
                r = print_store(&facts->stores[i], sink);
        return r < 0 || !facts->of_kernel ? r : facts->of_kernel->print(facts, sink);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/check.h"
#include "base/arith.h"
#include "base/error.h"

/* What Linux stores of one panic by default: CONFIG_PSTORE_DEFAULT_KMSG_BYTES. */
#define LOG_BYTES_DEFAULT 10240

/* Some firmware becomes slow, or refuses to boot, when its variable store is more than half full. */
#define USED_WARNING_PERCENT 50

struct judge {
        const struct check_facts *facts;
        struct findings *findings;
};

static bool event_is_of(const struct catalog *catalog, const struct event *event,
                        const struct record_source *source) {
        for (size_t i = 0; i < event->record_count; i++)
                if (catalog_row(catalog->records[event->first + i])->source == source)
                        return true;
        return false;
}

void check_look_at(const struct session *session, size_t index, struct check_store *ret_store) {
        struct record_source *source = session->sources[index];
        const struct catalog *catalog = &session->catalog;

        *ret_store = (struct check_store){
                .store = source->store,
                .spec = source->spec,
                .error = session->errors[index],
                .is_view = source->is_view,
        };
        if (ret_store->error == 0 && source->operations->space)
                (void) source->operations->space(source, &ret_store->space);
        for (size_t i = 0; i < catalog->row_count; i++) {
                const struct catalog_record *row = catalog->rows[i];

                if (row->source != source)
                        continue;
                ret_store->record_count++;
                ret_store->record_bytes += row->record.raw.size;
                ret_store->faulty_count += row->record.error < 0;
        }
        for (size_t i = 0; i < catalog->event_count; i++)
                ret_store->event_count += event_is_of(catalog, &catalog->events[i], source);
}

static bool is_usable(const struct check_store *store) {
        return store->error == 0;
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
                if (store->is_view && !facts->stores[i].is_view && is_usable(&facts->stores[i]) &&
                    facts->stores[i].store == store->store)
                        return true;
        return false;
}

void check_decide_path(const struct check_kernel *kernel, struct crash_path_decision *ret_decision) {
        const struct crash_path_facts facts = {
                .backend = kernel->backend,
                .backend_full = kernel->backend_full,
                .memory_reserved = kernel->crash_bytes > 0,
                .wish = kernel->wish,
        };

        crash_path_decide(&facts, ret_decision);
}

/* What gives a machine without a store a trace all the same. Firmware has no kdump to name. */
static const char *command_for_kdump(const struct check_kernel *kernel) {
        if (!kernel->known)
                return "";
        return kernel->crash_bytes > 0 ? "pstore-fw kdump load" : "pstore-fw kdump setup";
}

static void judge_stores_together(struct judge *judge) {
        const struct check_facts *facts = judge->facts;
        size_t usable = 0, fitting = 0;

        for (size_t i = 0; i < facts->store_count; i++) {
                const struct check_store *store = &facts->stores[i];

                if (store->error == ERR_PERMISSION)
                        return; /* it may be a good one: that it is unknown is said of it alone */
                usable += is_usable(store);
                fitting += is_usable(store) && !is_view_of_another(facts, store) &&
                           !check_is_full(&facts->kernel, &store->space);
        }
        if (facts->kernel.known && facts->kernel.kdump_loaded)
                return; /* a panic leaves its trace there */
        if (usable == 0)
                findings_add(judge->findings, VERDICT_CRITICAL, command_for_kdump(&facts->kernel),
                             "a crash leaves no trace: no store of this machine can be used");
        else if (fitting == 0)
                findings_add(judge->findings, VERDICT_CRITICAL, "pstore-fw clear --all",
                             "a crash leaves less than its log: no store has %llu bytes left for it",
                             (unsigned long long) log_bytes_wanted(&facts->kernel));
}

static void judge_store(struct judge *judge, const struct check_store *store) {
        const struct source_space *space = &store->space;
        uint64_t used = space->total > space->remaining ? space->total - space->remaining : 0;

        if (store->error == ERR_PERMISSION)
                findings_add(judge->findings, VERDICT_UNKNOWN, "sudo pstore-fw check",
                             "%s: only root may look into it", store->spec);
        else if (store->error < 0 && store->error != ERR_NO_STORE)
                findings_add(judge->findings, VERDICT_WARNING, "", "%s: cannot be used: %s", store->spec,
                             error_text(store->error));
        if (store->faulty_count > 0)
                findings_add(judge->findings, VERDICT_WARNING, "pstore-fw list",
                             "%s: %zu record%s cannot be read", store->spec, store->faulty_count,
                             text_plural(store->faulty_count));
        if (store->record_count > 0)
                findings_add(judge->findings, VERDICT_WARNING, "pstore-fw clear --all",
                             "%s: %zu record%s of %zu event%s (%llu bytes) wait to be saved and cleared",
                             store->spec, store->record_count, text_plural(store->record_count),
                             store->event_count, text_plural(store->event_count),
                             (unsigned long long) store->record_bytes);
        if (!is_usable(store) || !space->known)
                return;
        if (check_is_full(&judge->facts->kernel, space))
                findings_add(judge->findings, VERDICT_WARNING, "pstore-fw clear --all",
                             "%s: %llu bytes are left for logs, less than the %llu of one crash", store->spec,
                             (unsigned long long) bytes_for_logs(space),
                             (unsigned long long) log_bytes_wanted(&judge->facts->kernel));
        /* Divided first: a store may claim any size, and the product must not wrap. */
        else if (used > space->total / 100 * USED_WARNING_PERCENT)
                findings_add(judge->findings, VERDICT_WARNING, "", "%s: more than %d%% of the store is used",
                             store->spec, USED_WARNING_PERCENT);
        else
                findings_add(judge->findings, VERDICT_OK, "", "%s: %llu bytes are left for logs", store->spec,
                             (unsigned long long) bytes_for_logs(space));
}

/* Both at once: the crash kernel starts first unless the kernel is told otherwise. */
static void judge_kdump_beside_pstore(struct judge *judge) {
        const struct check_kernel *kernel = &judge->facts->kernel;

        if (!kernel->backend || !kernel->kdump_loaded || kernel->notifiers_first)
                return;
        if (kernel->wish == CRASH_PATH_KDUMP) {
                findings_add(judge->findings, VERDICT_OK, "",
                             "kdump is loaded, as was wished: a panic never reaches pstore");
                return;
        }
        findings_add(judge->findings, VERDICT_WARNING, "",
                     "kdump is loaded: a panic goes there and never reaches pstore");
        findings_add(judge->findings, VERDICT_OK, "",
                     "crash_kexec_post_notifiers=Y would serve both, at kdump's cost");
}

static void judge_kernel(struct judge *judge) {
        const struct check_kernel *kernel = &judge->facts->kernel;

        if (!kernel->known)
                return;
        if (kernel->backend)
                findings_add(judge->findings, VERDICT_OK, "", "pstore writes a crash to %s", kernel->backend);
        else if (kernel->kdump_loaded)
                findings_add(judge->findings, VERDICT_OK, "",
                             "kdump is loaded: a panic leaves its log and its memory there");
        else
                findings_add(judge->findings, VERDICT_CRITICAL,
                             kernel->command ? kernel->command : command_for_kdump(kernel),
                             "a crash leaves no trace: the kernel's pstore has no back end");
        judge_kdump_beside_pstore(judge);
        if (kernel->panic_seconds_known && kernel->panic_seconds == 0)
                findings_add(judge->findings, VERDICT_OK, "sysctl kernel.panic=10",
                             "after a panic the machine waits for somebody to reset it");
}

void check_judge(const struct check_facts *facts, struct findings *findings) {
        struct judge judge = { .facts = facts, .findings = findings };

        judge_stores_together(&judge);
        judge_kernel(&judge);
        for (size_t i = 0; i < facts->store_count; i++)
                judge_store(&judge, &facts->stores[i]);
        /* When nothing is to be said, a store is usable, else that would have been said: it is named. */
        for (size_t i = 0; i < facts->store_count && !findings_at(findings, 0); i++)
                if (is_usable(&facts->stores[i]))
                        findings_add(findings, VERDICT_OK, "", "a crash can leave a trace in %s",
                                     facts->stores[i].spec);
        findings_sort(findings);
}

static int print_store(const struct check_store *store, const struct sink *sink) {
        const struct source_space *space = &store->space;
        int r;

        if (store->error < 0)
                return sink_format(sink, "%s: %s\n", store->spec, error_text(store->error));
        r = sink_format(sink, "%s: %zu record%s, %zu event%s, %llu bytes stored%s\n", store->spec,
                        store->record_count, text_plural(store->record_count), store->event_count,
                        text_plural(store->event_count), (unsigned long long) store->record_bytes,
                        store->is_view ? " (as the kernel shows it)" : "");
        if (r >= 0 && space->known)
                r = sink_format(sink, "  %llu of %llu bytes free, %llu of them reserved\n",
                                (unsigned long long) space->remaining, (unsigned long long) space->total,
                                (unsigned long long) space->reserved);
        if (r >= 0 && space->stale_known)
                r = sink_format(sink, "  %llu live, %llu stale until firmware reclaims them, %llu erased\n",
                                (unsigned long long) (space->total - space->remaining),
                                (unsigned long long) space->stale,
                                (unsigned long long) (space->remaining - space->stale));
        if (r >= 0 && space->largest_record > 0)
                r = sink_format(sink, "  one record holds up to %llu bytes of log\n",
                                (unsigned long long) space->largest_record);
        return r;
}

int check_print(const struct check_facts *facts, const struct findings *findings, const struct sink *sink) {
        struct crash_path_decision decision;
        int r;

        r = findings_print(findings, sink);
        for (size_t i = 0; i < facts->store_count && r >= 0; i++)
                r = print_store(&facts->stores[i], sink);
        if (r < 0 || !facts->kernel.known)
                return r;
        check_decide_path(&facts->kernel, &decision);
        return sink_format(sink, "path of a panic: %s: %s\n", crash_path_name(decision.path), decision.why);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/tell/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/sort.h"
#include "posix/durable-file.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define PREFIX "pstore_fw_"

static void put_head(struct buffer *page, const char *name, const char *type, const char *help) {
        buffer_append_format(page, "# HELP " PREFIX "%s %s\n", name, help);
        buffer_append_format(page, "# TYPE " PREFIX "%s %s\n", name, type);
}

static void put_value(struct buffer *page, const char *name, const char *type, const char *help,
                      uint64_t value) {
        put_head(page, name, type, help);
        buffer_append_format(page, PREFIX "%s %llu\n", name, (unsigned long long) value);
}

/* --- crashes ------------------------------------------------------------------------------------ */

/* The newest first; all of a signature are shown, or none. */
struct shown {
        const struct tally_kind *kinds[TALLY_KINDS_MAX];
        size_t count;
        struct tally_kind rest;
};

static int compare_kinds(const void *left, const void *right) {
        const struct tally_kind *a = left, *b = right;
        int difference;

        if (a->newest != b->newest)
                return a->newest > b->newest ? -1 : 1;
        difference = strcmp(a->signature, b->signature);
        return difference != 0 ? difference : strcmp(a->reason, b->reason);
}

static bool is_shown(const struct shown *shown, const char *signature) {
        for (size_t i = 0; i < shown->count; i++)
                if (strcmp(shown->kinds[i]->signature, signature) == 0)
                        return true;
        return false;
}

static void choose(const struct tally *tally, struct shown *shown) {
        const void *sorted[TALLY_KINDS_MAX];
        size_t signatures = 0;

        *shown = (struct shown){ .rest = tally->rest };
        for (size_t i = 0; i < tally->kind_count; i++)
                sorted[i] = &tally->kinds[i];
        sort_pointers((void **) sorted, tally->kind_count, compare_kinds);
        for (size_t i = 0; i < tally->kind_count; i++) {
                const struct tally_kind *kind = sorted[i];
                bool again = is_shown(shown, kind->signature);

                if (again || signatures < METRICS_SIGNATURES_MAX) {
                        shown->kinds[shown->count++] = kind;
                        signatures += again ? 0 : 1;
                        continue;
                }
                (void) u64_add(shown->rest.count, kind->count, &shown->rest.count);
                if (shown->rest.newest < kind->newest)
                        shown->rest.newest = kind->newest;
        }
        shown->kinds[shown->count++] = &shown->rest;
}

/* A kind of which no time is known has none. */
static void put_crashes(const struct tally *tally, struct buffer *page) {
        struct shown shown;

        choose(tally, &shown);
        put_head(page, "crashes_total", "counter", "Crashes whose logs were found, by reason and signature.");
        for (size_t i = 0; i < shown.count; i++)
                buffer_append_format(page, PREFIX "crashes_total{reason=\"%s\",signature=\"%s\"} %llu\n",
                                     shown.kinds[i]->reason, shown.kinds[i]->signature,
                                     (unsigned long long) shown.kinds[i]->count);
        put_head(page, "last_crash_timestamp_seconds", "gauge", "When the newest of these crashes was.");
        for (size_t i = 0; i < shown.count; i++)
                if (shown.kinds[i]->newest > 0)
                        buffer_append_format(page,
                                             PREFIX "last_crash_timestamp_seconds"
                                                    "{reason=\"%s\",signature=\"%s\"} %llu\n",
                                             shown.kinds[i]->reason, shown.kinds[i]->signature,
                                             (unsigned long long) shown.kinds[i]->newest);
}

/* --- stores ------------------------------------------------------------------------------------- */

static bool is_counted(const struct metrics_store *store) {
        (void) store;
        return true;
}

static bool has_space(const struct metrics_store *store) {
        return store->space.known;
}

static bool has_stale(const struct metrics_store *store) {
        return store->space.known && store->space.stale_known;
}

static const struct store_row {
        const char *name;
        const char *help;
        size_t offset; /* of the number in struct metrics_store */
        bool (*is_known)(const struct metrics_store *store);
} store_rows[] = {
        { "records_waiting", "Records that lie in the store and were not cleared.",
          offsetof(struct metrics_store, waiting), is_counted },
        { "store_size_bytes", "Size of the store.", offsetof(struct metrics_store, space.total), has_space },
        { "store_free_bytes", "Bytes of the store that firmware calls free.",
          offsetof(struct metrics_store, space.remaining), has_space },
        { "store_reserved_bytes", "Of the free bytes, those that are never used for records.",
          offsetof(struct metrics_store, space.reserved), has_space },
        { "store_stale_bytes", "Of the free bytes, deleted records until firmware reclaims them.",
          offsetof(struct metrics_store, space.stale), has_stale },
};

static uint64_t store_number(const struct metrics_store *store, const struct store_row *row) {
        return *(const uint64_t *) ((const char *) store + row->offset);
}

/* A name that has no series gets no head. */
static void put_stores(const struct metrics *metrics, struct buffer *page) {
        for (const struct store_row *row = store_rows; row < store_rows + ARRAY_SIZE(store_rows); row++) {
                bool begun = false;

                for (size_t i = 0; i < metrics->store_count; i++) {
                        const struct metrics_store *store = &metrics->stores[i];
                        char label[TALLY_LABEL_SIZE];

                        if (!row->is_known(store))
                                continue;
                        if (!begun)
                                put_head(page, row->name, "gauge", row->help);
                        begun = true;
                        tally_set_label(label, store->name);
                        buffer_append_format(page, PREFIX "%s{store=\"%s\"} %llu\n", row->name, label,
                                             (unsigned long long) store_number(store, row));
                }
        }
}

/* ------------------------------------------------------------------------------------------------- */

void metrics_put(const struct metrics *metrics, struct buffer *page) {
        put_crashes(metrics->tally, page);
        put_stores(metrics, page);
        put_value(page, "verdict", "gauge",
                  "Will a crash leave a trace: 0 yes, 1 with a warning, 2 no, 3 unknown.", metrics->verdict);
        if (metrics->is_armed != METRICS_UNKNOWN)
                put_value(page, "kdump_armed", "gauge", "1 when a crash kernel is loaded that saves a dump.",
                          metrics->is_armed == METRICS_YES);
        put_value(page, "run_timestamp_seconds", "gauge", "When this page was written.", metrics->now);
}

int metrics_write(const char *directory, bool is_asked, const struct metrics *metrics,
                  struct reason *ret_reason) {
        _cleanup_close_ int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_buffer_ struct buffer page;
        int r;

        buffer_init(&page, &system_allocator);
        if (fd < 0 && errno == ENOENT && !is_asked)
                return 0;
        r = fd < 0 ? errno_to_error(errno) : 0;
        if (r == 0) {
                metrics_put(metrics, &page);
                r = buffer_error(&page);
        }
        if (r == 0)
                r = durable_file_update(fd, METRICS_FILE, buffer_bytes(&page), 0644);
        return r < 0 ? reason_set(ret_reason, r, "%s: %s", directory, error_text(r)) : 0;
}

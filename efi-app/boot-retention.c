/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/boot-retention.h"

#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "store/copy.h"
#include "store/dump.h"

#define FULL_SIZE 512 /* a path of a directory below that of dumps; what is longer is not ours */

struct pruning {
        struct esp *esp;
        const char *path;
        const struct allocator *allocator;
        struct copier copier;
        struct retention retention;
        int count, error; /* of what has gone */
};

/* --- what is there ------------------------------------------------------------------------------ */

struct measure {
        uint64_t bytes;
        bool is_ours;
};

static int measure_file(void *context, const char *name, bool is_directory, uint64_t size) {
        const char *const files[] = { copy_of_event.log, copy_of_event.stored, copy_of_event.manifest };
        struct measure *measure = context;
        bool is_known = false;

        for (size_t i = 0; i < ARRAY_SIZE(files); i++)
                is_known |= text_equal(name, files[i] + 1);
        measure->is_ours &= is_known && !is_directory;
        measure->bytes += size;
        return 0;
}

/* An event's copy as its manifest says it is, and no other file. */
static bool is_ours(struct pruning *pruning, const char *name, uint64_t *ret_bytes) {
        struct measure measure = { .is_ours = true };
        char full[FULL_SIZE];
        struct text path = TEXT_ON(full);
        struct copy copy;
        bool is_event;

        text_format(&path, "%s/%s", pruning->path, name);
        if (path.truncated || esp_list(pruning->esp, full, measure_file, &measure) < 0 || !measure.is_ours ||
            copy_open(&pruning->copier, &copy_of_event, name, &copy) != COPY_WHOLE)
                return false;
        is_event = copy.manifest.is_event;
        copy_close(&copy);
        *ret_bytes = measure.bytes;
        return is_event;
}

/* By its name an event; what is in it is looked at when all names are known. */
static int add_name(void *context, const char *name, bool is_directory, uint64_t size) {
        struct pruning *pruning = context;
        const struct allocator *allocator = pruning->allocator;
        struct retention *retention = &pruning->retention;
        struct retained row = { .is_event = true };
        size_t at = 0, length = text_length(name) + 1;
        int r;

        (void) size;
        if (!is_directory || timestamp_parse_compact(text_view(name), &at, &row.seconds) < 0)
                return 0;
        r = array_grow(allocator, (void **) &retention->rows, &retention->capacity, retention->count,
                       sizeof(row));
        if (r == 0)
                row.name = allocator->resize(allocator->context, NULL, 0, length);
        if (!row.name)
                return ERR_NO_MEMORY;
        memcpy(row.name, name, length);
        retention->rows[retention->count++] = row;
        return 0;
}

static void free_name(struct pruning *pruning, struct retained *row) {
        pruning->allocator->resize(pruning->allocator->context, row->name, text_length(row->name) + 1, 0);
}

/* Each that is ours behind those that are newer; no others. */
static void sort_ours(struct pruning *pruning) {
        struct retained *rows = pruning->retention.rows;
        size_t count = 0;

        for (size_t i = 0; i < pruning->retention.count; i++) {
                struct retained row = rows[i];
                size_t at = count;

                if (!is_ours(pruning, row.name, &row.bytes)) {
                        free_name(pruning, &row);
                        continue;
                }
                for (; at > 0 && retained_newest_first(&row, &rows[at - 1]) < 0; at--)
                        rows[at] = rows[at - 1];
                rows[at] = row;
                count++;
        }
        pruning->retention.count = count;
}

/* --- what stays --------------------------------------------------------------------------------- */

/* What was cleared in this run is selected, and gone. */
static bool needs_copy(const struct work_state *state) {
        return state->saved && state->place > 0 && (state->is_new || !state->selected || state->outcome < 0);
}

static void mark_what_stays(struct pruning *pruning, const struct work *work) {
        const struct catalog *catalog = work->catalog;

        for (size_t e = 0; e < catalog->event_count; e++) {
                const struct event *event = &catalog->events[e];

                for (size_t i = event->first; i < event->first + event->record_count; i++) {
                        const struct work_state *state = work_state_of(work, catalog->records[i]);
                        char name[EVENT_NAME_SIZE + 8];
                        struct text text = TEXT_ON(name);

                        dump_format_place(event, state->place, &text);
                        for (size_t k = 0; k < pruning->retention.count && needs_copy(state); k++)
                                pruning->retention.rows[k].stays |=
                                        text_equal(pruning->retention.rows[k].name, name);
                }
        }
}

/* --- what goes ---------------------------------------------------------------------------------- */

static void remove_row(void *context, const struct retained *row) {
        struct pruning *pruning = context;

        if (pruning->error == 0)
                pruning->error = copy_remove(&pruning->copier, row->name);
        pruning->count += pruning->error == 0;
}

int boot_retention_prune(struct esp *esp, const char *path, const struct dump_target *target,
                         const struct retention_limits *limits, const struct work *work) {
        struct pruning pruning = { .esp = esp, .path = path, .allocator = work->catalog->allocator };
        int r;

        copier_init(&pruning.copier, target, pruning.allocator);
        r = esp_list(esp, path, add_name, &pruning);
        sort_ours(&pruning);
        mark_what_stays(&pruning, work);
        if (r == 0) {
                retained_find_surplus(&pruning.retention, limits, remove_row, &pruning);
                r = pruning.error < 0 ? pruning.error : pruning.count;
        }
        if (pruning.count > 0)
                (void) copy_flush_above(&pruning.copier, "");
        for (size_t i = 0; i < pruning.retention.count; i++)
                free_name(&pruning, &pruning.retention.rows[i]);
        array_free(pruning.allocator, (void **) &pruning.retention.rows, &pruning.retention.capacity,
                   sizeof(*pruning.retention.rows));
        copier_free(&pruning.copier);
        return r;
}

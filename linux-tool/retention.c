/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/retention.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json-reader.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "posix/beneath.h"
#include "posix/directory.h"
#include "posix/durable-file.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "store/dump.h"
#include "store/report-json.h"
#include "store/show.h"

#define UNFINISHED        "unfinished" /* which the next dump removes: store/copy.h */
#define OTHER             "other"
#define MANIFEST_SIZE_MAX ((size_t) 16 * 1024 * 1024)

/* More files than one of our directories has. */
#define FILES_MAX 3

/* --- what is there ------------------------------------------------------------------------------ */

/* Of each member of a manifest that stands before the records, the first is the schema. */
static bool has_schema(int directory_fd, const char *path, const char *beginning) {
        _cleanup_buffer_ struct buffer text;
        struct json_reader reader;
        struct json_item item;

        buffer_init(&text, &system_allocator);
        if (file_read_beneath(directory_fd, path, MANIFEST_SIZE_MAX, &text) < 0)
                return false;
        json_reader_init(&reader, buffer_bytes(&text));
        while (json_read(&reader, &item) > 0)
                if (item.depth == 1 && bytes_equal(item.name, text_view("schema")))
                        return item.kind == JSON_STRING && bytes_start_with(item.text, text_view(beginning));
        return false;
}

static int add_row(struct retention *retention, const char *name, const struct retained *row) {
        int r = array_grow(&system_allocator, (void **) &retention->rows, &retention->capacity,
                           retention->count, sizeof(*row));
        char *copy = r < 0 ? NULL : strdup(name);

        if (!copy)
                return ERR_NO_MEMORY;
        retention->rows[retention->count] = *row;
        retention->rows[retention->count++].name = copy;
        return 0;
}

/* The bytes of all files; false when there is anything but what a dump makes. */
static bool measure_event(int fd, uint64_t *ret_bytes) {
        static const char *const names[FILES_MAX] = { "dmesg.txt", "records.bin", "manifest.json" };
        _cleanup_closedir_ DIR *stream = directory_stream(fd);
        const struct dirent *entry;
        uint64_t bytes = 0;

        while (stream && (entry = readdir(stream))) {
                struct stat status;
                bool known = false;

                if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                        continue;
                for (size_t i = 0; i < FILES_MAX; i++)
                        known |= strcmp(entry->d_name, names[i]) == 0;
                if (!known || fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
                    !S_ISREG(status.st_mode))
                        return false;
                bytes += (uint64_t) status.st_size;
        }
        *ret_bytes = bytes;
        return stream != NULL;
}

static int add_event(int directory_fd, const char *name, struct retention *retention) {
        struct retained row = { .is_event = true };
        _cleanup_close_ int fd = -1;
        size_t at = 0;

        if (timestamp_parse_compact(text_view(name), &at, &row.seconds) < 0)
                return 0;
        fd = beneath_open(directory_fd, name, O_RDONLY | O_DIRECTORY, 0);
        if (fd < 0 || !has_schema(fd, "manifest.json", "pstore-fw/manifest/") ||
            !measure_event(fd, &row.bytes))
                return 0;
        return add_row(retention, name, &row);
}

static bool size_of(int fd, const char *name, struct stat *ret_status) {
        return fstatat(fd, name, ret_status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(ret_status->st_mode);
}

static int add_other(int other_fd, const char *file, struct retention *retention) {
        char stem[NAME_MAX + 1], name[RETENTION_NAME_SIZE], stored[NAME_MAX + 8];
        struct retained row = { 0 };
        struct stat status, stored_status;

        if (!text_ends_with(file, ".json"))
                return 0;
        snprintf(stem, sizeof(stem), "%.*s", (int) (strlen(file) - strlen(".json")), file);
        snprintf(stored, sizeof(stored), "%s.bin", stem);
        snprintf(name, sizeof(name), OTHER "/%s", stem);
        if (!size_of(other_fd, file, &status) || !size_of(other_fd, stored, &stored_status) ||
            !has_schema(other_fd, file, "pstore-fw/record/"))
                return 0;
        row.seconds = status.st_mtime > 0 ? (uint64_t) status.st_mtime : 0;
        row.bytes = (uint64_t) status.st_size + (uint64_t) stored_status.st_size;
        return add_row(retention, name, &row);
}

static void sort(struct retention *retention) {
        if (retention->count > 0)
                qsort(retention->rows, retention->count, sizeof(*retention->rows), retained_newest_first);
}

static int read_each(int fd, int (*add)(int, const char *, struct retention *), struct retention *retention) {
        _cleanup_closedir_ DIR *stream = directory_stream(fd);
        const struct dirent *entry;
        int r = stream ? 0 : errno_to_error(errno);

        while (r == 0 && (entry = readdir(stream)))
                r = add(fd, entry->d_name, retention);
        return r;
}

int retention_read(int directory_fd, struct retention *ret_retention) {
        _cleanup_close_ int other_fd = -1;
        int r;

        *ret_retention = (struct retention){ 0 };
        r = read_each(directory_fd, add_event, ret_retention);
        if (r < 0)
                return r;
        other_fd = beneath_open(directory_fd, OTHER, O_RDONLY | O_DIRECTORY, 0);
        if (other_fd >= 0)
                r = read_each(other_fd, add_other, ret_retention);
        sort(ret_retention);
        return r;
}

void retention_free(struct retention *retention) {
        for (size_t i = 0; i < retention->count; i++)
                free(retention->rows[i].name);
        free(retention->rows);
        *retention = (struct retention){ 0 };
}

/* By the name and what it is old by, in which they are sorted. */
static bool is_there(const struct retention *retention, const struct retained *wanted) {
        return retention->count > 0 && bsearch(wanted, retention->rows, retention->count, sizeof(*wanted),
                                               retained_newest_first) != NULL;
}

/* --- before anything is copied ------------------------------------------------------------------ */

/* What a manifest says of one record, at the most, beside its names, in which each byte may be escaped. */
#define RECORD_LINES_MAX  1024
#define MANIFEST_HEAD_MAX 2048 /* without the crash */
#define ESCAPE_MAX        6

/* The log and what a manifest says of the crash in it: all of that is the log's, which may be anybody's. */
static int measure_log(const struct catalog *catalog, const struct event *event, uint64_t *ret_bytes) {
        _cleanup_buffer_ struct buffer log, said;
        struct json_writer json;
        struct sink sink;
        int r;

        buffer_init(&log, &system_allocator);
        buffer_init(&said, &system_allocator);
        sink = sink_to_buffer(&log);
        r = show_event_log(catalog, event, false, &sink);
        json_init(&json, &said);
        json_begin_object(&json, NULL);
        report_put_crash_head(&json, buffer_bytes(&log));
        if (r >= 0)
                r = buffer_error(&said);
        if (r == 0)
                *ret_bytes = log.size + said.size;
        return r;
}

/* No copy of it is larger, or an event would be adopted and removed in turn. */
static int measure_most(const struct catalog *catalog, const struct event *event, uint64_t *ret_bytes) {
        uint64_t bytes = 0;
        int r = measure_log(catalog, event, &bytes);

        for (size_t i = 0; i < event->record_count; i++) {
                const struct catalog_record *row = catalog_row(catalog->records[event->first + i]);

                bytes += row->raw.size + RECORD_LINES_MAX +
                         ESCAPE_MAX * (strlen(row->record.name) + strlen(row->source->spec));
        }
        *ret_bytes = bytes + MANIFEST_HEAD_MAX;
        return r;
}

static bool lies_in_target(const struct catalog *catalog, const struct event *event,
                           const struct dump_target *target) {
        const struct record_source *source = catalog_row(catalog->records[event->first])->source;

        return source->is_archive && source->location && target->is_at &&
               target->is_at(target->context, source->location);
}

static void mark_surplus(void *context, const struct retained *row) {
        struct work *work = context;
        const struct event *event;

        if (row->coming == 0)
                return;
        event = &work->catalog->events[row->coming - 1];
        for (size_t i = 0; i < event->record_count; i++)
                work_state(work, work->catalog->records[event->first + i])->surplus = true;
}

int retention_plan(const struct retention *retention, const struct retention_limits *limits,
                   const struct dump_target *target, struct work *work) {
        const struct catalog *catalog = work->catalog;
        struct retention both = { 0 };
        int r = 0;

        for (size_t i = 0; i < retention->count && r == 0; i++)
                r = add_row(&both, retention->rows[i].name, &retention->rows[i]);
        for (size_t e = 0; e < catalog->event_count && r == 0; e++) {
                const struct event *event = &catalog->events[e];
                char name[EVENT_NAME_SIZE];
                struct text text = TEXT_ON(name);
                struct retained row = {
                        .name = name,
                        .is_event = true,
                        .stays = !dump_adopts(catalog, event),
                        .seconds = event->seconds,
                        .coming = e + 1,
                };

                event_format_name(event, &text);
                if (is_there(retention, &row) || lies_in_target(catalog, event, target))
                        continue;
                if (limits->bytes > 0)
                        r = measure_most(catalog, event, &row.bytes);
                if (r == 0)
                        r = add_row(&both, name, &row);
        }
        sort(&both);
        if (r == 0)
                retained_find_surplus(&both, limits, mark_surplus, work);
        retention_free(&both);
        return r;
}

/* --- afterwards --------------------------------------------------------------------------------- */

/* Of what has just come, and of what lies in a store. */
static bool shall_stay(const struct work *work, const struct record *record) {
        const struct work_state *state = work_state_of(work, record);
        const struct record_source *source = catalog_row(record)->source;

        return state->saved && state->place > 0 &&
               (state->is_new || !source->is_archive || source->is_outbox);
}

struct names {
        char **rows;
        size_t count, capacity;
};

static int add_name(struct names *names, const struct text *name) {
        int r = array_grow(&system_allocator, (void **) &names->rows, &names->capacity, names->count,
                           sizeof(*names->rows));
        char *copy = r < 0 ? NULL : strdup(name->buffer);

        if (!copy)
                return ERR_NO_MEMORY;
        names->rows[names->count++] = copy;
        return 0;
}

/* The places of an event's records: one, or a few where earlier copies hold them. */
static int name_event(const struct work *work, const struct event *event, struct names *names) {
        unsigned named = 0;
        int r = 0;

        for (size_t i = 0; i < event->record_count && r == 0; i++) {
                const struct record *record = work->catalog->records[event->first + i];
                unsigned place = work_state_of(work, record)->place;
                char name[RETENTION_NAME_SIZE];
                struct text text = TEXT_ON(name);

                if (!shall_stay(work, record) || place == named)
                        continue;
                dump_format_place(event, place, &text);
                named = place;
                r = add_name(names, &text);
        }
        return r;
}

static int compare_names(const void *left, const void *right) {
        return strcmp(*(char *const *) left, *(char *const *) right);
}

/* What a dump made or found of the work, and shall not go. */
static int mark_what_stays(struct retention *retention, const struct work *work) {
        const struct catalog *catalog = work->catalog;
        struct names names = { 0 };
        int r = 0;

        for (size_t e = 0; e < catalog->event_count && r == 0; e++)
                r = name_event(work, &catalog->events[e], &names);
        for (size_t i = catalog->other_first; i < catalog->record_count && r == 0; i++) {
                const struct work_state *state = work_state_of(work, catalog->records[i]);
                char name[RETENTION_NAME_SIZE];
                struct text text = TEXT_ON(name);

                /* Nobody decides beforehand whether one of an archive comes: what is there is not removed. */
                if (!state->saved || state->place == 0)
                        continue;
                dump_format_other_place(catalog->records[i], state->place, &text);
                r = add_name(&names, &text);
        }
        if (names.count > 0)
                qsort(names.rows, names.count, sizeof(*names.rows), compare_names);
        for (size_t i = 0; i < retention->count && r == 0 && names.count > 0; i++)
                retention->rows[i].stays = bsearch(&retention->rows[i].name, names.rows, names.count,
                                                   sizeof(*names.rows), compare_names) != NULL;
        for (size_t i = 0; i < names.count; i++)
                free(names.rows[i]);
        free(names.rows);
        return r;
}

/* --- removing ----------------------------------------------------------------------------------- */

struct removal {
        int directory_fd, aside_fd;
        struct retention *removed;
        int error;
};

/* Renamed away whole: what a loss of power leaves is there, or lies where the next dump removes it. */
static int put_aside(const struct removal *removal, const struct retained *row) {
        static const char *const ends[] = { ".json",
                                            ".bin" }; /* what is left without a manifest is no copy */
        char from[RETENTION_NAME_SIZE + 8], to[32];

        if (row->is_event) {
                snprintf(to, sizeof(to), "%zu", removal->removed->count);
                return renameat(removal->directory_fd, row->name, removal->aside_fd, to) < 0
                               ? errno_to_error(errno)
                               : 0;
        }
        for (size_t i = 0; i < 2; i++) {
                snprintf(from, sizeof(from), "%s%s", row->name, ends[i]);
                snprintf(to, sizeof(to), "%zu%s", removal->removed->count, ends[i]);
                if (renameat(removal->directory_fd, from, removal->aside_fd, to) < 0)
                        return errno_to_error(errno);
        }
        return 0;
}

static void remove_row(void *context, const struct retained *row) {
        struct removal *removal = context;

        if (removal->error == 0)
                removal->error = put_aside(removal, row);
        if (removal->error == 0)
                removal->error = add_row(removal->removed, row->name, row);
}

/* "efi-dump-type0-…", as only records are called. */
static bool is_record_file(const char *name) {
        for (enum record_store store = 0; store < RECORD_STORE_END; store++) {
                const char *beginning = record_store_name(store);

                if (text_starts_with(name, beginning) && name[strlen(beginning)] == '-')
                        return true;
        }
        return false;
}

/* A file without its manifest: a copy, or a removal, was cut short between the two. */
static void remove_orphans(int directory_fd) {
        _cleanup_close_ int fd = beneath_open(directory_fd, OTHER, O_RDONLY | O_DIRECTORY, 0);
        _cleanup_closedir_ DIR *stream = fd < 0 ? NULL : directory_stream(fd);
        const struct dirent *entry;

        while (stream && (entry = readdir(stream))) {
                char manifest[NAME_MAX + 8];
                struct stat status;

                if (!text_ends_with(entry->d_name, ".bin") || !is_record_file(entry->d_name))
                        continue;
                snprintf(manifest, sizeof(manifest), "%.*s.json",
                         (int) (strlen(entry->d_name) - strlen(".bin")), entry->d_name);
                if (fstatat(fd, manifest, &status, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
                        (void) unlinkat(fd, entry->d_name, 0);
        }
}

int retention_tidy(int directory_fd) {
        int r = tree_remove(directory_fd, UNFINISHED);

        remove_orphans(directory_fd);
        return r == ERR_NOT_FOUND ? 0 : r;
}

static int open_aside(int directory_fd) {
        if (mkdirat(directory_fd, UNFINISHED, 0700) < 0)
                return errno_to_error(errno);
        return beneath_open(directory_fd, UNFINISHED, O_RDONLY | O_DIRECTORY, 0);
}

/* The names first, and for good; then what was behind them. */
static int remove_aside(const struct removal *removal) {
        _cleanup_close_ int other_fd = beneath_open(removal->directory_fd, OTHER, O_RDONLY | O_DIRECTORY, 0);
        int r = durable_flush(removal->aside_fd);

        if (r == 0 && other_fd >= 0)
                r = durable_flush(other_fd);
        if (r == 0)
                r = durable_flush(removal->directory_fd);
        if (r == 0)
                r = tree_remove(removal->directory_fd, UNFINISHED);
        return r < 0 ? r : durable_flush(removal->directory_fd);
}

static void count_row(void *context, const struct retained *row) {
        (void) row;
        ++*(size_t *) context;
}

int retention_prune(int directory_fd, const struct retention_limits *limits, const struct work *work,
                    struct retention *ret_removed, struct reason *ret_reason) {
        struct removal removal = { .directory_fd = directory_fd, .removed = ret_removed };
        struct retention retention;
        size_t count = 0;
        int r;

        *ret_removed = (struct retention){ 0 };
        r = retention_read(directory_fd, &retention);
        if (r == 0)
                r = mark_what_stays(&retention, work);
        if (r == 0)
                retained_find_surplus(&retention, limits, count_row, &count);
        if (r == 0 && count > 0) {
                removal.aside_fd = r = open_aside(directory_fd);
                if (r >= 0) {
                        retained_find_surplus(&retention, limits, remove_row, &removal);
                        r = remove_aside(&removal);
                        close(removal.aside_fd);
                }
                r = removal.error < 0 ? removal.error : r;
        }
        retention_free(&retention);
        return r < 0 ? reason_set(ret_reason, r, "old dumps cannot be removed: %s", error_text(r)) : 0;
}

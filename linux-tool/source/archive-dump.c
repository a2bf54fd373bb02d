/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/json-reader.h"
#include "capture/dumps.h"
#include "linux-tool/source/archive.h"
#include "posix/memory.h"
#include "pstore/event.h"
#include "store/manifest-reader.h"

/* Our own dumps, as store/dump.h lays them out. */
#define LOG_NAME      "dmesg.txt"
#define STORED_NAME   "records.bin"
#define MANIFEST_NAME "manifest.json"

/* What a run that was cut short left (store/copy.c): no record is in it that is not where it came from. */
#define UNFINISHED "unfinished"

/* As many records as a source may have, some hundred bytes for each. */
#define MANIFEST_SIZE_MAX ((size_t) 64 * 1024 * 1024)

static bool is_there(const struct archive_directory *directory, const char *name) {
        struct stat status;

        return fstatat(directory->fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* "erst:65e079fe00000001" of a store that we know. */
static bool take_id(struct bytes raw, struct source_entry *entry) {
        char id[RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);
        const char *colon;

        json_unescape(raw, &text);
        colon = strchr(id, ':');
        if (text.truncated || !colon || !colon[1] || strlen(colon + 1) >= sizeof(entry->name))
                return false;
        memcpy(entry->name, colon + 1, strlen(colon + 1));
        for (unsigned store = 0; store < RECORD_STORE_END; store++)
                if (bytes_equal(bytes_of(id, (size_t) (colon - id)),
                                text_view(record_store_name((enum record_store) store)))) {
                        entry->store = (enum record_store) store;
                        return true;
                }
        return false;
}

static int add_described(struct archive *archive, size_t unit, const struct archive_directory *directory,
                         const char *stored_name, const struct manifest *manifest,
                         const struct manifest_record *described) {
        const struct manifest_file *file = &described->file;
        struct archive_record record = {
                .entry = { .form = described->form,
                           .type = described->type,
                           .seconds = described->seconds,
                           .deleted = described->deleted,
                           .salvaged = described->salvaged },
                .offset = file->offset,
                .size = file->size,
                .has_digest = file->known,
                .is_opaque = described->type == RECORD_TYPE_DMESG && !described->is_decoded,
                .error = file->known ? 0 : ERR_LOG_MISSING, /* it could not be saved */
        };

        if (!take_id(described->id, &record.entry)) {
                archive_stray(archive, directory, stored_name, "holds a record without an id that we know");
                archive->units[unit].holds_more = true;
                return 0;
        }
        if (described->part > 0)
                record.line = (struct header_line){ .reason = manifest->reason,
                                                    .count = manifest->count,
                                                    .part = described->part };
        /* The crash kernel's log has no header line. */
        if (record.entry.store == RECORD_STORE_KDUMP)
                record.entry.header = record.line;
        memcpy(record.sha256, file->sha256, SHA256_SIZE);
        record.path = archive_join(directory->path, stored_name);
        return archive_add(archive, unit, &record);
}

/* 0 and a manifest; content and manifest are to be freed. */
static int read_manifest(struct archive *archive, const struct archive_directory *directory, const char *name,
                         struct buffer *content, struct manifest *ret_manifest) {
        int r = archive_read_whole(archive, directory, name, MANIFEST_SIZE_MAX, content);

        return r < 0 ? r : manifest_read(buffer_bytes(content), &system_allocator, ret_manifest);
}

/*
 * The order to go: a removal that is cut short leaves a manifest with all it tells of, or of which nothing is
 * there any more; without it the log would look like another crash.
 */
static int add_event(struct archive *archive, const struct archive_directory *directory,
                     const struct manifest *manifest) {
        static const char *const shared[] = { LOG_NAME, STORED_NAME, MANIFEST_NAME };
        size_t unit;
        int r = archive_add_unit(archive, directory, &unit);

        for (size_t i = 0; i < ARRAY_SIZE(shared) && r == 0; i++)
                r = archive_add_shared(archive, unit, directory, shared[i]);
        for (size_t i = 0; i < manifest->record_count && r == 0; i++)
                r = add_described(archive, unit, directory, STORED_NAME, manifest, &manifest->records[i]);
        return r;
}

/* The name of the directory tells what the manifest would; of which parts the log is, nothing does. */
/* 1, or 0 for a directory whose name is no event's. */
static int add_log_alone(struct archive *archive, const struct archive_directory *directory) {
        struct archive_record record = { .entry = { .form = RECORD_FORM_TEXT, .type = RECORD_TYPE_DMESG } };
        struct bytes backend;
        size_t unit;
        int r;

        if (event_parse_name(text_view(directory->name), &record.entry.seconds, &backend, &record.line.reason,
                             &record.line.count) < 0)
                return 0;
        /* An empty directory is what a removal left that was cut short. */
        if (is_there(directory, LOG_NAME) || is_there(directory, MANIFEST_NAME))
                archive_stray(archive, directory, MANIFEST_NAME,
                              "not whole, so that only " LOG_NAME " is read");
        if (!is_there(directory, LOG_NAME))
                return 1;
        r = archive_add_unit(archive, directory, &unit);
        if (r == 0)
                r = archive_add_shared(archive, unit, directory, MANIFEST_NAME);
        if (r < 0)
                return r;
        archive->units[unit].holds_more = is_there(directory, STORED_NAME);
        record.line.part = 1;
        record.entry.header = record.line;
        record.is_file = true;
        if (fstatat(directory->fd, LOG_NAME, &record.status, AT_SYMLINK_NOFOLLOW) < 0)
                return 1;
        record.size = (uint64_t) record.status.st_size;
        record.path = archive_join(directory->path, LOG_NAME);
        if (record.path && !archive_name_after_place(&record)) {
                archive_stray(archive, directory, LOG_NAME, "its path is too long");
                free(record.path);
                return 1;
        }
        r = archive_add(archive, unit, &record);
        return r < 0 ? r : 1;
}

int archive_take_dump(struct archive *archive, const struct archive_directory *directory) {
        _cleanup_buffer_ struct buffer content;
        struct manifest manifest;
        uint64_t seconds;
        unsigned number;
        bool is_event;
        int r;

        buffer_init(&content, &system_allocator);
        if (strcmp(directory->name, UNFINISHED) == 0)
                return 1;
        /* What a crash kernel saved is kdump:'s, with the image beside it. */
        if (dumps_parse_name(directory->name, &seconds, &number) == 0 && !is_there(directory, STORED_NAME))
                return 1;
        r = read_manifest(archive, directory, MANIFEST_NAME, &content, &manifest);
        if (r == ERR_NO_MEMORY)
                return r;
        if (r < 0)
                return add_log_alone(archive, directory);
        is_event = manifest.is_event;
        if (is_event)
                r = add_event(archive, directory, &manifest);
        manifest_free(&manifest);
        return r < 0 ? r : is_event;
}

int archive_take_other(struct archive *archive, const struct archive_directory *directory, const char *name) {
        _cleanup_free_ char *stored_name = NULL;
        _cleanup_buffer_ struct buffer content;
        struct manifest manifest;
        size_t unit;
        int r;

        buffer_init(&content, &system_allocator);
        r = read_manifest(archive, directory, name, &content, &manifest);
        if (r == ERR_NO_MEMORY)
                return r;
        if (r < 0) {
                archive_stray(archive, directory, name, "is not whole");
                return 0;
        }
        stored_name = strdup(name);
        r = stored_name ? archive_add_unit(archive, directory, &unit) : ERR_NO_MEMORY;
        if (r == 0) {
                strcpy(stored_name + strlen(name) - strlen(".json"), ".bin");
                r = archive_add_shared(archive, unit, directory, stored_name);
        }
        if (r == 0)
                r = archive_add_shared(archive, unit, directory, name);
        if (r == 0)
                r = add_described(archive, unit, directory, stored_name, &manifest, &manifest.self);
        manifest_free(&manifest);
        return r;
}

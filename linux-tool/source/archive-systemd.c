/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/sort.h"
#include "linux-tool/source/archive.h"
#include "linux-tool/source/pstorefs.h"
#include "posix/beneath.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "pstore/archive-text.h"

/*
 * What systemd-pstore moves out of pstore (systemd's src/pstore/pstore.c): the files themselves, and the logs
 * that they are parts of, as one text.
 *
 * up to 252     <id without its last six digits>/, for EFI and ERST alike
 * 253 and later <id without part and count>/<count>/ for EFI, and <the last id>/ for a run of ids of ERST
 */

/* As linux-tool/source/pstorefs.c has it for a file; a log has more of them. */
#define RECORD_SIZE_MAX ((off_t) 16 * 1024 * 1024)
#define LOG_SIZE_MAX    ((size_t) 64 * 1024 * 1024)

/*
 * ERST's record has the second in which it was written, and its file has that time, in the archive, too: in
 * whole seconds. Who copies the archive may lose it; then there is the second of the boot's first record.
 */
static uint64_t time_of(const struct source_entry *entry, const struct stat *status) {
        uint64_t written = status->st_mtim.tv_sec > 0 ? (uint64_t) status->st_mtim.tv_sec : 0, boot, id;

        if (entry->seconds > 0)
                return entry->seconds;
        if (entry->store != RECORD_STORE_ERST || record_parse_erst_name(text_view(entry->name), &id) < 0)
                return written;
        boot = record_erst_boot(id);
        return boot == 0 || (status->st_mtim.tv_nsec == 0 && written >= boot) ? written : boot;
}

static void read_beginning(const struct archive_directory *directory, const char *name,
                           struct archive_record *record) {
        _cleanup_close_ int fd = beneath_open_file(directory->fd, name);
        uint8_t beginning[HEADER_LINE_MAX];
        ssize_t size = fd < 0 ? 0 : read(fd, beginning, sizeof(beginning));

        if (size <= 0)
                return;
        pstorefs_correct_name(bytes_of(beginning, (size_t) size), &record->entry);
        (void) header_line_parse(bytes_of(beginning, (size_t) size), &record->line);
}

int archive_take_file(struct archive *archive, const struct archive_directory *directory, const char *name) {
        struct archive_record record = { .is_file = true };
        size_t unit;
        int r;

        if (!pstorefs_parse_name(name, &record.entry))
                return 0;
        if (fstatat(directory->fd, name, &record.status, AT_SYMLINK_NOFOLLOW) < 0)
                return 1; /* gone meanwhile */
        if (record.status.st_size > RECORD_SIZE_MAX) {
                archive_stray(archive, directory, name, "is larger than any record");
                return 1;
        }
        read_beginning(directory, name, &record);
        record.size = (uint64_t) record.status.st_size;
        record.entry.seconds = time_of(&record.entry, &record.status);
        record.path = archive_join(directory->path, name);
        r = archive_add_unit(archive, directory, &unit);
        if (r < 0)
                free(record.path);
        else
                r = archive_add(archive, unit, &record);
        return r < 0 ? r : 1;
}

/* --- the log ------------------------------------------------------------------------------------ */

/* A text of which it is asked whether it is there: of a file, or of a part of the log. */
struct piece {
        struct archive_part part;
        uint8_t sha256[SHA256_SIZE];
        size_t index;  /* of a part, from 1; 0 for a file */
        size_t record; /* of a file */
        bool is_known;
};

struct pieces {
        struct piece *rows;
        size_t count, capacity;
};

static struct piece *add_piece(struct pieces *pieces) {
        if (array_grow(&system_allocator, (void **) &pieces->rows, &pieces->capacity, pieces->count,
                       sizeof(*pieces->rows)) < 0)
                return NULL;
        pieces->rows[pieces->count] = (struct piece){ 0 };
        return &pieces->rows[pieces->count++];
}

/* The files beside the log; one that cannot be read has no text that the log would repeat. */
static int add_files(struct archive *archive, size_t first, struct pieces *pieces) {
        _cleanup_buffer_ struct buffer text;
        int r = 0;

        buffer_init(&text, &system_allocator);
        for (size_t i = first; i < archive->record_count && r != ERR_NO_MEMORY; i++) {
                struct archive_record *record = &archive->records[i];
                struct piece *piece;

                r = archive_read_place(archive, record, &text);
                if (r < 0)
                        continue;
                sha256_digest(buffer_bytes(&text), record->sha256);
                record->has_digest = true;
                piece = add_piece(pieces);
                if (!piece)
                        return ERR_NO_MEMORY;
                memcpy(piece->sha256, record->sha256, SHA256_SIZE);
                piece->record = i;
        }
        return r == ERR_NO_MEMORY ? r : 0;
}

static int add_parts(struct bytes log, struct pieces *pieces, size_t *ret_before) {
        struct archive_text reader;
        struct archive_part part;
        size_t index = 0;

        archive_text_begin(&reader, log);
        *ret_before = reader.before;
        while (archive_text_next(&reader, &part)) {
                struct piece *piece = add_piece(pieces);

                if (!piece)
                        return ERR_NO_MEMORY;
                piece->part = part;
                piece->index = ++index;
                sha256_digest(part.text, piece->sha256);
        }
        return 0;
}

static int compare_pieces(const void *a, const void *b) {
        const struct piece *left = a, *right = b;
        int order = memcmp(left->sha256, right->sha256, SHA256_SIZE);

        return order ? order : (left->index > right->index) - (left->index < right->index);
}

/* The log tells what this file does: they go together. */
static void unite(struct archive *archive, size_t unit, size_t index) {
        struct archive_unit *united = &archive->units[unit];
        struct archive_record *record = &archive->records[index];

        archive->units[record->unit].record_count = 0;
        archive->units[record->unit].first_record = ARCHIVE_NONE;
        record->unit = unit;
        record->next_in_unit = united->first_record;
        united->first_record = index;
        united->record_count++;
}

/* What a file has, and what stands in the log once more, is known already. */
static int mark_known(struct archive *archive, size_t unit, struct pieces *pieces) {
        _cleanup_free_ struct piece **order = calloc(pieces->count + 1, sizeof(struct piece *));
        size_t first = 0; /* of those with the same text: the files, then the parts */

        if (!order)
                return ERR_NO_MEMORY;
        for (size_t i = 0; i < pieces->count; i++)
                order[i] = &pieces->rows[i];
        sort_pointers((void **) order, pieces->count, compare_pieces);
        for (size_t i = 0; i < pieces->count; i++) {
                if (memcmp(order[i]->sha256, order[first]->sha256, SHA256_SIZE) != 0)
                        first = i;
                order[i]->is_known = i > first;
                for (; order[i]->index > 0 && first < i && order[first]->index == 0; first++)
                        unite(archive, unit, order[first]->record);
        }
        return 0;
}

static bool parse_number(const char *name, uint64_t *ret_number) {
        struct bytes view = text_view(name);
        size_t at = 0;

        return decimal_parse(view, &at, UINT64_MAX, ret_number) == 0 && at == view.size;
}

#define COUNT_DIGITS 3

/* From 253 on: the directories have all of the id but the part, and a count from 1000 on has moved it. */
static bool find_variable_id(const struct archive_directory *directory, const struct header_line *line,
                             uint64_t *ret_id) {
        uint64_t front, count, part = ((uint64_t) line->part + line->count / 1000) % 100;

        if (strlen(directory->name) != COUNT_DIGITS || !parse_number(directory->name, &count) ||
            !parse_number(directory->above, &front) || line->count % 1000 != count ||
            front > UINT64_MAX / 100000 - 1)
                return false;
        *ret_id = front * 100000 + part * 1000 + count;
        return true;
}

/* ERST's ids in a log of 253 and later, which fall from one part to the next as long as no part is missing.
 */
struct erst_run {
        uint64_t id; /* of the part that comes; 0 when that is not known */
        struct header_line line;
};

static void erst_run_begin(struct erst_run *run, const struct archive_directory *directory) {
        uint64_t id;

        *run = (struct erst_run){ 0 };
        if (strlen(directory->name) != COUNT_DIGITS && parse_number(directory->name, &id) &&
            record_erst_boot(id) > 0)
                run->id = id;
}

static bool is_next(const struct header_line *before, const struct header_line *line) {
        bool same = before->reason == line->reason && before->count == line->count;

        return before->reason == REASON_NONE || (same ? line->part + 1 == before->part : before->part == 1);
}

static bool erst_run_take(struct erst_run *run, const struct header_line *line, uint64_t *ret_id) {
        if (run->id == 0 || !is_next(&run->line, line)) {
                run->id = 0;
                return false;
        }
        *ret_id = run->id--;
        run->line = *line;
        return true;
}

/* What the part's file was called; empty where neither the log nor the directory's name tells for certain. */
static void find_file_name(const struct archive_directory *directory, struct erst_run *run,
                           const struct archive_part *part, char ret_name[NAME_MAX + 1]) {
        struct text name = text_on(ret_name, NAME_MAX + 1);
        uint64_t id;

        if (part->name.size > 0)
                text_put_bytes(&name, part->name);
        else if (find_variable_id(directory, &part->header, &id))
                text_format(&name, "dmesg-efi-%llu", (unsigned long long) id);
        else if (erst_run_take(run, &part->header, &id))
                text_format(&name, "dmesg-erst-%llu", (unsigned long long) id);
        if (name.truncated)
                ret_name[0] = '\0';
}

/* A log that is taken apart. */
struct log {
        struct archive *archive;
        const struct archive_directory *directory;
        size_t unit;
        struct bytes text;
};

/* The log's own time is that of the last boot that added to it: ERST's ids know better. */
static uint64_t time_in(const struct log *log, const struct source_entry *entry) {
        const struct stat *status = &log->archive->units[log->unit].status[0];
        uint64_t id = 0;

        if (entry->seconds > 0)
                return entry->seconds;
        if (entry->store == RECORD_STORE_ERST)
                (void) record_parse_erst_name(text_view(entry->name), &id);
        else
                (void) parse_number(log->directory->name, &id);
        return record_erst_boot(id) > 0 ? record_erst_boot(id) : time_of(entry, status);
}

/* `file_name` is empty where it is not known. */
static int add_part(const struct log *log, const struct piece *piece, const char *file_name) {
        struct archive_record record = {
                .line = piece->part.header,
                .path = archive_join(log->directory->path, ARCHIVE_SYSTEMD_LOG),
                .offset = (uint64_t) (piece->part.text.data - log->text.data),
                .size = piece->part.text.size,
                .has_digest = true,
        };

        if (!record.path)
                return ERR_NO_MEMORY;
        memcpy(record.sha256, piece->sha256, SHA256_SIZE);
        if (file_name[0] && pstorefs_parse_name(file_name, &record.entry)) {
                pstorefs_correct_name(piece->part.text, &record.entry);
        } else if (archive_name_after_place(&record)) {
                record.entry.type = RECORD_TYPE_DMESG;
                record.entry.form = RECORD_FORM_TEXT;
        } else {
                archive_stray(log->archive, log->directory, ARCHIVE_SYSTEMD_LOG, "its path is too long");
                log->archive->units[log->unit].holds_more = true;
                free(record.path);
                return 0;
        }
        record.entry.seconds = time_in(log, &record.entry);
        return archive_add(log->archive, log->unit, &record);
}

static int add_unknown(const struct log *log, const struct pieces *pieces) {
        struct erst_run run;
        int r = 0;

        erst_run_begin(&run, log->directory);
        for (size_t i = 0; i < pieces->count && r == 0; i++) {
                const struct piece *piece = &pieces->rows[i];
                char file_name[NAME_MAX + 1];

                if (piece->index == 0)
                        continue;
                find_file_name(log->directory, &run, &piece->part, file_name);
                if (!piece->is_known)
                        r = add_part(log, piece, file_name);
        }
        return r;
}

int archive_take_log(struct archive *archive, const struct archive_directory *directory, size_t first) {
        struct log log = { .archive = archive, .directory = directory };
        _cleanup_buffer_ struct buffer content;
        struct pieces pieces = { 0 };
        size_t before = 0;
        int r;

        buffer_init(&content, &system_allocator);
        r = archive_read_whole(archive, directory, ARCHIVE_SYSTEMD_LOG, LOG_SIZE_MAX, &content);
        if (r == ERR_NO_MEMORY)
                return r;
        if (r < 0) {
                archive_stray(archive, directory, ARCHIVE_SYSTEMD_LOG, error_text(r));
                return 0;
        }
        log.text = buffer_bytes(&content);
        r = archive_add_unit(archive, directory, &log.unit);
        if (r == 0)
                r = archive_add_shared(archive, log.unit, directory, ARCHIVE_SYSTEMD_LOG);
        if (r < 0)
                return r;
        r = add_files(archive, first, &pieces);
        if (r == 0)
                r = add_parts(log.text, &pieces, &before);
        if (r == 0)
                r = mark_known(archive, log.unit, &pieces);
        if (r == 0)
                r = add_unknown(&log, &pieces);
        archive->units[log.unit].holds_more |= before > 0;
        if (before > 0)
                archive_stray(archive, directory, ARCHIVE_SYSTEMD_LOG,
                              before == content.size ? "no log of pstore"
                                                     : "begins with what is no part of a log");
        array_free(&system_allocator, (void **) &pieces.rows, &pieces.capacity, sizeof(*pieces.rows));
        return r;
}

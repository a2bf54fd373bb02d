/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/source/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/sort.h"
#include "posix/beneath.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "pstore/variable-name.h"

/* So much is read of an archive, however large its files say that they are. */
#define TOTAL_SIZE_MAX ((uint64_t) 512 * 1024 * 1024)

char *archive_join(const char *directory, const char *name) {
        size_t size = strlen(directory) + strlen(name) + 2;
        char *path = malloc(size);

        if (path)
                snprintf(path, size, "%s%s%s", directory, directory[0] ? "/" : "", name);
        return path;
}

void archive_stray(struct archive *archive, const struct archive_directory *directory, const char *name,
                   const char *what) {
        _cleanup_free_ char *path = archive_join(directory->path, name);

        strays_add(&archive->strays, path ? path : name, what);
}

/* --- what is found ------------------------------------------------------------------------------ */

int archive_add_unit(struct archive *archive, const struct archive_directory *directory, size_t *ret_unit) {
        int r = array_grow(&system_allocator, (void **) &archive->units, &archive->unit_capacity,
                           archive->unit_count, sizeof(*archive->units));
        struct archive_unit unit = { .first_record = ARCHIVE_NONE };

        if (r < 0)
                return r;
        unit.directory = strdup(directory->path);
        if (!unit.directory)
                return ERR_NO_MEMORY;
        *ret_unit = archive->unit_count;
        archive->units[archive->unit_count++] = unit;
        return 0;
}

int archive_add_shared(struct archive *archive, size_t index, const struct archive_directory *directory,
                       const char *name) {
        struct archive_unit *unit = &archive->units[index];
        struct stat *status = &unit->status[unit->shared_count];

        if (fstatat(directory->fd, name, status, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT ? 0 : errno_to_error(errno);
        unit->shared[unit->shared_count] = archive_join(directory->path, name);
        return unit->shared[unit->shared_count++] ? 0 : ERR_NO_MEMORY;
}

/* Whether so much more may be read. */
static bool take_share(struct archive *archive, uint64_t size) {
        if (size > TOTAL_SIZE_MAX - archive->total)
                return false;
        archive->total += size;
        return true;
}

int archive_add(struct archive *archive, size_t index, const struct archive_record *record) {
        struct archive_unit *unit = &archive->units[index];
        struct archive_record *added;
        int r = record->path ? 0 : ERR_NO_MEMORY;

        if (r == 0 && archive->record_count >= SOURCE_RECORDS_MAX)
                r = ERR_LOOP;
        if (r == 0)
                r = array_grow(&system_allocator, (void **) &archive->records, &archive->record_capacity,
                               archive->record_count, sizeof(*archive->records));
        if (r < 0) {
                unit->holds_more = true;
                free(record->path);
                return r;
        }
        added = &archive->records[archive->record_count];
        *added = *record;
        added->unit = index;
        added->next_in_unit = unit->first_record;
        added->next_place = ARCHIVE_NONE;
        if (added->error == 0 && !take_share(archive, added->size))
                added->error = ERR_TOO_LARGE;
        unit->first_record = archive->record_count++;
        unit->record_count++;
        return 0;
}

bool archive_name_after_place(struct archive_record *record) {
        struct text name = TEXT_ON(record->entry.name);

        memset(record->entry.name, 0, sizeof(record->entry.name));
        record->entry.store = RECORD_STORE_PSTOREFS;
        text_put_escaped(&name, text_view(record->path));
        if (!record->is_file)
                text_format(&name, ":%llu", (unsigned long long) record->offset);
        return !name.truncated;
}

void archive_free(struct archive *archive) {
        for (size_t i = 0; i < archive->record_count; i++)
                free(archive->records[i].path);
        for (size_t i = 0; i < archive->unit_count; i++) {
                free(archive->units[i].directory);
                for (size_t j = 0; j < archive->units[i].shared_count; j++)
                        free(archive->units[i].shared[j]);
        }
        array_free(&system_allocator, (void **) &archive->records, &archive->record_capacity,
                   sizeof(*archive->records));
        array_free(&system_allocator, (void **) &archive->units, &archive->unit_capacity,
                   sizeof(*archive->units));
        free(archive->visible);
        free(archive->real_path);
        cleanup_close(&archive->fd);
        *archive = (struct archive){ .fd = -1, .strays = archive->strays };
}

/* --- bytes -------------------------------------------------------------------------------------- */

static int read_range(int fd, uint64_t offset, size_t size, struct buffer *buffer) {
        int r = buffer_reserve(buffer, size);

        while (r == 0 && buffer->size < size) {
                ssize_t got = pread(fd, buffer->data + buffer->size, size - buffer->size,
                                    (off_t) (offset + buffer->size));

                if (got < 0 && errno == EINTR)
                        continue;
                if (got <= 0)
                        return got < 0 ? errno_to_error(errno) : ERR_TRUNCATED;
                buffer->size += (size_t) got;
        }
        return r;
}

int archive_read_place(const struct archive *archive, const struct archive_record *record,
                       struct buffer *buffer) {
        _cleanup_close_ int fd = -1;
        uint8_t digest[SHA256_SIZE];
        struct stat status;
        int r;

        buffer->size = 0;
        if (record->error < 0)
                return record->error;
        fd = beneath_open_file(archive->fd, record->path);
        if (fd < 0)
                return fd == ERR_INVALID_ARGUMENT ? ERR_FILE_KIND : fd;
        if (fstat(fd, &status) < 0)
                return errno_to_error(errno);
        /* No memory is asked for that the file cannot fill. */
        if (record->offset > (uint64_t) status.st_size ||
            record->size > (uint64_t) status.st_size - record->offset)
                return ERR_TRUNCATED;
        r = read_range(fd, record->offset, (size_t) record->size, buffer);
        if (r == 0 && record->has_digest) {
                sha256_digest(buffer_bytes(buffer), digest);
                r = memcmp(digest, record->sha256, SHA256_SIZE) == 0 ? 0 : ERR_CHECKSUM;
        }
        return r;
}

int archive_read_whole(struct archive *archive, const struct archive_directory *directory, const char *name,
                       size_t limit, struct buffer *buffer) {
        struct stat status;
        int r;

        if (fstatat(directory->fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
                return errno_to_error(errno);
        if (status.st_size < 0 || (uint64_t) status.st_size > limit ||
            !take_share(archive, (uint64_t) status.st_size))
                return ERR_TOO_LARGE;
        r = buffer_reserve(buffer, (size_t) status.st_size + 1);
        return r < 0 ? r : file_read_beneath(directory->fd, name, limit, buffer);
}

/* --- one record in several places --------------------------------------------------------------- */

static int compare_numbers(uint64_t left, uint64_t right) {
        return (left > right) - (left < right);
}

/* A variable's name without its ending, which only the store itself shows. */
static struct bytes stem_of(const struct archive_record *record) {
        struct bytes name = text_view(record->entry.name);
        struct variable_name parsed;

        if (record->entry.store == RECORD_STORE_EFI && variable_name_parse(name, &parsed) == 0 &&
            parsed.generation == VARIABLE_NAME_COMPRESSION)
                return bytes_first(name, name.size - 2);
        return name;
}

static int compare_ids(const struct archive_record *left, const struct archive_record *right) {
        struct bytes left_stem = stem_of(left), right_stem = stem_of(right);
        int order = compare_numbers(left->entry.store, right->entry.store);

        if (order == 0)
                order = memcmp(left_stem.data, right_stem.data, size_min(left_stem.size, right_stem.size));
        return order ? order : compare_numbers(left_stem.size, right_stem.size);
}

static int compare_places(const struct archive_record *left, const struct archive_record *right) {
        int order = strcmp(left->path, right->path);

        return order ? order : compare_numbers(left->offset, right->offset);
}

/* Records of one id side by side, and of them those that are the same; what can be read first. */
static int compare_found(const void *a, const void *b) {
        const struct archive_record *left = a, *right = b;
        int order = compare_ids(left, right);

        if (order == 0)
                order = compare_numbers(left->entry.form, right->entry.form);
        if (order == 0)
                order = strcmp(left->entry.name, right->entry.name);
        if (order == 0)
                order = memcmp(left->sha256, right->sha256, SHA256_SIZE);
        if (order == 0)
                order = compare_numbers(left->error != 0, right->error != 0);
        return order ? order : compare_places(left, right);
}

/* `place`, with those that were joined to it, is another one of the record, which stands for all. */
static void join(struct archive *archive, struct archive_record *record, struct archive_record *place) {
        struct archive_record *last = place;

        while (last->next_place != ARCHIVE_NONE)
                last = &archive->records[last->next_place];
        last->next_place = record->next_place;
        record->next_place = (size_t) (place - archive->records);
        place->is_hidden = true;
}

static bool is_same(const struct archive_record *record, const struct archive_record *place) {
        return record->entry.form == place->entry.form &&
               strcmp(record->entry.name, place->entry.name) == 0 &&
               memcmp(record->sha256, place->sha256, SHA256_SIZE) == 0;
}

/* What the kernel showed of stored bytes cannot be compared with them, but what it says of itself can. */
static bool shows(const struct archive_record *stored, const struct archive_record *text) {
        const struct header_line *left = &stored->line, *right = &text->line;

        return stored->entry.form == RECORD_FORM_STORED && stored->error == 0 &&
               text->entry.form != RECORD_FORM_STORED &&
               (left->reason == REASON_NONE || right->reason == REASON_NONE ||
                (left->reason == right->reason && left->count == right->count && left->part == right->part));
}

/* What can be read before what cannot, stored bytes before texts, and then the first place. */
static bool is_better(const struct archive_record *record, const struct archive_record *than) {
        int order =
                compare_numbers(record->error != 0 || record->is_opaque, than->error != 0 || than->is_opaque);

        if (order == 0)
                order = compare_numbers(record->entry.form, than->entry.form);
        return (order ? order : compare_places(record, than)) < 0;
}

/* Of several with one id the best keeps it. */
static void settle_id(struct archive *archive, struct archive_record **records, size_t count) {
        struct archive_record *last = records[0], *best = records[0];

        for (size_t i = 1; i < count; i++) {
                if (is_same(last, records[i])) {
                        join(archive, last, records[i]);
                        continue;
                }
                last = records[i];
                if (is_better(last, best))
                        best = last;
        }
        for (size_t i = 0; i < count; i++) {
                if (records[i] == best || records[i]->is_hidden ||
                    records[i]->entry.form == RECORD_FORM_STORED)
                        continue;
                if (shows(best, records[i]))
                        join(archive, best, records[i]);
                else if (!archive_name_after_place(records[i]))
                        strays_add(&archive->strays, records[i]->path, "has no name of its own");
        }
}

/* Where one id is in several places their bytes tell which are the same; else they are read once, later. */
static int look_into(const struct archive *archive, struct archive_record *record, struct buffer *buffer) {
        int r = archive_read_place(archive, record, buffer);

        if (r == ERR_NO_MEMORY)
                return r;
        if (r == 0 && !record->has_digest)
                sha256_digest(buffer_bytes(buffer), record->sha256);
        record->has_digest |= r == 0;
        record->error = r;
        return 0;
}

/* Calls settle_id() for each id; `records` are in the order of their ids. */
static int settle_ids(struct archive *archive, struct archive_record **records) {
        _cleanup_buffer_ struct buffer buffer;
        size_t first = 0, end;
        int r = 0;

        buffer_init(&buffer, &system_allocator);
        for (; first < archive->record_count && r == 0; first = end) {
                for (end = first + 1;
                     end < archive->record_count && compare_ids(records[first], records[end]) == 0;)
                        end++;
                if (end == first + 1)
                        continue;
                for (size_t i = first; i < end && r == 0; i++)
                        r = look_into(archive, records[i], &buffer);
                sort_pointers((void **) records + first, end - first, compare_found);
                settle_id(archive, records + first, end - first);
        }
        return r;
}

static int compare_names(const void *a, const void *b) {
        const struct archive_record *left = a, *right = b;
        int order = strcmp(left->entry.name, right->entry.name);

        return order ? order : compare_places(left, right);
}

int archive_settle(struct archive *archive) {
        struct archive_record **records;
        int r;

        if (archive->record_count == 0)
                return 0;
        records = calloc(archive->record_count, sizeof(struct archive_record *));
        if (!records)
                return ERR_NO_MEMORY;
        archive->visible = records;
        for (size_t i = 0; i < archive->record_count; i++)
                records[i] = &archive->records[i];
        sort_pointers((void **) records, archive->record_count, compare_found);
        r = settle_ids(archive, records);
        if (r < 0)
                return r;
        for (size_t i = 0; i < archive->record_count; i++)
                if (!records[i]->is_hidden)
                        records[archive->visible_count++] = records[i];
        sort_pointers((void **) records, archive->visible_count, compare_names);
        return 0;
}

/* How many of the visible records have a name that goes before this one, or has it. */
static size_t count_before(const struct archive *archive, const char *name, bool with_it) {
        size_t low = 0, high = archive->visible_count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (strcmp(archive->visible[middle]->entry.name, name) < with_it)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

struct archive_record **archive_find(const struct archive *archive, const char *name, size_t *ret_count) {
        size_t first = count_before(archive, name, false);

        *ret_count = count_before(archive, name, true) - first;
        return *ret_count > 0 ? archive->visible + first : NULL;
}

/* --- removal ------------------------------------------------------------------------------------ */

/* Takes the file, or with AT_REMOVEDIR the directory, away; what is not there is gone. */
static int remove_path(const struct archive *archive, const char *path, int flags) {
        _cleanup_close_ int parent = -1;
        const char *name;

        parent = beneath_open_parent(archive->fd, path, &name);
        if (parent < 0)
                return parent == ERR_NOT_FOUND ? 0 : parent;
        return unlinkat(parent, name, flags) == 0 || errno == ENOENT ? 0 : errno_to_error(errno);
}

static int check_unchanged(const struct archive *archive, const char *path, const struct stat *then) {
        _cleanup_close_ int parent = -1;
        const char *name;
        struct stat now;

        parent = beneath_open_parent(archive->fd, path, &name);
        if (parent < 0)
                return parent;
        if (fstatat(parent, name, &now, AT_SYMLINK_NOFOLLOW) < 0)
                return errno_to_error(errno);
        return file_is_unchanged(then, &now) ? 0 : ERR_CHANGED;
}

/* Each file of the unit, the shared ones first; stops at the first error of `visit`. */
static int for_each_file(const struct archive *archive, const struct archive_unit *unit,
                         int (*visit)(const struct archive *archive, const char *path,
                                      const struct stat *status)) {
        int r = 0;

        for (size_t i = 0; i < unit->shared_count && r == 0; i++)
                r = visit(archive, unit->shared[i], &unit->status[i]);
        for (size_t i = unit->first_record; i != ARCHIVE_NONE && r == 0; i = archive->records[i].next_in_unit)
                if (archive->records[i].is_file)
                        r = visit(archive, archive->records[i].path, &archive->records[i].status);
        return r;
}

static int remove_file(const struct archive *archive, const char *path, const struct stat *status) {
        (void) status;
        return remove_path(archive, path, 0);
}

static bool is_number(const char *name) {
        size_t length = strspn(name, "0123456789");

        return length > 0 && (name[length] == '\0' || name[length] == '/');
}

/* What is empty now tells nothing; of systemd's two levels the upper one, too. Others have others in them. */
static void remove_directories(const struct archive *archive, char *directory) {
        char *slash;

        while (directory[0] && remove_path(archive, directory, AT_REMOVEDIR) == 0) {
                slash = strrchr(directory, '/');
                if (!is_number(slash ? slash + 1 : directory))
                        return;
                if (slash)
                        *slash = '\0';
                else
                        directory[0] = '\0';
                if (!is_number(strrchr(directory, '/') ? strrchr(directory, '/') + 1 : directory))
                        return;
        }
}

/* All or nothing: what has changed since the list was taken is somebody else's. */
static int remove_unit(const struct archive *archive, struct archive_unit *unit) {
        int r = for_each_file(archive, unit, check_unchanged);

        if (r == 0)
                r = for_each_file(archive, unit, remove_file);
        if (r == 0)
                remove_directories(archive, unit->directory);
        unit->is_gone = r == 0;
        return r;
}

static int remove_record(struct archive *archive, const struct archive_record *record) {
        int result = 0;

        for (size_t i = (size_t) (record - archive->records); i != ARCHIVE_NONE;
             i = archive->records[i].next_place) {
                struct archive_record *place = &archive->records[i];
                struct archive_unit *unit = &archive->units[place->unit];
                int r = 0;

                unit->marked_count += !place->is_marked;
                place->is_marked = true;
                if (unit->holds_more)
                        r = ERR_TOGETHER;
                else if (unit->marked_count == unit->record_count && !unit->is_gone)
                        r = remove_unit(archive, unit);
                if (result == 0)
                        result = r;
        }
        return result;
}

int archive_remove(struct archive *archive, const char *name) {
        size_t count;
        struct archive_record **records = archive_find(archive, name, &count);
        int result = 0;

        if (!records)
                return ERR_NOT_FOUND;
        if (++records[0]->asked < count)
                return 0;
        for (size_t i = 0; i < count; i++) {
                int r = remove_record(archive, records[i]);

                if (result == 0)
                        result = r;
        }
        return result;
}

static int check_gone(const struct archive *archive, const char *path, const struct stat *status) {
        int r = check_unchanged(archive, path, status);

        if (r == ERR_NOT_FOUND)
                return 0;
        return r == 0 || r == ERR_CHANGED ? ERR_STILL_THERE : ERR_UNVERIFIED;
}

/* Its own file, and those that it shared; the list that was taken afterwards tells of all others. */
static int confirm_places(const struct archive *archive, const struct archive_record *record) {
        for (size_t i = (size_t) (record - archive->records); i != ARCHIVE_NONE;
             i = archive->records[i].next_place) {
                const struct archive_record *place = &archive->records[i];
                const struct archive_unit *unit = &archive->units[place->unit];
                int r = place->is_file ? check_gone(archive, place->path, &place->status) : 0;

                if (unit->marked_count < unit->record_count)
                        return ERR_TOGETHER;
                for (size_t j = 0; j < unit->shared_count && r == 0; j++)
                        r = check_gone(archive, unit->shared[j], &unit->status[j]);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Another record may get the id when the one that had it is gone. */
static int look_for(const struct archive *after, const struct archive_record *record) {
        _cleanup_buffer_ struct buffer buffer;
        struct archive_record **found;
        uint8_t digest[SHA256_SIZE];
        size_t count;

        buffer_init(&buffer, &system_allocator);
        found = archive_find(after, record->entry.name, &count);
        for (size_t i = 0; i < count; i++) {
                if (!record->has_digest || archive_read_place(after, found[i], &buffer) < 0)
                        return ERR_STILL_THERE;
                sha256_digest(buffer_bytes(&buffer), digest);
                if (memcmp(digest, record->sha256, SHA256_SIZE) == 0)
                        return ERR_STILL_THERE;
        }
        return 0;
}

int archive_confirm_removed(const struct archive *archive, const struct archive *after, const char *name) {
        size_t count;
        struct archive_record **records = archive_find(archive, name, &count);
        int r = 0;

        if (!records)
                return ERR_UNVERIFIED;
        if (records[0]->is_judged)
                return records[0]->verdict;
        for (size_t i = 0; i < count && r == 0; i++) {
                r = confirm_places(archive, records[i]);
                if (r == 0)
                        r = look_for(after, records[i]);
        }
        records[0]->is_judged = true;
        records[0]->verdict = r;
        return r;
}

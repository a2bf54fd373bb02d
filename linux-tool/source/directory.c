/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "linux-tool/source/archive.h"
#include "linux-tool/source/sources.h"
#include "posix/beneath.h"
#include "posix/errno.h"
#include "posix/memory.h"

/* dir:DIR, a directory of saved records, whoever saved them. */

/* From /var/lib on, two levels of systemd's are in reach. */
#define DEPTH_MAX 4

/* So many entries of directories are looked at. */
#define ENTRIES_MAX ((size_t) 1024 * 1024)

struct directory_source {
        struct record_source base; /* first: the block is freed through it */
        const char *path;
        struct archive archive;
        struct archive after;                 /* once more, when something was erased */
        int after_result;                     /* 1 when that list has not been taken */
        const struct archive_record *current; /* the last that next() gave */
        size_t next;
        bool told_cut;
};

static struct directory_source *directory_of(const struct record_source *source) {
        return source->context;
}

/* --- the walk ----------------------------------------------------------------------------------- */

static const char *name_in(char *path) {
        char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* "ID.bin", which "ID.json" beside it describes. */
static bool is_described(const struct archive_directory *directory, const char *name) {
        char description[NAME_MAX + 2];
        struct text text = TEXT_ON(description);

        if (!text_ends_with(name, ".bin"))
                return false;
        text_put_bytes(&text, bytes_first(text_view(name), strlen(name) - strlen("bin")));
        text_put(&text, "json");
        return faccessat(directory->fd, description, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* What is no directory; of the log only that it is there. */
static int take_entry(struct archive *archive, const struct archive_directory *directory, const char *name,
                      mode_t mode, bool *has_log) {
        bool in_other = strcmp(directory->name, ARCHIVE_OTHER_DIRECTORY) == 0;
        int r;

        if (!S_ISREG(mode)) {
                archive_stray(archive, directory, name, error_text(ERR_FILE_KIND));
                return 0;
        }
        if (!in_other && strcmp(name, ARCHIVE_SYSTEMD_LOG) == 0) {
                *has_log = true;
                return 0;
        }
        if (in_other && text_ends_with(name, ".json"))
                return archive_take_other(archive, directory, name);
        if (in_other && is_described(directory, name))
                return 0;
        r = archive_take_file(archive, directory, name);
        if (r == 0)
                archive_stray(archive, directory, name, "no file of pstore");
        return r < 0 ? r : 0;
}

static int walk(struct archive *archive, char *path, unsigned depth);

static int walk_below(struct archive *archive, const struct archive_directory *directory, const char *name,
                      unsigned depth) {
        _cleanup_free_ char *path = archive_join(directory->path, name);

        if (!path)
                return ERR_NO_MEMORY;
        if (depth >= DEPTH_MAX) {
                archive_stray(archive, directory, name, "lies too deep");
                return 0;
        }
        return walk(archive, path, depth + 1);
}

/* All directories in it, or all else. */
static int take_entries(struct archive *archive, const struct archive_directory *directory, DIR *stream,
                        bool directories, unsigned depth, bool *has_log) {
        const struct dirent *found;
        int r = 0;

        rewinddir(stream);
        while (r == 0 && (errno = 0, found = readdir(stream))) {
                struct stat status;

                /* What is hidden is somebody's tool's, such as what systemd writes before it has its name. */
                if (found->d_name[0] == '.')
                        continue;
                if (++archive->looked_at > ENTRIES_MAX)
                        return ERR_LOOP;
                if (fstatat(directory->fd, found->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
                    S_ISDIR(status.st_mode) != directories)
                        continue;
                if (directories)
                        r = walk_below(archive, directory, found->d_name, depth);
                else
                        r = take_entry(archive, directory, found->d_name, status.st_mode, has_log);
        }
        return r == 0 && errno != 0 ? errno_to_error(errno) : r;
}

/* Its files, then the log that tells them once more, then what lies below. */
static int take_all(struct archive *archive, const struct archive_directory *directory, unsigned depth) {
        int own = beneath_open(directory->fd, ".", O_RDONLY | O_DIRECTORY, 0);
        _cleanup_closedir_ DIR *stream = own < 0 ? NULL : fdopendir(own);
        size_t first = archive->record_count;
        bool has_log = false;
        int r;

        if (!stream)
                return own < 0 ? own : errno_to_error(errno);
        r = take_entries(archive, directory, stream, false, depth, &has_log);
        if (r == 0 && has_log)
                r = archive_take_log(archive, directory, first);
        return r == 0 ? take_entries(archive, directory, stream, true, depth, &has_log) : r;
}

/* A directory that cannot be looked into hides no other. */
static int walk(struct archive *archive, char *path, unsigned depth) {
        _cleanup_free_ char *whole = archive_join(archive->real_path, path);
        _cleanup_close_ int fd = beneath_open(archive->fd, path[0] ? path : ".", O_RDONLY | O_DIRECTORY, 0);
        struct archive_directory directory = { .path = path, .fd = fd };
        char *slash;
        int r;

        if (!whole)
                return ERR_NO_MEMORY;
        if (fd < 0) {
                strays_add(&archive->strays, path, error_text(fd));
                return 0;
        }
        /* archive_join() puts a slash behind DIR's own path, too. */
        if (!path[0] && text_ends_with(whole, "/"))
                whole[strlen(whole) - 1] = '\0';
        directory.name = name_in(whole);
        slash = strrchr(whole, '/');
        if (slash)
                *slash = '\0';
        directory.above = slash ? name_in(whole) : "";
        r = archive_take_dump(archive, &directory);
        return r == 0 ? take_all(archive, &directory, depth) : r < 0 ? r : 0;
}

/* --- the source --------------------------------------------------------------------------------- */

static void directory_close(struct record_source *source) {
        struct directory_source *directory = directory_of(source);

        archive_free(&directory->archive);
        archive_free(&directory->after);
        directory->after_result = 1;
        directory->current = NULL;
        directory->next = 0;
        directory->told_cut = false;
}

static int take_list(const char *path, struct archive *archive) {
        char top[] = "";
        int r;

        archive->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (archive->fd < 0)
                return errno_to_error(errno);
        archive->real_path = realpath(path, NULL);
        if (!archive->real_path)
                return errno_to_error(errno);
        strays_begin(&archive->strays);
        r = walk(archive, top, 0);
        archive->is_cut = r == ERR_LOOP;
        if (r >= 0 || archive->is_cut)
                r = archive_settle(archive);
        strays_end(&archive->strays);
        return r;
}

static int directory_open(struct record_source *source) {
        struct directory_source *directory = directory_of(source);

        directory_close(source);
        return take_list(directory->path, &directory->archive);
}

static int directory_next(struct record_source *source, struct source_entry *ret_entry) {
        struct directory_source *directory = directory_of(source);
        struct archive *archive = &directory->archive;

        if (directory->next < archive->visible_count) {
                directory->current = archive->visible[directory->next++];
                *ret_entry = directory->current->entry;
                return 1;
        }
        if (archive->is_cut && !directory->told_cut) {
                directory->told_cut = true;
                *ret_entry = (struct source_entry){ .store = RECORD_STORE_END, .name = "more" };
                return ERR_LOOP;
        }
        return strays_report(&archive->strays, ret_entry);
}

/* Of several that have the name, the one that next() has just given. */
static int directory_read(struct record_source *source, const char *name, struct buffer *buffer) {
        struct directory_source *directory = directory_of(source);
        const struct archive_record *record = directory->current;
        struct archive_record **records;
        size_t count;

        if (!record || strcmp(record->entry.name, name) != 0) {
                records = archive_find(&directory->archive, name, &count);
                if (!records)
                        return ERR_NOT_FOUND;
                record = records[0];
        }
        return archive_read_place(&directory->archive, record, buffer);
}

static int directory_compare(struct record_source *source, const char *name, struct bytes bytes) {
        const struct archive *archive = &directory_of(source)->archive;
        _cleanup_buffer_ struct buffer buffer;
        struct archive_record **records;
        size_t count;
        int result = ERR_NOT_FOUND;

        buffer_init(&buffer, &system_allocator);
        records = archive_find(archive, name, &count);
        for (size_t i = 0; i < count; i++) {
                int r = archive_read_place(archive, records[i], &buffer);

                if (r == 0 && bytes_equal(buffer_bytes(&buffer), bytes))
                        return 0;
                result = r < 0 ? r : ERR_CHANGED;
        }
        return result;
}

static int directory_erase(struct record_source *source, const char *name) {
        return archive_remove(&directory_of(source)->archive, name);
}

static int directory_confirm_erased(struct record_source *source, const char *name) {
        struct directory_source *directory = directory_of(source);

        if (directory->after_result > 0) {
                directory->after.strays = directory->archive.strays;
                directory->after_result = take_list(directory->path, &directory->after);
        }
        if (directory->after_result < 0 || directory->after.is_cut)
                return ERR_UNVERIFIED;
        return archive_confirm_removed(&directory->archive, &directory->after, name);
}

struct record_source *directory_source_new(const char *spec, const char *argument) {
        static const struct source_operations operations = {
                .open = directory_open,
                .next = directory_next,
                .read = directory_read,
                .compare = directory_compare,
                .erase = directory_erase,
                .confirm_erased = directory_confirm_erased,
                .close = directory_close,
        };
        struct directory_source *directory = calloc(1, sizeof(*directory));

        if (!directory)
                return NULL;
        directory->path = argument;
        directory->base = (struct record_source){
                .spec = spec,
                .store = RECORD_STORE_END,
                .operations = &operations,
                .context = directory,
                .is_archive = true,
                .location = argument,
        };
        directory->archive.fd = directory->after.fd = -1;
        directory->after_result = 1;
        directory->archive.strays.source = &directory->base;
        return &directory->base;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/source/pstorefs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "linux-tool/source/sources.h"
#include "linux-tool/source/strays.h"
#include "linux/efivarfs.h"
#include "posix/beneath.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "pstore/record.h"
#include "pstore/variable-name.h"

#define PSTOREFS_DIRECTORY "/sys/fs/pstore"
#define PSTOREFS_MAGIC     0x6165676c /* linux/magic.h, PSTOREFS_MAGIC */

/* The kernel decompresses at most 3 times a record (K6.1 fs/pstore/platform.c); console logs may be longer.
 */
#define RECORD_SIZE_MAX ((size_t) 16 * 1024 * 1024)

#define PACKED_SUFFIX   ".enc.z"

/* systemd-pstore puts it beside the records that it archives: the log that they give together. */
#define SYSTEMD_LOG "dmesg.txt"

struct pstorefs_file {
        struct source_entry entry;
        char file_name[NAME_MAX + 1];
        bool was_read;
        struct stat read; /* the file then: another one that has its name is not erased for it */
};

struct pstorefs_source {
        struct record_source base; /* first: the block is freed through it */
        const char *path;
        bool is_default;
        bool is_mounted; /* a real pstorefs, and no directory of copies */
        int fd;          /* of the directory; -1 when closed */
        struct pstorefs_file *files;
        size_t file_count, file_capacity, next;
        struct strays strays;
};

static struct pstorefs_source *pstorefs_of(struct record_source *source) {
        return source->context;
}

/* ERST's id in decimal is the record's id. */
static bool name_erst(uint64_t id, int type, struct source_entry *entry) {
        (void) type;
        record_format_erst_name(id, entry->name);
        return true;
}

/*
 * generic_id(): (time * 100 + part) * 1000 + count (K6.1 drivers/firmware/efi/efi-pstore.c). The variable may
 * end in -C or -D: the kernel does not tell, and record_same_id() does not ask.
 */
#define ID_PARTS  100
#define ID_COUNTS 1000

static uint64_t variable_id(const struct variable_name *name) {
        return (name->seconds * ID_PARTS + name->part) * ID_COUNTS + name->count;
}

bool pstorefs_shows_as_one(const char *left_name, const char *right_name) {
        struct variable_name left, right;

        return strcmp(left_name, right_name) != 0 && variable_name_parse(text_view(left_name), &left) == 0 &&
               variable_name_parse(text_view(right_name), &right) == 0 && left.type == right.type &&
               variable_id(&left) == variable_id(&right);
}

static void put_variable_name(unsigned type, uint64_t part, uint64_t count, uint64_t seconds,
                              struct source_entry *entry) {
        const struct variable_name name = {
                .generation = VARIABLE_NAME_COUNT,
                .type = type,
                .part = (uint32_t) part,
                .count = (uint32_t) count,
                .seconds = seconds,
        };
        struct text text = TEXT_ON(entry->name);

        variable_name_format(&name, &text);
        entry->seconds = seconds;
}

static bool name_variable(uint64_t id, int type, struct source_entry *entry) {
        if (type > RECORD_TYPE_PPC_OPAL)
                return false;
        put_variable_name((unsigned) type, id / ID_COUNTS % ID_PARTS, id % ID_COUNTS,
                          id / ID_COUNTS / ID_PARTS, entry);
        return true;
}

/*
 * From part 100 and count 1000 on an id says the next second and the next part: only the text says which part
 * it is, and so what the variable's name is. A text that this id cannot be of changes nothing.
 */
void pstorefs_correct_name(struct bytes text, struct source_entry *entry) {
        struct variable_name name;
        struct header_line line;
        uint64_t part_and_time, id;

        if (entry->store != RECORD_STORE_EFI || entry->form != RECORD_FORM_TEXT ||
            entry->type != RECORD_TYPE_DMESG || header_line_parse(text, &line) < 0 ||
            variable_name_parse(text_view(entry->name), &name) < 0)
                return;
        id = variable_id(&name);
        part_and_time = (id - line.count) / ID_COUNTS;
        if (line.count > id || (id - line.count) % ID_COUNTS != 0 || line.part > part_and_time ||
            (part_and_time - line.part) % ID_PARTS != 0)
                return;
        put_variable_name(name.type, line.part, line.count, (part_and_time - line.part) / ID_PARTS, entry);
}

static const struct {
        const char *name;
        enum record_store store;
        bool (*set_name)(uint64_t id, int type, struct source_entry *entry);
} backend_rows[] = {
        { "erst", RECORD_STORE_ERST, name_erst },
        { "efi", RECORD_STORE_EFI, name_variable },
        { "efi_pstore", RECORD_STORE_EFI, name_variable }, /* since 6.2 */
};

/* What the file is called is the record's name: where it has no other, and where another file has that one.
 */
static bool name_after_file(struct bytes file_name, struct source_entry *entry) {
        struct text name = TEXT_ON(entry->name);

        entry->store = RECORD_STORE_PSTOREFS;
        text_put_bytes(&name, file_name);
        return !name.truncated;
}

static bool set_name(struct bytes file_name, struct bytes backend, bool numbered, uint64_t id, int type,
                     struct source_entry *entry) {
        for (size_t i = 0; i < ARRAY_SIZE(backend_rows); i++)
                if (numbered && bytes_equal(backend, text_view(backend_rows[i].name))) {
                        entry->store = backend_rows[i].store;
                        return backend_rows[i].set_name(id, type, entry);
                }
        /* Another back end has no other door than this one. A file without a known type is none of the
         * kernel's. */
        return type <= RECORD_TYPE_PPC_OPAL && name_after_file(file_name, entry);
}

bool pstorefs_parse_name(const char *file_name, struct source_entry *ret_entry) {
        struct bytes view = text_view(file_name), type_name, backend;
        struct source_entry entry = { .form = RECORD_FORM_TEXT };
        uint64_t id;
        int type, numbered;

        if (text_ends_with(file_name, PACKED_SUFFIX)) {
                entry.form = RECORD_FORM_PACKED;
                view = bytes_first(view, view.size - strlen(PACKED_SUFFIX));
        }
        numbered = record_parse_file_name(view, &type_name, &backend, &id);
        if (numbered < 0)
                return false;
        type = record_type_find(type_name);
        if (type < 0)
                type = RECORD_TYPE_UNKNOWN;
        entry.type = (enum record_type) type;
        if (!set_name(text_view(file_name), backend, numbered, id, type, &entry))
                return false;
        *ret_entry = entry;
        return true;
}

/* Only the beginning is read: the header line. */
static void take_name(const struct pstorefs_source *pstorefs, struct pstorefs_file *file) {
        _cleanup_close_ int fd = -1;
        uint8_t beginning[HEADER_LINE_MAX];
        ssize_t size;

        if (file->entry.store != RECORD_STORE_EFI)
                return;
        fd = beneath_open_file(pstorefs->fd, file->file_name);
        size = fd < 0 ? 0 : read(fd, beginning, sizeof(beginning));
        if (size > 0)
                pstorefs_correct_name(bytes_of(beginning, (size_t) size), &file->entry);
}

static int append_file(struct pstorefs_source *pstorefs, const char *file_name,
                       const struct source_entry *entry) {
        struct pstorefs_file *file;
        struct stat status;
        int r;

        r = array_grow(&system_allocator, (void **) &pstorefs->files, &pstorefs->file_capacity,
                       pstorefs->file_count, sizeof(*pstorefs->files));
        if (r < 0)
                return r;
        file = &pstorefs->files[pstorefs->file_count++];
        *file = (struct pstorefs_file){ .entry = *entry };
        snprintf(file->file_name, sizeof(file->file_name), "%s", file_name);
        take_name(pstorefs, file);
        /* The file's time is the record's; only ERST's ids do not tell it. */
        if (file->entry.seconds == 0 &&
            fstatat(pstorefs->fd, file->file_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mtime > 0)
                file->entry.seconds = (uint64_t) status.st_mtime;
        return 0;
}

static bool is_directory(int directory_fd, const char *name) {
        struct stat status;

        return fstatat(directory_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

/* Directories are no strays: systemd's archive is made of them, and a copy may lie beside others. */
static int take_file(struct pstorefs_source *pstorefs, const char *file_name) {
        struct source_entry entry;
        struct bytes variable;
        struct guid vendor;

        if (strcmp(file_name, ".") == 0 || strcmp(file_name, "..") == 0)
                return 0;
        if (pstorefs_parse_name(file_name, &entry))
                return append_file(pstorefs, file_name, &entry);
        if (strcmp(file_name, SYSTEMD_LOG) != 0 && !is_directory(pstorefs->fd, file_name))
                strays_add(&pstorefs->strays, file_name,
                           efivarfs_parse_name(file_name, &vendor, &variable)
                                   ? "a variable (--source efivarfs:DIR)"
                                   : "no file of pstore");
        return 0;
}

static int compare_files(const void *left, const void *right) {
        const struct pstorefs_file *left_file = left, *right_file = right;

        return strcmp(left_file->file_name, right_file->file_name);
}

/* Records of one name lie together, the one that keeps it first: a log before what else has the number. */
static int compare_names(const void *left, const void *right) {
        const struct pstorefs_file *left_file = left, *right_file = right;
        const struct source_entry *left_entry = &left_file->entry, *right_entry = &right_file->entry;
        int order = (int) left_entry->store - (int) right_entry->store;

        if (order == 0)
                order = strcmp(left_entry->name, right_entry->name);
        if (order == 0)
                order = (int) left_entry->type - (int) right_entry->type;
        return order ? order : compare_files(left, right);
}

/*
 * Where files were collected, one number may be of several: of other types, of before and after Linux 6.2
 * (-efi- and -efi_pstore-), of a record that the kernel once could decompress and once not. Each is a record,
 * and what is done to one is done to no other.
 */
static void part_namesakes(struct pstorefs_source *pstorefs) {
        size_t kept = 0;

        qsort(pstorefs->files, pstorefs->file_count, sizeof(*pstorefs->files), compare_names);
        for (size_t i = 1; i < pstorefs->file_count; i++) {
                struct source_entry *entry = &pstorefs->files[i].entry;
                const struct source_entry *first = &pstorefs->files[kept].entry;

                if (entry->store == first->store && strcmp(entry->name, first->name) == 0) {
                        memset(entry->name, 0, sizeof(entry->name));
                        (void) name_after_file(text_view(pstorefs->files[i].file_name), entry);
                } else {
                        kept = i;
                }
        }
}

/* One of its own, which closedir() closes. */
static DIR *open_to_list(int directory_fd, const char *name) {
        int fd = beneath_open(directory_fd, name, O_RDONLY | O_DIRECTORY, 0);
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);

        if (fd >= 0 && !directory)
                (void) close(fd);
        return directory;
}

static int read_directory(struct pstorefs_source *pstorefs) {
        _cleanup_closedir_ DIR *directory = open_to_list(pstorefs->fd, ".");
        const struct dirent *found;
        int r = 0;

        if (!directory)
                return errno_to_error(errno);
        strays_begin(&pstorefs->strays);
        while (r == 0 && (errno = 0, found = readdir(directory)))
                r = take_file(pstorefs, found->d_name);
        if (r == 0 && errno != 0)
                r = errno_to_error(errno);
        strays_end(&pstorefs->strays);
        return r;
}

/* So many entries of a directory are looked at, and so many levels: systemd makes two. */
#define LOOK_ENTRIES_MAX 64
#define LOOK_LEVELS_MAX  2

/* Whether a directory below this one holds records. */
static bool has_records_below(int directory_fd, unsigned levels) {
        _cleanup_closedir_ DIR *directory = open_to_list(directory_fd, ".");
        const struct dirent *found;

        for (unsigned looked = 0; directory && looked < LOOK_ENTRIES_MAX && (found = readdir(directory));
             looked++) {
                _cleanup_closedir_ DIR *below = NULL;
                const struct dirent *file;
                struct source_entry entry;

                if (found->d_name[0] == '.')
                        continue;
                below = open_to_list(directory_fd, found->d_name);
                for (unsigned i = 0; below && i < LOOK_ENTRIES_MAX && (file = readdir(below)); i++)
                        if (pstorefs_parse_name(file->d_name, &entry))
                                return true;
                if (below && levels > 1 && has_records_below(dirfd(below), levels - 1))
                        return true;
        }
        return false;
}

static void pstorefs_close(struct record_source *source) {
        struct pstorefs_source *pstorefs = pstorefs_of(source);

        cleanup_close(&pstorefs->fd);
        pstorefs->fd = -1;
        array_free(&system_allocator, (void **) &pstorefs->files, &pstorefs->file_capacity,
                   sizeof(*pstorefs->files));
        pstorefs->file_count = pstorefs->next = 0;
}

static int pstorefs_open(struct record_source *source) {
        struct pstorefs_source *pstorefs = pstorefs_of(source);
        struct statfs status;
        int r;

        pstorefs_close(source);
        pstorefs->fd = open(pstorefs->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (pstorefs->fd < 0 && pstorefs->is_default && errno == ENOENT)
                return ERR_NO_STORE;
        if (pstorefs->fd < 0)
                return errno_to_error(errno);
        /* Where nothing is mounted there is an empty directory of sysfs. */
        pstorefs->is_mounted = fstatfs(pstorefs->fd, &status) == 0 && status.f_type == PSTOREFS_MAGIC;
        if (pstorefs->is_default && !pstorefs->is_mounted)
                return ERR_NO_STORE;
        source->nature = pstorefs->is_mounted ? NULL : "a directory, and no pstorefs";
        r = read_directory(pstorefs);
        if (r < 0)
                return r;
        if (pstorefs->file_count == 0)
                return !pstorefs->is_mounted && has_records_below(pstorefs->fd, LOOK_LEVELS_MAX) ? ERR_NESTED
                                                                                                 : 0;
        part_namesakes(pstorefs);
        /* The same order each time, which readdir() does not promise. */
        qsort(pstorefs->files, pstorefs->file_count, sizeof(*pstorefs->files), compare_files);
        return 0;
}

static int pstorefs_next(struct record_source *source, struct source_entry *ret_entry) {
        struct pstorefs_source *pstorefs = pstorefs_of(source);

        if (pstorefs->next >= pstorefs->file_count)
                return strays_report(&pstorefs->strays, ret_entry);
        *ret_entry = pstorefs->files[pstorefs->next++].entry;
        return 1;
}

static struct pstorefs_file *find_file(const struct pstorefs_source *pstorefs, const char *name) {
        for (size_t i = 0; i < pstorefs->file_count; i++)
                if (strcmp(pstorefs->files[i].entry.name, name) == 0)
                        return &pstorefs->files[i];
        return NULL;
}

static int pstorefs_read(struct record_source *source, const char *name, struct buffer *buffer) {
        struct pstorefs_source *pstorefs = pstorefs_of(source);
        struct pstorefs_file *file = find_file(pstorefs, name);

        if (!file)
                return ERR_NOT_FOUND;
        file->was_read = fstatat(pstorefs->fd, file->file_name, &file->read, AT_SYMLINK_NOFOLLOW) == 0;
        buffer->size = 0;
        return file_read_beneath(pstorefs->fd, file->file_name, RECORD_SIZE_MAX, buffer);
}

static int pstorefs_erase(struct record_source *source, const char *name) {
        struct pstorefs_source *pstorefs = pstorefs_of(source);
        const struct pstorefs_file *file = find_file(pstorefs, name);
        struct stat status;

        if (!file)
                return ERR_NOT_FOUND;
        if (fstatat(pstorefs->fd, file->file_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
                return errno_to_error(errno);
        if (!file->was_read || !file_is_unchanged(&file->read, &status))
                return ERR_EXISTS;
        return unlinkat(pstorefs->fd, file->file_name, 0) < 0 ? errno_to_error(errno) : 0;
}

static bool is_same(const struct source_entry *entry, const struct record *record) {
        struct record other;

        return record_init(&other, entry->store, text_view(entry->name)) == 0 &&
               record_same_id(&other, record);
}

/*
 * 1 when the store holds the record, 0 when it does not, or why that cannot be said. efivarfs goes on listing
 * a variable that the kernel erased behind its back; only reading it tells.
 */
static int store_holds(struct record_source *store, const struct record *record) {
        _cleanup_buffer_ struct buffer content;
        struct source_entry entry;
        int r;

        buffer_init(&content, &system_allocator);
        r = store->operations->open(store);
        if (r < 0)
                return r;
        while ((r = store->operations->next(store, &entry)) > 0)
                if (is_same(&entry, record) &&
                    store->operations->read(store, entry.name, &content) != ERR_NOT_FOUND)
                        return 1;
        return r;
}

/*
 * unlink() discards what the back end says (K7.2 fs/pstore/inode.c), and a record that the back end did not
 * erase comes back at the next boot. Only the store itself tells.
 */
static int ask_store(const struct pstorefs_file *file) {
        static const char *const stores[RECORD_STORE_END] = {
                [RECORD_STORE_ERST] = "erst-dbg",
                [RECORD_STORE_EFI] = "efivarfs",
        };
        struct record_source *store;
        struct record record;
        int r;

        if (!stores[file->entry.store])
                return ERR_UNVERIFIED; /* ramoops has no other door */
        r = record_init(&record, file->entry.store, text_view(file->entry.name));
        if (r < 0)
                return r;
        store = source_new(stores[file->entry.store]);
        if (!store)
                return ERR_NO_MEMORY;
        r = store_holds(store, &record);
        source_free(store);
        if (r > 0)
                return ERR_STILL_THERE;
        return r < 0 ? ERR_UNVERIFIED : 0;
}

static int pstorefs_confirm_erased(struct record_source *source, const char *name) {
        struct pstorefs_source *pstorefs = pstorefs_of(source);
        const struct pstorefs_file *file = find_file(pstorefs, name);

        if (!file)
                return ERR_UNVERIFIED;
        if (faccessat(pstorefs->fd, file->file_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                return ERR_STILL_THERE;
        /* A directory of copies has no store behind it. */
        return pstorefs->is_mounted ? ask_store(file) : 0;
}

void pstorefs_forget(enum record_store store, const char *name) {
        struct record_source *source = pstorefs_source_new("pstorefs", NULL);
        const struct pstorefs_source *pstorefs;
        struct record record;

        if (!source)
                return;
        pstorefs = pstorefs_of(source);
        if (pstorefs_open(source) == 0 && record_init(&record, store, text_view(name)) == 0)
                for (size_t i = 0; i < pstorefs->file_count; i++)
                        if (is_same(&pstorefs->files[i].entry, &record))
                                (void) unlinkat(pstorefs->fd, pstorefs->files[i].file_name, 0);
        source_free(source);
}

struct record_source *pstorefs_source_new(const char *spec, const char *argument) {
        static const struct source_operations operations = {
                .open = pstorefs_open,
                .next = pstorefs_next,
                .read = pstorefs_read,
                .erase = pstorefs_erase,
                .confirm_erased = pstorefs_confirm_erased,
                .close = pstorefs_close,
        };
        struct pstorefs_source *pstorefs = calloc(1, sizeof(*pstorefs));

        if (!pstorefs)
                return NULL;
        pstorefs->path = argument ? argument : PSTOREFS_DIRECTORY;
        pstorefs->base = (struct record_source){
                .spec = spec,
                .store = RECORD_STORE_END,
                .operations = &operations,
                .context = pstorefs,
                .is_view = true,
                .location = pstorefs->path,
        };
        pstorefs->is_default = !argument;
        pstorefs->strays.source = &pstorefs->base;
        pstorefs->fd = -1;
        return &pstorefs->base;
}

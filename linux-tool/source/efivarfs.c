/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* O_PATH */
#include <dirent.h>
#include <efivar/efivar.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.h"
#include "linux-tool/output/message.h"
#include "linux-tool/source/pstorefs.h"
#include "linux-tool/source/sources.h"
#include "linux-tool/source/strays.h"
#include "linux/efivarfs.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "pstore/variable-name.h"
#include "store/variable-source.h"

#define SPEC_PREFIX "efivarfs:" /* of a spec with an argument, a directory */

/* As the kernel makes the file of a variable that it writes itself (K6.1 fs/efivarfs/super.c). */
#define VARIABLE_FILE_MODE 0644

/* The variable's name, "-" and the vendor. */
#define FILE_NAME_SIZE (RECORD_NAME_SIZE + GUID_TEXT_SIZE)

/* Before the data, of every variable that there is (K6.1 fs/efivarfs/file.c): 32 bits, of which 8 are used.
 */
#define ATTRIBUTES_SIZE 4
#define ATTRIBUTES_ALL  0xff

/* As large as any store, and one byte more is too large for every source. */
#define FILE_LIMIT ((size_t) 64 * 1024 * 1024)

struct efivarfs_source {
        struct record_source base; /* first: the block is freed through it */
        struct variable_io io;
        struct variable_source variables;
        struct source_operations operations; /* the variables', but that strays are told behind the last */
        int (*next_variable)(struct record_source *source, struct source_entry *ret_entry);
        DIR *walk; /* NULL: there is none */
        struct strays strays;
        bool told_bare;
};

static efi_guid_t guid_from(const struct guid *vendor) {
        efi_guid_t guid;

        _Static_assert(sizeof(guid) == GUID_SIZE, "a GUID has 16 bytes");
        memcpy(&guid, vendor, sizeof(guid));
        return guid;
}

/* libefivar says -1 and leaves the reason in errno. */
static int last_error(void) {
        return errno != 0 ? errno_to_error(errno) : ERR_IO;
}

/* Without efivarfs libefivar has no functions to call, and calls them. */
static int check_support(void) {
        if (efi_variables_supported())
                return 0;
        return access(efivarfs_directory(), F_OK) < 0 && errno == EACCES ? ERR_PERMISSION : ERR_NO_STORE;
}

static bool is_efivarfs(int directory_fd) {
        struct statfs status;

        return fstatfs(directory_fd, &status) == 0 && status.f_type == EFIVARFS_MAGIC;
}

static int start_names(void *context) {
        struct efivarfs_source *efivarfs = context;
        int r = check_support();

        if (r < 0)
                return r;
        strays_begin(&efivarfs->strays);
        efivarfs->walk = opendir(efivarfs_directory());
        if (!efivarfs->walk)
                return errno_to_error(errno);
        efivarfs->base.nature = is_efivarfs(dirfd(efivarfs->walk)) ? NULL : "a directory, and no efivarfs";
        return 0;
}

static void add_stray(struct efivarfs_source *efivarfs, const char *file_name) {
        struct source_entry entry;
        struct stat status;

        /* Directories, "." among them, are no copies of variables. */
        if (fstatat(dirfd(efivarfs->walk), file_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            !S_ISDIR(status.st_mode))
                strays_add(&efivarfs->strays, file_name,
                           pstorefs_parse_name(file_name, &entry) ? "a file of pstore (--source pstorefs:DIR)"
                                                                  : "no variable");
}

/* libefivar's walk, beside that it ends at a name of no variable, does not say which one that is. */
static int next_name(void *context, struct guid *ret_vendor, struct text *name) {
        struct efivarfs_source *efivarfs = context;
        const struct dirent *found;
        struct bytes stem;

        while ((errno = 0, found = readdir(efivarfs->walk))) {
                if (efivarfs_parse_name(found->d_name, ret_vendor, &stem)) {
                        text_put_bytes(name, stem);
                        return 1;
                }
                add_stray(efivarfs, found->d_name);
        }
        return errno != 0 ? errno_to_error(errno) : 0;
}

static void end_names(void *context) {
        struct efivarfs_source *efivarfs = context;

        cleanup_closedir(&efivarfs->walk);
        efivarfs->walk = NULL;
        strays_end(&efivarfs->strays);
}

static void tell_left_out(void *context, size_t count) {
        const struct efivarfs_source *efivarfs = context;

        message_error("%s: %zu variables with names too long for a crash record are left out",
                      efivarfs->base.spec, count);
}

/* The directory, and the name of the variable's file in it. */
static int open_place(const struct guid *vendor, const char *name, char ret_file_name[FILE_NAME_SIZE]) {
        char text[GUID_TEXT_SIZE];
        int fd;

        guid_format(vendor, text);
        if (snprintf(ret_file_name, FILE_NAME_SIZE, "%s-%s", name, text) >= FILE_NAME_SIZE)
                return ERR_TOO_LARGE;
        fd = open(efivarfs_directory(), O_PATH | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? errno_to_error(errno) : fd;
}

/*
 * Copies of other systems than Linux are without the attributes. What else stands there is none of them: it
 * would have bits that no attribute has (UEFI 2.10, 8.2.1).
 */
static bool lacks_attributes(uint32_t beginning) {
        return beginning == 0 || (beginning & ~(uint32_t) ATTRIBUTES_ALL) != 0;
}

static void tell_bare(struct efivarfs_source *efivarfs) {
        if (!efivarfs->told_bare)
                message_note("%s: no efivarfs, but copies without its 4 bytes of attributes before the data, "
                             "and read as such",
                             efivarfs->base.spec);
        efivarfs->told_bare = true;
}

/*
 * A variable that the kernel erased behind efivarfs' back keeps its file, which is at its end at once
 * (K6.1 fs/efivarfs/file.c, efivarfs_file_read()); so does a file that nothing was written to yet.
 */
static int get(void *context, const struct guid *vendor, const char *name, void *data, size_t *size,
               uint32_t *ret_attributes) {
        _cleanup_buffer_ struct buffer content;
        _cleanup_close_ int directory = -1;
        char file_name[FILE_NAME_SIZE];
        size_t room = *size;
        uint32_t attributes;
        struct bytes stored;
        int r = check_support();

        buffer_init(&content, &system_allocator);
        if (r < 0)
                return r;
        directory = open_place(vendor, name, file_name);
        if (directory < 0)
                return directory;
        r = file_read_beneath(directory, file_name, FILE_LIMIT, &content);
        if (r < 0)
                return r;
        stored = buffer_bytes(&content);
        if (stored.size == 0)
                return ERR_NOT_FOUND;
        if (bytes_load_u32(stored, 0, &attributes) < 0)
                return ERR_TRUNCATED;
        if (lacks_attributes(attributes) && !is_efivarfs(directory)) {
                tell_bare(context);
                attributes = VARIABLE_ATTRIBUTES_CRASH;
        } else {
                stored = bytes_from(stored, ATTRIBUTES_SIZE);
        }
        *size = stored.size;
        *ret_attributes = attributes;
        if (stored.size > room)
                return ERR_BUFFER_TOO_SMALL;
        if (stored.size > 0)
                memcpy(data, stored.data, stored.size);
        return 0;
}

/* libefivar only reads what it is given, though its argument is not const. */
static int set(void *context, const struct guid *vendor, const char *name, uint32_t attributes,
               struct bytes data) {
        int r = check_support();

        (void) context;
        if (r < 0)
                return r;
        errno = 0;
        r = efi_set_variable(guid_from(vendor), name, (uint8_t *) (uintptr_t) data.data, data.size,
                             attributes, VARIABLE_FILE_MODE);
        return r < 0 ? last_error() : 0;
}

/* The kernel erases the variable whose text a file shows when that is removed: one that nobody may have
 * copied. */
static bool file_may_show_another(const struct efivarfs_source *efivarfs, const char *erased) {
        const struct entry_list *list = &efivarfs->variables.list;

        for (size_t i = 0; i < list->count; i++) {
                const char *listed = list->entries[i]->name;
                _cleanup_close_ int directory = -1;
                char file_name[FILE_NAME_SIZE];

                if (!pstorefs_shows_as_one(listed, erased))
                        continue;
                directory = open_place(&variable_vendor_crash, listed, file_name);
                if (directory < 0 || faccessat(directory, file_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                        return true;
        }
        return list->error < 0;
}

static int erase(void *context, const struct guid *vendor, const char *name) {
        struct efivarfs_source *efivarfs = context;
        _cleanup_close_ int directory = -1;
        char file_name[FILE_NAME_SIZE];
        struct stat status;
        int r = check_support();

        if (r < 0)
                return r;
        directory = open_place(vendor, name, file_name);
        if (directory < 0)
                return directory;
        /* libefivar opens it, whatever it is. */
        if (fstatat(directory, file_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
                return errno_to_error(errno);
        if (!S_ISREG(status.st_mode))
                return ERR_FILE_KIND;
        errno = 0;
        if (efi_del_variable(guid_from(vendor), name) < 0)
                return last_error();
        /* Of another directory this machine's pstorefs shows nothing. */
        if (strcmp(efivarfs_directory(), EFIVARFS_DIRECTORY) == 0 && !file_may_show_another(efivarfs, name))
                pstorefs_forget(RECORD_STORE_EFI, name);
        return 0;
}

static int query(void *context, uint64_t *ret_total, uint64_t *ret_remaining) {
        struct source_space space;
        int r;

        (void) context;
        r = efivarfs_read_space(efivarfs_directory(), &space);
        if (r < 0 || !space.known)
                return r < 0 ? r : ERR_NOT_SUPPORTED;
        *ret_total = space.total;
        *ret_remaining = space.remaining;
        return 0;
}

/* The block begins with its source. */
static int efivarfs_next(struct record_source *source, struct source_entry *ret_entry) {
        struct efivarfs_source *efivarfs = (struct efivarfs_source *) source;
        int r = efivarfs->next_variable(source, ret_entry);

        return r == 0 ? strays_report(&efivarfs->strays, ret_entry) : r;
}

struct record_source *efivarfs_source_new(const char *spec, const char *argument) {
        struct efivarfs_source *efivarfs = calloc(1, sizeof(*efivarfs));

        (void) argument; /* efivarfs_execute_anew() has seen to it */
        if (!efivarfs)
                return NULL;
        efivarfs->io = (struct variable_io){
                .context = efivarfs,
                .start_names = start_names,
                .next_name = next_name,
                .end_names = end_names,
                .get = get,
                .set = set,
                .erase = erase,
                .query = query,
                .tell_left_out = tell_left_out,
        };
        variable_source_init(&efivarfs->variables, &efivarfs->io, &system_allocator, &efivarfs->base);
        efivarfs->operations = *efivarfs->base.operations;
        efivarfs->next_variable = efivarfs->operations.next;
        efivarfs->operations.next = efivarfs_next;
        efivarfs->base.operations = &efivarfs->operations;
        efivarfs->base.spec = spec;
        efivarfs->strays.source = &efivarfs->base;
        return &efivarfs->base;
}

int efivarfs_execute_anew(const char *const *specs, size_t spec_count, char **argv) {
        const char *directory = NULL, *present = getenv(EFIVARFS_VARIABLE);
        char path[PATH_MAX];

        for (size_t i = 0; i < spec_count; i++) {
                const char *argument;

                if (strncmp(specs[i], SPEC_PREFIX, strlen(SPEC_PREFIX)) != 0)
                        continue;
                argument = specs[i] + strlen(SPEC_PREFIX);
                if (directory && strcmp(argument, directory) != 0)
                        return ERR_INVALID_ARGUMENT;
                directory = argument;
        }
        if (!directory)
                return 0;
        /* libefivar puts the file's name directly behind it. */
        if (snprintf(path, sizeof(path), "%s/", directory) >= (int) sizeof(path))
                return ERR_TOO_LARGE;
        /* Then this is what was started anew. */
        if (present && strcmp(present, path) == 0)
                return 0;
        if (setenv(EFIVARFS_VARIABLE, path, 1) < 0)
                return errno_to_error(errno);
        execv("/proc/self/exe", argv);
        return errno_to_error(errno);
}

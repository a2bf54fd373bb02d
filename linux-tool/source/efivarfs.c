/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <efivar/efivar.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "linux-tool/source/sources.h"
#include "linux/efivarfs.h"
#include "posix/errno.h"
#include "posix/memory.h"
#include "pstore/variable-name.h"
#include "store/draft.h"
#include "store/entry-list.h"

#define EFIVARFS_VARIABLE "EFIVARFS_PATH"

/* As the kernel makes the file of a variable that it writes itself (K6.1 fs/efivarfs/super.c). */
#define VARIABLE_FILE_MODE 0644

struct efivarfs_source {
        struct record_source base; /* first: the block is freed through it */
        struct entry_list list;
};

static struct efivarfs_source *efivarfs_of(struct record_source *source) {
        return source->context;
}

/* Where libefivar looks: see efivarfs_execute_anew(). */
static const char *directory_path(void) {
        const char *path = getenv(EFIVARFS_VARIABLE);

        return path ? path : EFIVARFS_DIRECTORY;
}

static bool is_machines_own(void) {
        return strcmp(directory_path(), EFIVARFS_DIRECTORY) == 0;
}

static efi_guid_t vendor_of(const char *name) {
        efi_guid_t guid;

        _Static_assert(sizeof(guid) == GUID_SIZE, "a GUID has 16 bytes");
        memcpy(&guid, variable_name_vendor(text_view(name)), sizeof(guid));
        return guid;
}

static bool is_record(const efi_guid_t *vendor, const char *name) {
        struct guid guid;

        memcpy(&guid, vendor, sizeof(guid));
        return variable_is_record(&guid, text_view(name));
}

/* libefivar says -1 and leaves the reason in errno. */
static int last_error(void) {
        return errno != 0 ? errno_to_error(errno) : ERR_IO;
}

static void efivarfs_close(struct record_source *source) {
        entry_list_free(&efivarfs_of(source)->list);
}

/*
 * libefivar keeps the position of its walk in a static variable and starts again only behind the end, so this
 * goes on to the end even when there is no memory for more.
 */
static int walk_variables(struct entry_list *list) {
        efi_guid_t *guid = NULL;
        char *name = NULL;
        int first_error = 0, r;

        while ((errno = 0, r = efi_get_next_variable_name(&guid, &name)) > 0) {
                if (!is_record(guid, name))
                        continue;
                r = entry_list_insert(list, RECORD_STORE_EFI, text_view(name));
                if (r < 0 && first_error == 0)
                        first_error = r;
        }
        return r < 0 ? last_error() : first_error;
}

static int efivarfs_open(struct record_source *source) {
        struct efivarfs_source *efivarfs = efivarfs_of(source);

        efivarfs_close(source);
        /* Without efivarfs libefivar has no functions to call, and calls them. */
        if (!efi_variables_supported())
                return access(directory_path(), F_OK) < 0 && errno == EACCES ? ERR_PERMISSION : ERR_NO_STORE;
        if (access(directory_path(), R_OK | X_OK) < 0)
                return errno_to_error(errno);
        efivarfs->list.error = walk_variables(&efivarfs->list);
        return 0;
}

static int efivarfs_next(struct record_source *source, struct source_entry *ret_entry) {
        return entry_list_next(&efivarfs_of(source)->list, ret_entry);
}

/*
 * A variable that the kernel erased behind efivarfs' back keeps its file, which is at its end at once
 * (K6.1 fs/efivarfs/file.c, efivarfs_file_read()); so does a file that nothing was written to yet. libefivar
 * makes attributes 0 and no data of both.
 */
static int efivarfs_read(struct record_source *source, const char *name, struct buffer *buffer) {
        _cleanup_free_ uint8_t *data = NULL;
        uint32_t attributes = 0;
        size_t size = 0, file_size = 0;

        (void) source;
        errno = 0;
        if (efi_get_variable(vendor_of(name), name, &data, &size, &attributes) < 0)
                return last_error();
        if (attributes == 0 && size == 0)
                return ERR_NOT_FOUND;
        /* It takes the attributes off the size even where there are none. */
        if (size == 0 && efi_get_variable_size(vendor_of(name), name, &file_size) == 0 &&
            file_size > SSIZE_MAX)
                return ERR_TRUNCATED;
        buffer->size = 0;
        buffer_append(buffer, bytes_of(data, size));
        return buffer_error(buffer);
}

static int efivarfs_space(struct record_source *source, struct source_space *ret_space) {
        (void) source;
        return efivarfs_read_space(directory_path(), ret_space);
}

static bool is_listed(const struct entry_list *list, const char *name) {
        for (size_t i = 0; i < list->count; i++)
                if (strcmp(list->entries[i]->name, name) == 0)
                        return true;
        return false;
}

static int choose_name(const struct entry_list *list, const struct record_draft *draft,
                       char ret_name[RECORD_NAME_SIZE]) {
        for (uint32_t count = 1; count <= DRAFT_COUNT_MAX; count++) {
                draft_variable_name(draft, count, ret_name);
                if (!is_listed(list, ret_name))
                        return 0;
        }
        return ERR_NO_SPACE;
}

static int set_and_compare(const char *name, struct bytes log) {
        _cleanup_free_ uint8_t *copy = malloc(log.size), *data = NULL;
        uint32_t attributes = 0;
        size_t size = 0;

        if (!copy)
                return ERR_NO_MEMORY;
        memcpy(copy, log.data, log.size); /* libefivar's argument is not const */
        errno = 0;
        if (efi_set_variable(vendor_of(name), name, copy, log.size, VARIABLE_ATTRIBUTES_CRASH,
                             VARIABLE_FILE_MODE) < 0)
                return last_error();
        if (efi_get_variable(vendor_of(name), name, &data, &size, &attributes) < 0)
                return ERR_MISMATCH;
        if (attributes != VARIABLE_ATTRIBUTES_CRASH || !bytes_equal(bytes_of(data, size), log))
                return ERR_MISMATCH;
        return 0;
}

static int efivarfs_write(struct record_source *source, const struct record_draft *draft,
                          char ret_name[RECORD_NAME_SIZE]) {
        struct efivarfs_source *efivarfs = efivarfs_of(source);
        struct source_space space;
        char name[RECORD_NAME_SIZE];
        int r;

        if (draft->log.size == 0)
                return ERR_INVALID_ARGUMENT; /* it would erase (UEFI 2.10, 8.2.3) */
        r = efivarfs_open(source);           /* a name that is taken would replace its record */
        if (r == 0)
                r = efivarfs->list.error;
        if (r == 0)
                r = choose_name(&efivarfs->list, draft, name);
        if (r == 0)
                r = efivarfs_space(source, &space);
        if (r == 0)
                r = draft_check_variable(draft, name, &space);
        if (r == 0)
                r = set_and_compare(name, draft->log);
        if (r == 0)
                memcpy(ret_name, name, sizeof(name));
        return r;
}

static int efivarfs_erase(struct record_source *source, const char *name) {
        (void) source;
        errno = 0;
        if (efi_del_variable(vendor_of(name), name) < 0)
                return last_error();
        if (is_machines_own())
                pstorefs_forget(RECORD_STORE_EFI, name);
        return 0;
}

struct record_source *efivarfs_source_new(const char *spec, const char *argument) {
        static const struct source_operations operations = {
                .open = efivarfs_open,
                .next = efivarfs_next,
                .read = efivarfs_read,
                .write = efivarfs_write,
                .erase = efivarfs_erase,
                .space = efivarfs_space,
                .close = efivarfs_close,
        };
        struct efivarfs_source *efivarfs = calloc(1, sizeof(*efivarfs));

        (void) argument; /* efivarfs_execute_anew() has seen to it */
        if (!efivarfs)
                return NULL;
        efivarfs->base = (struct record_source){
                .spec = spec,
                .store = RECORD_STORE_EFI,
                .operations = &operations,
                .context = efivarfs,
        };
        entry_list_init(&efivarfs->list, &system_allocator);
        return &efivarfs->base;
}

/* The argument of an "efivarfs:DIR", or NULL. */
static const char *argument_of(const char *spec) {
        static const char prefix[] = "efivarfs:";

        return strncmp(spec, prefix, sizeof(prefix) - 1) == 0 ? spec + sizeof(prefix) - 1 : NULL;
}

int efivarfs_execute_anew(const char *const *specs, size_t spec_count, char **argv) {
        const char *directory = NULL, *present = getenv(EFIVARFS_VARIABLE);
        char path[PATH_MAX];

        for (size_t i = 0; i < spec_count; i++) {
                const char *argument = argument_of(specs[i]);

                if (argument && directory && strcmp(argument, directory) != 0)
                        return ERR_INVALID_ARGUMENT;
                if (argument)
                        directory = argument;
        }
        if (!directory)
                return 0;
        /* libefivar puts the file's name directly behind it. */
        if (snprintf(path, sizeof(path), "%s/", directory) >= (int) sizeof(path))
                return ERR_TOO_LARGE;
        if (present && strcmp(present, path) == 0)
                return 0;
        if (setenv(EFIVARFS_VARIABLE, path, 1) < 0)
                return errno_to_error(errno);
        execv("/proc/self/exe", argv);
        return errno_to_error(errno);
}

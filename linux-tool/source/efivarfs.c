/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <efivar/efivar.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "linux-tool/output/message.h"
#include "linux-tool/source/sources.h"
#include "linux/efivarfs.h"
#include "posix/errno.h"
#include "posix/memory.h"
#include "store/variable-source.h"

#define EFIVARFS_VARIABLE "EFIVARFS_PATH"
#define SPEC_PREFIX       "efivarfs:" /* of a spec with an argument, a directory */

/* As the kernel makes the file of a variable that it writes itself (K6.1 fs/efivarfs/super.c). */
#define VARIABLE_FILE_MODE 0644

struct efivarfs_source {
        struct record_source base; /* first: the block is freed through it */
        struct variable_io io;
        struct variable_source variables;
        bool walking; /* libefivar is neither at the beginning of its names nor behind their end */
};

/* Where libefivar looks: see efivarfs_execute_anew(). */
static const char *directory_path(void) {
        const char *path = getenv(EFIVARFS_VARIABLE);

        return path ? path : EFIVARFS_DIRECTORY;
}

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
        return access(directory_path(), F_OK) < 0 && errno == EACCES ? ERR_PERMISSION : ERR_NO_STORE;
}

static int start_names(void *context) {
        int r = check_support();

        (void) context;
        if (r < 0)
                return r;
        return access(directory_path(), R_OK | X_OK) < 0 ? errno_to_error(errno) : 0;
}

static int next_name(void *context, struct guid *ret_vendor, struct text *name) {
        struct efivarfs_source *efivarfs = context;
        efi_guid_t *guid = NULL;
        char *found = NULL;
        int r;

        errno = 0;
        r = efi_get_next_variable_name(&guid, &found);
        efivarfs->walking = r > 0;
        if (r < 0)
                return last_error();
        if (r == 0)
                return 0;
        memcpy(ret_vendor, guid, sizeof(*ret_vendor));
        text_put(name, found);
        return 1;
}

/* libefivar keeps where it is in a static variable and starts again only behind the end. */
static void end_names(void *context) {
        struct efivarfs_source *efivarfs = context;
        efi_guid_t *guid = NULL;
        char *name = NULL;

        while (efivarfs->walking)
                efivarfs->walking = efi_get_next_variable_name(&guid, &name) > 0;
}

static void tell_left_out(void *context, size_t count) {
        const struct efivarfs_source *efivarfs = context;

        message_error("%s: %zu variables with names too long for a crash record are left out",
                      efivarfs->base.spec, count);
}

/*
 * A variable that the kernel erased behind efivarfs' back keeps its file, which is at its end at once
 * (K6.1 fs/efivarfs/file.c, efivarfs_file_read()); so does a file that nothing was written to yet. libefivar
 * makes attributes 0 and no data of both.
 */
static int get(void *context, const struct guid *vendor, const char *name, void *data, size_t *size,
               uint32_t *ret_attributes) {
        _cleanup_free_ uint8_t *content = NULL;
        size_t room = *size, content_size = 0, file_size = 0;
        uint32_t attributes = 0;
        int r = check_support();

        (void) context;
        if (r < 0)
                return r;
        errno = 0;
        if (efi_get_variable(guid_from(vendor), name, &content, &content_size, &attributes) < 0)
                return last_error();
        if (attributes == 0 && content_size == 0)
                return ERR_NOT_FOUND;
        /* It takes the attributes off the size even where there are none. */
        if (content_size == 0 && efi_get_variable_size(guid_from(vendor), name, &file_size) == 0 &&
            file_size > SSIZE_MAX)
                return ERR_TRUNCATED;
        *size = content_size;
        *ret_attributes = attributes;
        if (content_size > room)
                return ERR_BUFFER_TOO_SMALL;
        if (content_size > 0)
                memcpy(data, content, content_size);
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

static int erase(void *context, const struct guid *vendor, const char *name) {
        int r = check_support();

        (void) context;
        if (r < 0)
                return r;
        errno = 0;
        if (efi_del_variable(guid_from(vendor), name) < 0)
                return last_error();
        /* Of another directory this machine's pstorefs shows nothing. */
        if (strcmp(directory_path(), EFIVARFS_DIRECTORY) == 0)
                pstorefs_forget(RECORD_STORE_EFI, name);
        return 0;
}

static int query(void *context, uint64_t *ret_total, uint64_t *ret_remaining) {
        struct source_space space;
        int r;

        (void) context;
        r = efivarfs_read_space(directory_path(), &space);
        if (r < 0 || !space.known)
                return r < 0 ? r : ERR_NOT_SUPPORTED;
        *ret_total = space.total;
        *ret_remaining = space.remaining;
        return 0;
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
        efivarfs->base.spec = spec;
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

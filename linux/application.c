/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* O_PATH */
#include "linux/application.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/error.h"
#include "linux/processor.h"
#include "linux/system-file.h"
#include "posix/durable-file.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

#define EFI_WORD_SIZE "/sys/firmware/efi/fw_platform_size"
#define MODE          0755

int application_choose(const char *root, const char **ret_name, unsigned *ret_machine,
                       struct reason *ret_reason) {
        const struct processor *processor = processor_running();
        struct utsname system;
        uint64_t bits;

        if (!system_file_number(root, EFI_WORD_SIZE, &bits))
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "this system was not started by UEFI firmware");
        if (processor && bits == 64) { /* there is firmware of 32 bits under a processor of 64 */
                *ret_name = processor->application;
                *ret_machine = processor->pe_machine;
                return 0;
        }
        (void) uname(&system);
        return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                          "there is no application for firmware of %s with %u bits", system.machine,
                          (unsigned) bits);
}

static int fail(struct reason *ret_reason, const char *directory, const char *name, int error) {
        return reason_set(ret_reason, error, "%s" APPLICATION_DIRECTORY "%s%s: %s", directory,
                          name[0] ? "/" : "", name, error_text(error));
}

static int open_directory(const char *esp_directory, int flags) {
        char path[PATH_MAX];
        int fd;

        if (!system_file_path(esp_directory, APPLICATION_DIRECTORY, path))
                return ERR_TOO_LARGE;
        fd = open(path, O_DIRECTORY | O_CLOEXEC | flags);
        return fd < 0 ? errno_to_error(errno) : fd;
}

static int read_in(int directory_fd, const char *name, struct buffer *content) {
        return file_read_beneath(directory_fd, name, APPLICATION_LIMIT, content);
}

static bool holds(int directory_fd, const char *name, struct bytes content) {
        _cleanup_buffer_ struct buffer found;

        buffer_init(&found, &system_allocator);
        return read_in(directory_fd, name, &found) == 0 && bytes_equal(buffer_bytes(&found), content);
}

int application_read(const char *esp_directory, const char *name, struct buffer *content) {
        _cleanup_close_ int directory = open_directory(esp_directory, O_PATH);

        return directory < 0 ? directory : read_in(directory, name, content);
}

/* What is in memory says nothing of the disk: that is let go of before it is read back. */
static int write_aside(int directory_fd, const char *part, struct bytes content) {
        _cleanup_close_ int fd =
                openat(directory_fd, part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, MODE);
        int r;

        if (fd < 0)
                return errno_to_error(errno);
        r = file_write_all(fd, content);
        if (r == 0)
                r = durable_flush(fd);
        (void) posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        return r;
}

static int replace(int directory_fd, const char *name, struct bytes content) {
        char part[NAME_MAX + 1];
        int r;

        (void) snprintf(part, sizeof(part), "%s" DURABLE_FILE_PART, name);
        r = write_aside(directory_fd, part, content);
        if (r == 0 && !holds(directory_fd, part, content))
                r = ERR_MISMATCH;
        if (r == 0)
                r = durable_file_finish(directory_fd, part, name);
        if (r < 0)
                (void) unlinkat(directory_fd, part, 0);
        return r;
}

int application_put(const char *esp_directory, const char *name, struct bytes content, bool *ret_changed,
                    struct reason *ret_reason) {
        _cleanup_close_ int directory = -1;
        char path[PATH_MAX];
        int r = ERR_TOO_LARGE;

        *ret_changed = false;
        if (system_file_path(esp_directory, APPLICATION_DIRECTORY, path))
                r = durable_directory_make(AT_FDCWD, path, MODE);
        if (r == 0)
                r = directory = open_directory(esp_directory, O_RDONLY);
        if (r < 0)
                return fail(ret_reason, esp_directory, "", r);
        /* Who put it there may not have come to the directory. */
        *ret_changed = !holds(directory, name, content);
        r = *ret_changed ? replace(directory, name, content) : durable_flush(directory);
        if (r == 0)
                return 0;
        *ret_changed = false;
        return fail(ret_reason, esp_directory, name, r);
}

static bool is_gone(int error) {
        return error == ERR_NOT_FOUND || error == ERR_NOT_DIRECTORY;
}

/* What else is in the directory keeps it. */
static int remove_directory(const char *esp_directory) {
        char path[PATH_MAX];
        _cleanup_close_ int above = -1;

        if (!system_file_path(esp_directory, APPLICATION_DIRECTORY, path))
                return ERR_TOO_LARGE;
        if (rmdir(path) < 0)
                return errno == ENOTEMPTY || errno == EEXIST ? 0 : errno_to_error(errno);
        *strrchr(path, '/') = '\0';
        above = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return above < 0 ? errno_to_error(errno) : durable_flush(above);
}

int application_remove(const char *esp_directory, const char *name, bool *ret_removed,
                       struct reason *ret_reason) {
        _cleanup_close_ int directory = open_directory(esp_directory, O_RDONLY);
        char part[NAME_MAX + 1];
        int r;

        *ret_removed = false;
        if (directory < 0)
                return is_gone(directory) ? 0 : fail(ret_reason, esp_directory, "", directory);
        (void) snprintf(part, sizeof(part), "%s" DURABLE_FILE_PART, name);
        (void) durable_file_remove(directory, part);
        r = durable_file_remove(directory, name);
        *ret_removed = r == 0;
        if (r < 0 && !is_gone(r))
                return fail(ret_reason, esp_directory, name, r);
        r = remove_directory(esp_directory);
        return r < 0 ? fail(ret_reason, esp_directory, "", r) : 0;
}

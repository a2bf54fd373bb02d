/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* O_PATH */
#include "kdump/tools.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "capture/plan.h"
#include "kdump/target.h"
#include "linux/elf.h"
#include "linux/program.h"
#include "linux/system-file.h"
#include "posix/beneath.h"
#include "posix/durable-file.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

#define LISTING_LIMIT ((size_t) 64 * 1024)

static int add_file(struct kdump_tool *tool, const char *name, const char *path, struct reason *ret_reason) {
        struct kdump_tool_file *file = &tool->files[tool->file_count];
        struct stat status;

        if (tool->file_count == KDUMP_TOOL_FILES_MAX)
                return reason_set(ret_reason, ERR_TOO_LARGE, "%s: more than %d libraries",
                                  tool->files[0].path, KDUMP_TOOL_FILES_MAX - 2);
        if (stat(path, &status) < 0)
                return reason_set(ret_reason, errno_to_error(errno), "%s: %s", path,
                                  error_text(errno_to_error(errno)));
        if ((size_t) snprintf(file->name, sizeof(file->name), "%s", name) >= sizeof(file->name) ||
            strchr(name, '/') || !system_file_path("", path, file->path))
                return reason_set(ret_reason, ERR_TOO_LARGE, "%s: no name for a library", path);
        file->size = (uint64_t) status.st_size;
        tool->file_count++;
        return 0;
}

/*
 * "\tlibz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f…)", "… => not found"; a line without "=>" is of
 * the loader itself or of the kernel's own object, which is no file.
 */
static int take_line(struct kdump_tool *tool, char *line, struct reason *ret_reason) {
        char *arrow = strstr(line, " => "), *path, *end;

        if (!arrow)
                return 0;
        *arrow = '\0';
        path = arrow + strlen(" => ");
        line += strspn(line, " \t");
        if (strncmp(path, "not found", 9) == 0)
                return reason_set(ret_reason, ERR_FAILED, "%s: needs %s, which is not there",
                                  tool->files[0].path, line);
        end = strstr(path, " (0x");
        if (end)
                *end = '\0';
        /* musl's loader lists itself as a library. */
        return line[0] == '/' ? 0 : add_file(tool, line, path, ret_reason);
}

static int add_libraries(struct kdump_tool *tool, const char *loader, struct reason *ret_reason) {
        const char *const command[] = { loader, "--list", tool->files[0].path, NULL };
        _cleanup_buffer_ struct buffer listing;
        struct bytes why;
        char *rest, *line;
        int r;

        buffer_init(&listing, &system_allocator);
        r = program_read(command, LISTING_LIMIT, &listing);
        why = program_first_line(&listing);
        if (r == ERR_FAILED) /* a library is missing */
                return reason_set(ret_reason, r, "%.*s", (int) why.size, (const char *) why.data);
        buffer_append(&listing, bytes_of("", 1));
        if (buffer_error(&listing) < 0)
                r = buffer_error(&listing);
        if (r < 0)
                return reason_set(ret_reason, r, "%s --list %s: %s", loader, tool->files[0].path,
                                  error_text(r));
        rest = (char *) listing.data;
        while (r == 0 && (line = strsep(&rest, "\n")))
                r = take_line(tool, line, ret_reason);
        return r;
}

int kdump_tool_find(const char *program, struct kdump_tool *ret_tool, struct reason *ret_reason) {
        char path[PATH_MAX], loader[PATH_MAX];
        int r;

        ret_tool->file_count = 0;
        if (!program_find(program, path))
                return reason_set(ret_reason, ERR_NOT_FOUND, "%s: not found", program);
        r = elf_read_loader(path, loader);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: no program for this kernel: %s", path, error_text(r));
        r = add_file(ret_tool, strrchr(path, '/') + 1, path, ret_reason);
        if (r == 0 && loader[0])
                r = add_file(ret_tool, CAPTURE_LOADER_NAME, loader, ret_reason);
        if (r == 0 && loader[0])
                r = add_libraries(ret_tool, loader, ret_reason);
        if (r < 0)
                ret_tool->file_count = 0;
        return r;
}

int kdump_tools_find(const struct kdump_settings *settings, struct kdump_tools *ret_tools,
                     struct reason *ret_reason) {
        struct reason log_reason = { "" }, image_reason = { "" };
        int log, image;

        image = kdump_tool_find(settings->image_tool, &ret_tools->image, &image_reason);
        log = kdump_tool_find(settings->log_tool, &ret_tools->log, &log_reason);
        ret_tools->log_is_makedumpfile = log < 0 && image == 0;
        if (ret_tools->log_is_makedumpfile) {
                ret_tools->log = ret_tools->image;
                log = 0;
        }
        if (log < 0)
                return reason_set(ret_reason, log,
                                  "nothing reads the log: %.200s; %.200s: install kexec-tools or "
                                  "makedumpfile",
                                  log_reason.text, image_reason.text);
        if (image < 0 && image != ERR_NOT_FOUND && settings->image)
                return reason_set(ret_reason, image, "%s", image_reason.text);
        if (!settings->image)
                ret_tools->image.file_count = 0;
        return 0;
}

static bool is_same(int directory_fd, const char *name, struct bytes wanted) {
        _cleanup_buffer_ struct buffer content;

        buffer_init(&content, &system_allocator);
        return file_read_beneath(directory_fd, name, wanted.size, &content) == 0 &&
               bytes_equal(buffer_bytes(&content), wanted);
}

static int install_file(int directory_fd, const struct kdump_tool_file *file) {
        _cleanup_buffer_ struct buffer content;
        int r;

        buffer_init(&content, &system_allocator);
        r = file_read_at(AT_FDCWD, file->path, FILE_SIZE_MAX, &content);
        if (r < 0 || is_same(directory_fd, file->name, buffer_bytes(&content)))
                return r;
        /* Beside the old one, which a crash meanwhile would still find whole. */
        return durable_file_write(directory_fd, file->name, buffer_bytes(&content), 0700);
}

static bool tool_has(const struct kdump_tool *tool, const char *name) {
        for (size_t i = 0; i < tool->file_count; i++)
                if (strcmp(tool->files[i].name, name) == 0)
                        return true;
        return false;
}

/* A loader that an earlier tool left would start a static one of now, and fail. */
static void remove_others(int directory_fd, const struct kdump_tool *tool) {
        _cleanup_closedir_ DIR *directory = NULL;
        const struct dirent *entry;
        int fd = dup(directory_fd);

        directory = fd < 0 ? NULL : fdopendir(fd);
        while (directory && (entry = readdir(directory)))
                if (!tool_has(tool, entry->d_name))
                        (void) unlinkat(directory_fd, entry->d_name, 0); /* fails for directories */
}

/* The directory of dumps, looked at again now that it is used: whoever owns it can put another program there.
 */
static int open_place(const char *directory) {
        _cleanup_close_ int fd = -1;
        struct stat status;
        int r;

        r = durable_directory_make(AT_FDCWD, directory, 0700);
        if (r < 0)
                return r;
        fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0 || fstat(fd, &status) < 0)
                return errno_to_error(errno);
        if (kdump_others_can_write(&status))
                return ERR_PERMISSION;
        r = fd;
        fd = -1;
        return r;
}

static int install_all(const struct kdump_tool *tool, const char *directory) {
        _cleanup_close_ int place = open_place(directory);
        _cleanup_close_ int fd = -1;
        struct stat status;
        int r;

        if (place < 0)
                return place;
        r = durable_directory_make(place, CAPTURE_DISK_TOOLS_NAME, 0700);
        if (r < 0)
                return r;
        fd = beneath_open(place, CAPTURE_DISK_TOOLS_NAME, O_RDONLY | O_DIRECTORY, 0);
        if (fd < 0)
                return fd;
        if (fstat(fd, &status) < 0)
                return errno_to_error(errno);
        if (status.st_uid != 0 && status.st_uid != geteuid())
                return ERR_PERMISSION;
        if (fchmod(fd, 0700) < 0)
                return errno_to_error(errno);
        for (size_t i = 0; i < tool->file_count && r == 0; i++)
                r = install_file(fd, &tool->files[i]);
        if (r == 0)
                remove_others(fd, tool);
        if (r == 0 && fsync(fd) < 0)
                r = errno_to_error(errno);
        return r;
}

int kdump_tools_install(const struct kdump_tool *tool, const char *directory, struct reason *ret_reason) {
        int r = install_all(tool, directory);

        return r < 0 ? reason_set(ret_reason, r, "%s/" CAPTURE_DISK_TOOLS_NAME ": cannot put %s there: %s",
                                  directory, tool->files[0].name, error_text(r))
                     : 0;
}

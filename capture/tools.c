/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/tools.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "capture/gunzip.h"
#include "capture/plan.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

#define SUFFIX    ".gz"
#define TOOL_MODE 0700

static bool join(const char *directory, const char *name, char ret_path[TOOL_PATH_SIZE]) {
        return snprintf(ret_path, TOOL_PATH_SIZE, "%s/%s", directory, name) < TOOL_PATH_SIZE;
}

bool tool_find(const char *directory, const char *name, struct tool *ret_tool) {
        struct tool tool = { .program = "" };

        if (!name[0] || !join(directory, name, tool.program) || access(tool.program, X_OK) < 0)
                return false;
        snprintf(tool.directory, sizeof(tool.directory), "%s", directory);
        if (!join(directory, CAPTURE_LOADER_NAME, tool.loader) || access(tool.loader, X_OK) < 0)
                tool.loader[0] = '\0';
        *ret_tool = tool;
        return true;
}

const char *tool_name(const struct tool *tool) {
        const char *slash = strrchr(tool->program, '/');

        return slash ? slash + 1 : tool->program;
}

void tool_command(const struct tool *tool, const char *const *arguments,
                  const char *ret_command[TOOL_ARGUMENTS_MAX]) {
        size_t count = 0;

        if (tool->loader[0]) {
                ret_command[count++] = tool->loader;
                ret_command[count++] = "--library-path";
                ret_command[count++] = tool->directory;
        }
        ret_command[count++] = tool->program;
        for (; *arguments && count + 1 < TOOL_ARGUMENTS_MAX; arguments++)
                if (**arguments)
                        ret_command[count++] = *arguments;
        ret_command[count] = NULL;
}

static int unpack(int directory_fd, const char *packed, int to_fd) {
        _cleanup_buffer_ struct buffer content;
        _cleanup_close_ int fd = -1;
        char name[NAME_MAX + 1];
        int r;

        buffer_init(&content, &system_allocator);
        snprintf(name, sizeof(name), "%.*s", (int) (strlen(packed) - strlen(SUFFIX)), packed);
        r = gunzip_file_at(directory_fd, packed, &content);
        /* First: all of it lies in memory, of which a crash kernel has little. */
        (void) unlinkat(directory_fd, packed, 0);
        if (r < 0)
                return r;
        fd = openat(to_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, TOOL_MODE);
        return fd < 0 ? errno_to_error(errno) : file_write_all(fd, buffer_bytes(&content));
}

int tools_unpack(const char *directory, const char *to) {
        _cleanup_closedir_ DIR *stream = opendir(directory);
        _cleanup_close_ int to_fd = -1;
        const struct dirent *entry;
        int first = 0, r;

        if (!stream)
                return errno == ENOENT ? 0 : errno_to_error(errno);
        to_fd = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (to_fd < 0)
                return errno_to_error(errno);
        while ((entry = readdir(stream))) {
                /* ".gz" alone would leave no name. */
                if (!text_ends_with(entry->d_name, SUFFIX) || text_equal(entry->d_name, SUFFIX))
                        continue;
                r = unpack(dirfd(stream), entry->d_name, to_fd);
                if (r < 0 && first == 0)
                        first = r;
        }
        return first;
}

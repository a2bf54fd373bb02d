/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/stack-site.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

static int ask_kernel(void *context, int fd, unsigned long request, void *argument) {
        (void) context;
        return ioctl(fd, request, argument) < 0 ? -errno : 0;
}

void stack_site_init(struct stack_site *site, const struct stack *stack) {
        *site = (struct stack_site){ .root = "", .control = ask_kernel, .stack = stack };
}

int stack_site_open(const struct stack_site *site, size_t device, int flags) {
        char path[BLOCK_PATH_SIZE];
        int fd;

        block_path(site->root, site->names[device], path);
        fd = open(path, flags | O_CLOEXEC);
        return fd < 0 ? errno_to_error(errno) : fd;
}

int stack_site_read(const struct stack_site *site, size_t device, const char *attribute,
                    char ret_line[STACK_ATTRIBUTE_SIZE]) {
        char path[PATH_MAX];

        snprintf(path, sizeof(path), "%s/sys/class/block/%s/%s", site->root, site->names[device], attribute);
        return file_read_line(path, ret_line, STACK_ATTRIBUTE_SIZE);
}

int stack_site_read_number(const struct stack_site *site, size_t device, const char *attribute,
                           uint64_t *ret_value) {
        char line[STACK_ATTRIBUTE_SIZE];
        size_t offset = 0;
        int r;

        r = stack_site_read(site, device, attribute, line);
        return r < 0 ? r : decimal_parse(text_view(line), &offset, UINT64_MAX, ret_value);
}

int stack_site_read_device(const struct stack_site *site, size_t device, dev_t *ret_device) {
        char line[STACK_ATTRIBUTE_SIZE];
        uint64_t major, minor;
        size_t offset = 0;
        int r;

        r = stack_site_read(site, device, "dev", line);
        if (r == 0)
                r = decimal_parse(text_view(line), &offset, UINT_MAX, &major);
        if (r == 0 && line[offset++] != ':')
                r = ERR_VALUE;
        if (r == 0)
                r = decimal_parse(text_view(line), &offset, UINT_MAX, &minor);
        if (r == 0)
                *ret_device = makedev((unsigned) major, (unsigned) minor);
        return r;
}

int stack_site_write(const struct stack_site *site, const char *path, const char *text) {
        _cleanup_close_ int fd = -1;
        char whole[PATH_MAX];

        snprintf(whole, sizeof(whole), "%s%s", site->root, path);
        fd = open(whole, O_WRONLY | O_CLOEXEC);
        return fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/module.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "capture/gunzip.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

#define ORDER_SIZE_MAX ((size_t) 64 * 1024)

static void load(int directory_fd, const char *name, struct steps *steps) {
        _cleanup_buffer_ struct buffer module;
        char file[NAME_MAX + 1];
        int r;

        buffer_init(&module, &system_allocator);
        snprintf(file, sizeof(file), "%s.ko.gz", name);
        r = gunzip_file_at(directory_fd, file, &module);
        /* The initramfs is memory, of which a crash kernel has little. */
        (void) unlinkat(directory_fd, file, 0);
        if (r < 0) {
                steps_failed(steps, "module", "%s: %s", name, error_text(r));
                return;
        }
        /* Why the kernel did not take it, errno tells better than our errors do. */
        if (syscall(SYS_init_module, module.data, module.size, "") != 0 && errno != EEXIST)
                steps_failed(steps, "module", "%s: %s", name, strerror(errno));
}

void module_load_all(const char *directory, struct steps *steps) {
        _cleanup_close_ int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_buffer_ struct buffer order;
        char *rest = NULL;
        int r;

        buffer_init(&order, &system_allocator);
        r = fd < 0 ? errno_to_error(errno) : file_read_at(fd, "order", ORDER_SIZE_MAX, &order);
        if (r == ERR_NOT_FOUND)
                return;
        buffer_append(&order, bytes_of("", 1));
        if (r < 0 || buffer_error(&order) < 0) {
                steps_failed(steps, "modules", "%s/order: %s", directory,
                             error_text(r < 0 ? r : buffer_error(&order)));
                return;
        }
        for (char *name = strtok_r((char *) order.data, "\n", &rest); name;
             name = strtok_r(NULL, "\n", &rest))
                load(fd, name, steps);
        steps_done(steps, "modules");
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/kernel-log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arith.h"
#include "linux/system-file.h"
#include "posix/memory.h"

#define KERNEL_LOG "/dev/kmsg"

/* A read() gives one record, whole or not at all (K6.1 kernel/printk/printk.c, CONSOLE_EXT_LOG_MAX). */
#define RECORD_MAX    8192
#define LOG_BYTES_MAX ((size_t) 32 * 1024 * 1024)

/* Of the command line so much is compared: old kernels cut the line in their log, new ones break it. */
#define LINE_COMPARED 200

/* Only a kernel that has just been booted says this. */
static const char line_label[] = "ommand line: ";

static bool names_line(const char *text, const struct boot_line *line) {
        size_t size = size_min(strlen(line->text), LINE_COMPARED);

        if (!line->known || size == 0)
                return false;
        while ((text = strstr(text, line_label))) {
                text += strlen(line_label);
                if (strncmp(text, line->text, size) == 0)
                        return true;
        }
        return false;
}

void kernel_log_read(const char *root, const struct boot_line *line, struct kernel_log *ret_log) {
        struct kernel_log *log = ret_log;
        _cleanup_close_ int fd = -1;
        char path[PATH_MAX], record[RECORD_MAX];
        ssize_t size = 0;

        *log = (struct kernel_log){ 0 };
        buffer_init(&log->text, &system_allocator);
        if (system_file_path(root, KERNEL_LOG, path))
                fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        log->is_denied = fd < 0 && (errno == EPERM || errno == EACCES);
        /* EPIPE: what was to be read is overwritten; the next read() goes on behind it. */
        while (fd >= 0 && log->text.size < LOG_BYTES_MAX &&
               ((size = read(fd, record, sizeof(record))) > 0 || (size < 0 && errno == EPIPE)))
                if (size > 0)
                        buffer_append(&log->text, bytes_of(record, (size_t) size));
        buffer_append(&log->text, bytes_of("", 1));
        if (buffer_error(&log->text) < 0)
                kernel_log_free(log);
        else
                log->whole = names_line((const char *) log->text.data, line);
}

void kernel_log_free(struct kernel_log *log) {
        buffer_free(&log->text);
        log->whole = false;
}

bool kernel_log_says(const struct kernel_log *log, const char *words) {
        const char *at = (const char *) log->text.data;

        while (at && (at = strstr(at, words))) {
                at += strlen(words);
                if (*at == '\n' || *at == '\0')
                        return true;
        }
        return false;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/dumps.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "capture/log-message.h"
#include "posix/directory.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define NAME_MIDDLE    "-kdump-panic"
#define NUMBER_MAX     999
#define DIRECTORY_MODE 0700

int dumps_parse_name(const char *name, uint64_t *ret_seconds, unsigned *ret_number) {
        struct bytes view = text_view(name), middle = text_view(NAME_MIDDLE);
        uint64_t seconds, number;
        size_t at = 0;

        if (timestamp_parse_compact(view, &at, &seconds) < 0 ||
            !bytes_start_with(bytes_from(view, at), middle))
                return ERR_VALUE;
        at += middle.size;
        if (decimal_parse(view, &at, NUMBER_MAX, &number) < 0 || at != view.size || number == 0)
                return ERR_VALUE;
        *ret_seconds = seconds;
        *ret_number = (unsigned) number;
        return 0;
}

static int open_directory(int at, const char *name) {
        int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

        return fd < 0 ? errno_to_error(errno) : fd;
}

static bool look_at(int fd, const char *name, uint64_t *ret_size) {
        struct stat stat;

        if (fstatat(fd, name, &stat, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(stat.st_mode))
                return false;
        *ret_size = (uint64_t) stat.st_size;
        return true;
}

/* As it is, or sealed. */
static bool look_at_either(int fd, const char *name, const char *sealed_name, struct crash_dump *dump,
                           uint64_t *ret_size) {
        if (look_at(fd, name, ret_size))
                return true;
        if (!look_at(fd, sealed_name, ret_size))
                return false;
        dump->is_sealed = true;
        return true;
}

static bool holds_part(int fd) {
        _cleanup_closedir_ DIR *stream = directory_stream(fd);
        const struct dirent *entry;

        /* What is called ".part" and no more is a part of nothing. */
        while (stream && (entry = readdir(stream)))
                if (text_ends_with(entry->d_name, DUMPS_PART_SUFFIX) &&
                    !text_equal(entry->d_name, DUMPS_PART_SUFFIX))
                        return true;
        return false;
}

static int newest_first(const void *left, const void *right) {
        const struct crash_dump *a = left, *b = right;

        if (a->crash_seconds != b->crash_seconds)
                return a->crash_seconds > b->crash_seconds ? -1 : 1;
        return a->number > b->number ? -1 : a->number < b->number;
}

static int add_row(int directory_fd, const char *name, struct dumps *dumps, size_t *capacity) {
        struct crash_dump dump = { .name = "" };
        struct text text = TEXT_ON(dump.name);
        _cleanup_close_ int fd = -1;
        struct stat stat;
        uint64_t size;
        int r;

        if (dumps_parse_name(name, &dump.crash_seconds, &dump.number) < 0)
                return 0;
        r = array_grow(&system_allocator, (void **) &dumps->rows, capacity, dumps->count, sizeof(dump));
        if (r < 0)
                return r;
        text_put(&text, name);
        dump.is_directory =
                fstatat(directory_fd, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(stat.st_mode);
        fd = open_directory(directory_fd, dump.name);
        /* One that cannot be looked into is listed nevertheless: as one that holds nothing. */
        if (fd >= 0) {
                dump.has_log = look_at_either(fd, DUMPS_LOG_NAME, DUMPS_LOG_NAME DUMPS_SEALED_SUFFIX, &dump,
                                              &dump.log_size);
                dump.has_image = look_at_either(fd, DUMPS_IMAGE_NAME, DUMPS_IMAGE_NAME DUMPS_SEALED_SUFFIX,
                                                &dump, &dump.image_size);
                dump.has_manifest = look_at(fd, DUMPS_MANIFEST_NAME, &size);
                dump.has_part = holds_part(fd);
        }
        dumps->rows[dumps->count++] = dump;
        return 0;
}

int dumps_list(int directory_fd, struct dumps *ret_dumps) {
        _cleanup_closedir_ DIR *stream = directory_stream(directory_fd);
        struct dumps dumps = { 0 };
        const struct dirent *entry;
        size_t capacity = 0;
        int r = 0;

        if (!stream)
                return errno_to_error(errno);
        while (r == 0 && (entry = readdir(stream)))
                r = add_row(directory_fd, entry->d_name, &dumps, &capacity);
        if (r < 0) {
                dumps_free(&dumps);
                return r;
        }
        if (dumps.count > 0)
                qsort(dumps.rows, dumps.count, sizeof(dumps.rows[0]), newest_first);
        *ret_dumps = dumps;
        return 0;
}

void dumps_free(struct dumps *dumps) {
        free(dumps->rows);
        *dumps = (struct dumps){ 0 };
}

int dumps_message(int directory_fd, const char *name, char ret_message[DUMPS_MESSAGE_SIZE]) {
        _cleanup_close_ int fd = open_directory(directory_fd, name);
        _cleanup_close_ int log = -1;

        ret_message[0] = '\0';
        if (fd < 0)
                return fd;
        /* Without O_NONBLOCK a pipe that somebody put there is waited for. */
        log = openat(fd, DUMPS_LOG_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (log < 0)
                return errno_to_error(errno);
        return log_message_read(log, ret_message, DUMPS_MESSAGE_SIZE);
}

int dumps_make(int directory_fd, uint64_t crash_seconds, char ret_name[DUMPS_NAME_SIZE]) {
        char time[TIMESTAMP_TEXT_SIZE], name[DUMPS_NAME_SIZE];

        timestamp_format_compact(crash_seconds, time);
        for (unsigned number = 1; number <= NUMBER_MAX; number++) {
                struct text text = TEXT_ON(name);

                text_format(&text, "%s" NAME_MIDDLE "%u", time, number);
                if (mkdirat(directory_fd, name, DIRECTORY_MODE) == 0) {
                        (void) fsync(directory_fd); /* or what is saved in it is nowhere after a reset */
                        memcpy(ret_name, name, sizeof(name));
                        return open_directory(directory_fd, name);
                }
                if (errno != EEXIST)
                        return errno_to_error(errno);
        }
        return ERR_EXISTS;
}

int dumps_remove(int directory_fd, const char *name) {
        uint64_t seconds;
        unsigned number;

        if (dumps_parse_name(name, &seconds, &number) < 0)
                return ERR_VALUE;
        return tree_remove(directory_fd, name);
}

enum worth {
        WORTH_NOTHING,
        WORTH_PARTS,
        WORTH_DUMP,
        WORTH_END,
};

/* An empty file has its name from a loss of power: whoever saves gives it to none. */
static enum worth worth_of(const struct crash_dump *dump) {
        if (dump->log_size > 0 || dump->image_size > 0)
                return WORTH_DUMP;
        return dump->has_part ? WORTH_PARTS : WORTH_NOTHING;
}

size_t dumps_prune(int directory_fd, unsigned keep, const char *current, struct steps *steps) {
        /* Each has its own places, so that only what is worth as much is pushed away. */
        unsigned places[WORTH_END] = { keep, keep, keep };
        struct dumps dumps;
        size_t removed = 0;
        int r = dumps_list(directory_fd, &dumps);

        if (r < 0) {
                steps_failed(steps, "keep", "%s", error_text(r));
                return 0;
        }
        /* The current one has its place before all others: a wrong clock may have put it anywhere. */
        for (size_t i = 0; i < dumps.count && current; i++)
                if (strcmp(dumps.rows[i].name, current) == 0 && keep > 0)
                        places[worth_of(&dumps.rows[i])]--;
        for (size_t i = 0; i < dumps.count; i++) {
                const char *name = dumps.rows[i].name;
                unsigned *left = &places[worth_of(&dumps.rows[i])];

                if (!dumps.rows[i].is_directory || (current && strcmp(name, current) == 0))
                        continue;
                if (*left > 0) {
                        (*left)--;
                        continue;
                }
                r = dumps_remove(directory_fd, name);
                if (r < 0)
                        steps_failed(steps, "keep", "%s cannot be removed: %s", name, error_text(r));
                else
                        removed++;
        }
        dumps_free(&dumps);
        return removed;
}

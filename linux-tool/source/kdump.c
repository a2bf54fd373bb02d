/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "capture/dumps.h"
#include "linux-tool/source/sources.h"
#include "linux/dump-directory.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

/*
 * The directory where a crash kernel saves its dumps (capture/dumps.h). Each dump is a record of one part,
 * whose name tells what the header line of pstore would.
 */

/* CONFIG_LOG_BUF_SHIFT is 25 at most (K6.1 init/Kconfig), and the times before the lines take the rest. */
#define LOG_SIZE_MAX ((size_t) 128 * 1024 * 1024)

struct kdump_source {
        struct record_source base; /* first: the block is freed through it */
        const char *path;
        bool is_default;
        int fd; /* of the directory; -1 when closed */
        struct dumps dumps;
        size_t next;
};

static struct kdump_source *kdump_of(const struct record_source *source) {
        return source->context;
}

static void kdump_close(struct record_source *source) {
        struct kdump_source *kdump = kdump_of(source);

        cleanup_close(&kdump->fd);
        kdump->fd = -1;
        dumps_free(&kdump->dumps);
        kdump->next = 0;
}

static int kdump_open(struct record_source *source) {
        struct kdump_source *kdump = kdump_of(source);

        kdump_close(source);
        kdump->fd = open(kdump->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (kdump->fd < 0 && kdump->is_default && errno == ENOENT)
                return ERR_NO_STORE;
        if (kdump->fd < 0)
                return errno_to_error(errno);
        return dumps_list(kdump->fd, &kdump->dumps);
}

/* The manifest comes last: without one the crash kernel did not get to its end. */
static enum source_image image_of(const struct crash_dump *dump) {
        if (dump->has_image)
                return SOURCE_IMAGE_WHOLE;
        return dump->has_part || !dump->has_manifest ? SOURCE_IMAGE_CUT : SOURCE_IMAGE_NONE;
}

static int kdump_next(struct record_source *source, struct source_entry *ret_entry) {
        struct kdump_source *kdump = kdump_of(source);
        const struct crash_dump *dump;
        struct text name;

        if (kdump->next >= kdump->dumps.count)
                return 0;
        dump = &kdump->dumps.rows[kdump->next++];
        *ret_entry = (struct source_entry){
                .store = RECORD_STORE_KDUMP,
                .form = RECORD_FORM_TEXT,
                .type = RECORD_TYPE_DMESG,
                .seconds = dump->crash_seconds,
                .header = { .reason = REASON_PANIC, .count = dump->number, .part = 1 },
                .image = image_of(dump),
                .image_size = dump->image_size,
        };
        name = TEXT_ON(ret_entry->name);
        text_put(&name, dump->name);
        return 1;
}

static const struct crash_dump *find_dump(const struct kdump_source *kdump, const char *name) {
        for (size_t i = 0; i < kdump->dumps.count; i++)
                if (strcmp(kdump->dumps.rows[i].name, name) == 0)
                        return &kdump->dumps.rows[i];
        return NULL;
}

/* Neither a link nor a pipe that somebody may have put there is opened for what it is. */
static int kdump_read(struct record_source *source, const char *name, struct buffer *buffer) {
        struct kdump_source *kdump = kdump_of(source);
        const struct crash_dump *dump = find_dump(kdump, name);
        char path[RECORD_NAME_SIZE + sizeof(DUMPS_LOG_NAME)];
        int r;

        if (!dump)
                return ERR_NOT_FOUND;
        snprintf(path, sizeof(path), "%s/" DUMPS_LOG_NAME, name);
        buffer->size = 0;
        r = file_read_beneath(kdump->fd, path, LOG_SIZE_MAX, buffer);
        if (r == ERR_NOT_FOUND && dump->has_log && dump->is_sealed)
                return ERR_SEALED;
        if (r == ERR_NOT_FOUND || r == ERR_FILE_KIND || (r == 0 && buffer->size == 0))
                return ERR_LOG_MISSING;
        return r;
}

static int kdump_erase(struct record_source *source, const char *name) {
        struct kdump_source *kdump = kdump_of(source);

        return find_dump(kdump, name) ? dumps_remove(kdump->fd, name) : ERR_NOT_FOUND;
}

struct record_source *kdump_source_new(const char *spec, const char *argument) {
        static const struct source_operations operations = {
                .open = kdump_open,
                .next = kdump_next,
                .read = kdump_read,
                .erase = kdump_erase,
                .close = kdump_close,
        };
        struct kdump_source *kdump = calloc(1, sizeof(*kdump));

        if (!kdump)
                return NULL;
        kdump->path = argument ? argument : DUMP_DIRECTORY;
        kdump->base = (struct record_source){
                .spec = spec,
                .store = RECORD_STORE_KDUMP,
                .operations = &operations,
                .context = kdump,
                .is_archive = true,
                .location = kdump->path,
        };
        kdump->is_default = !argument;
        kdump->fd = -1;
        return &kdump->base;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "linux-tool/source/sources.h"
#include "posix/errno.h"
#include "posix/memory.h"
#include "pstore/cper.h"
#include "store/erst-source.h"

/* The kernel's window into ERST, made for testing (K6.1 drivers/acpi/apei/erst-dbg.c). */
#define ERST_DBG_DEVICE       "/dev/erst_dbg"
#define ERST_DBG_RECORD_MAX   0x4000 /* ERST_DBG_RECORD_LEN_MAX */
#define ERST_DBG_CLEAR_RECORD _IOW('E', 1, uint64_t)

/* UEFI 2.10, N.2.1: the platform's own, which it fills when it stores the record. */
#define PERSISTENCE_OFFSET 108
#define PERSISTENCE_SIZE   8

/* Every platform exchanges records of this size, QEMU's at the least that it can be told. */
#define EXCHANGE_LEAST 4096

/* So many failures one after another are the device's, and not of records that it refuses. */
#define FAILURES_MAX 16

struct erst_dbg_record {
        char name[RECORD_NAME_SIZE];
        uint64_t id; /* CPER_RECORD_ID_NONE: it has none, or could not be read */
        int error;   /* 0, or what the device says in place of the record */
        struct buffer raw;
};

/* The device hands out whole records, in its own order only: so open() reads them all. */
struct erst_dbg_source {
        struct record_source base; /* first: the block is freed through it */
        const char *path;
        struct erst_dbg_record *records;
        size_t count, capacity, next;
        int list_error; /* why the device was not read to its end; told once behind the last */
};

static struct erst_dbg_source *erst_dbg_of(struct record_source *source) {
        return source->context;
}

static void erst_dbg_close(struct record_source *source) {
        struct erst_dbg_source *erst_dbg = erst_dbg_of(source);

        for (size_t i = 0; i < erst_dbg->count; i++)
                buffer_free(&erst_dbg->records[i].raw);
        array_free(&system_allocator, (void **) &erst_dbg->records, &erst_dbg->capacity,
                   sizeof(*erst_dbg->records));
        erst_dbg->count = erst_dbg->next = 0;
        erst_dbg->list_error = 0;
}

static struct erst_dbg_record *find_id(const struct erst_dbg_source *erst_dbg, uint64_t id) {
        for (size_t i = 0; i < erst_dbg->count; i++)
                if (erst_dbg->records[i].id == id)
                        return &erst_dbg->records[i];
        return NULL;
}

static struct erst_dbg_record *find_name(const struct erst_dbg_source *erst_dbg, const char *name) {
        for (size_t i = 0; i < erst_dbg->count; i++)
                if (strcmp(erst_dbg->records[i].name, name) == 0)
                        return &erst_dbg->records[i];
        return NULL;
}

/* Its id, where it has one that no record before it has; else the how-manyth it is. */
static void set_name(const struct erst_dbg_source *erst_dbg, struct erst_dbg_record *record) {
        struct text text = TEXT_ON(record->name);

        if (record->id != CPER_RECORD_ID_NONE && find_id(erst_dbg, record->id) == record)
                record_format_erst_name(record->id, record->name);
        else
                text_format(&text, "number-%zu", erst_dbg->count);
}

/* A record, or the error that the device says in its place. */
static int append_record(struct erst_dbg_source *erst_dbg, struct bytes raw, int error) {
        struct erst_dbg_record *record;
        int r = array_grow(&system_allocator, (void **) &erst_dbg->records, &erst_dbg->capacity,
                           erst_dbg->count, sizeof(*erst_dbg->records));

        if (r < 0)
                return r;
        record = &erst_dbg->records[erst_dbg->count++];
        *record = (struct erst_dbg_record){ .id = CPER_RECORD_ID_NONE, .error = error };
        buffer_init(&record->raw, &system_allocator);
        (void) bytes_load_u64(raw, ERST_CPER_RECORD_ID, &record->id);
        set_name(erst_dbg, record);
        buffer_append(&record->raw, raw);
        return buffer_error(&record->raw);
}

static int open_device(const struct erst_dbg_source *erst_dbg, int flags) {
        int fd = open(erst_dbg->path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* it may be a pipe */

        if (fd < 0 && errno == ENOENT)
                return ERR_NO_STORE;
        return fd < 0 ? errno_to_error(errno) : fd;
}

/*
 * Why the device did not do it. Its numbers are not the system's: EINVAL and ENODEV are what the platform
 * said (K6.1 drivers/acpi/apei/erst.c, erst_errno()), EBUSY that the kernel is writing a record of its own.
 */
static int device_error(int number) {
        static const struct {
                int number;
                int error;
        } rows[] = { { EINVAL, ERR_FAILED }, { ENODEV, ERR_HARDWARE }, { EBUSY, ERR_IN_USE } };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                if (rows[i].number == number)
                        return rows[i].error;
        return errno_to_error(number);
}

/*
 * Each read() gives one record, whole; none is behind the last. The kernel goes on behind one that it
 * refuses: EIO is of a record over ERST_DBG_RECORD_LEN_MAX, or of one that the platform does not give.
 */
static int read_records(struct erst_dbg_source *erst_dbg, int fd) {
        _cleanup_free_ uint8_t *block = malloc(ERST_DBG_RECORD_MAX);
        unsigned failures = 0;

        if (!block)
                return ERR_NO_MEMORY;
        for (size_t reads = 0; reads < SOURCE_RECORDS_MAX; reads++) {
                ssize_t size = read(fd, block, ERST_DBG_RECORD_MAX);
                int r, error = size < 0 ? device_error(errno) : 0;

                if (size == 0)
                        return 0;
                if (error == ERR_INTERRUPTED)
                        continue;
                failures = error < 0 ? failures + 1 : 0;
                if (failures == FAILURES_MAX)
                        return error;
                r = append_record(erst_dbg, bytes_of(block, size > 0 ? (size_t) size : 0), error);
                if (r < 0)
                        return r;
        }
        return ERR_LOOP;
}

static bool has_records(const struct erst_dbg_source *erst_dbg) {
        for (size_t i = 0; i < erst_dbg->count; i++)
                if (erst_dbg->records[i].error == 0)
                        return true;
        return false;
}

static int erst_dbg_open(struct record_source *source) {
        struct erst_dbg_source *erst_dbg = erst_dbg_of(source);
        _cleanup_close_ int fd = -1;
        int r;

        erst_dbg_close(source);
        fd = open_device(erst_dbg, O_RDONLY);
        if (fd < 0)
                return fd;
        r = read_records(erst_dbg, fd);
        if (r == ERR_NO_MEMORY || (r < 0 && !has_records(erst_dbg))) {
                erst_dbg_close(source);
                return r;
        }
        erst_dbg->list_error = r;
        return 0;
}

static int erst_dbg_next(struct record_source *source, struct source_entry *ret_entry) {
        struct erst_dbg_source *erst_dbg = erst_dbg_of(source);

        if (erst_dbg->next >= erst_dbg->count) {
                int r = erst_dbg->list_error;

                erst_dbg->list_error = 0;
                return r;
        }
        *ret_entry = (struct source_entry){ .store = RECORD_STORE_ERST, .form = RECORD_FORM_STORED };
        memcpy(ret_entry->name, erst_dbg->records[erst_dbg->next++].name, sizeof(ret_entry->name));
        return 1;
}

static int erst_dbg_read(struct record_source *source, const char *name, struct buffer *buffer) {
        const struct erst_dbg_record *record = find_name(erst_dbg_of(source), name);

        if (!record || record->error < 0)
                return record ? record->error : ERR_NOT_FOUND;
        buffer->size = 0;
        buffer_append(buffer, buffer_bytes(&record->raw));
        return buffer_error(buffer);
}

/* The kernel says EINVAL, too, to a record that is larger than the platform's exchange buffer. */
static int write_record(const struct erst_dbg_source *erst_dbg, struct bytes record) {
        _cleanup_close_ int fd = open_device(erst_dbg, O_WRONLY);

        if (fd < 0)
                return fd;
        if (write(fd, record.data, record.size) < 0)
                return errno == EINVAL && record.size > EXCHANGE_LEAST ? ERR_TOO_LARGE : device_error(errno);
        return 0;
}

static bool records_equal(struct bytes stored, struct bytes written) {
        const size_t behind = PERSISTENCE_OFFSET + PERSISTENCE_SIZE;

        return bytes_equal(bytes_first(stored, PERSISTENCE_OFFSET),
                           bytes_first(written, PERSISTENCE_OFFSET)) &&
               bytes_equal(bytes_from(stored, behind), bytes_from(written, behind));
}

static int build_and_write(struct record_source *source, const struct record_draft *draft, uint64_t id) {
        struct erst_dbg_source *erst_dbg = erst_dbg_of(source);
        _cleanup_free_ uint8_t *block = malloc(ERST_DBG_RECORD_MAX);
        const struct erst_dbg_record *stored;
        size_t size;
        int r;

        if (!block)
                return ERR_NO_MEMORY;
        r = cper_build_dmesg(id, draft->seconds, draft->log, block, ERST_DBG_RECORD_MAX, &size);
        if (r < 0)
                return r == ERR_BUFFER_TOO_SMALL ? ERR_TOO_LARGE : r;
        r = write_record(erst_dbg, bytes_of(block, size));
        if (r < 0)
                return r;
        r = erst_dbg_open(source);
        if (r < 0)
                return r;
        stored = find_id(erst_dbg, id);
        return stored && records_equal(buffer_bytes(&stored->raw), bytes_of(block, size)) ? 0 : ERR_MISMATCH;
}

static int erst_dbg_write(struct record_source *source, const struct record_draft *draft,
                          char ret_name[RECORD_NAME_SIZE]) {
        const struct erst_dbg_source *erst_dbg = erst_dbg_of(source);
        _cleanup_free_ uint64_t *ids = NULL;
        uint64_t id;
        int r;

        r = erst_dbg_open(source); /* an id that is taken would replace its record */
        if (r < 0)
                return r;
        ids = malloc((erst_dbg->count + 1) * sizeof(*ids));
        if (!ids)
                return ERR_NO_MEMORY;
        for (size_t i = 0; i < erst_dbg->count; i++)
                ids[i] = erst_dbg->records[i].id;
        id = erst_source_new_id(draft->seconds, ids, erst_dbg->count);
        r = build_and_write(source, draft, id);
        if (r == 0)
                record_format_erst_name(id, ret_name);
        return r;
}

/* The device knows ids alone: of two records that have one, nobody can say which would go. */
static bool is_alone(const struct erst_dbg_source *erst_dbg, uint64_t id) {
        size_t count = 0;

        for (size_t i = 0; i < erst_dbg->count; i++)
                count += erst_dbg->records[i].id == id;
        return count == 1;
}

static int erst_dbg_erase(struct record_source *source, const char *name) {
        const struct erst_dbg_source *erst_dbg = erst_dbg_of(source);
        const struct erst_dbg_record *record = find_name(erst_dbg, name);
        _cleanup_close_ int fd = -1;
        uint64_t id;

        if (!record)
                return ERR_NOT_FOUND;
        id = record->id;
        if (id == CPER_RECORD_ID_NONE)
                return ERR_NOT_SUPPORTED;
        if (!is_alone(erst_dbg, id))
                return ERR_EXISTS;
        fd = open_device(erst_dbg, O_RDWR);
        if (fd < 0)
                return fd;
        if (ioctl(fd, ERST_DBG_CLEAR_RECORD, &id) < 0)
                return device_error(errno);
        if (strcmp(erst_dbg->path, ERST_DBG_DEVICE) == 0)
                pstorefs_forget(RECORD_STORE_ERST, name);
        return 0;
}

struct record_source *erst_dbg_source_new(const char *spec, const char *argument) {
        static const struct source_operations operations = {
                .open = erst_dbg_open,
                .next = erst_dbg_next,
                .read = erst_dbg_read,
                .write = erst_dbg_write,
                .erase = erst_dbg_erase,
                .close = erst_dbg_close,
        };
        struct erst_dbg_source *erst_dbg = calloc(1, sizeof(*erst_dbg));

        if (!erst_dbg)
                return NULL;
        erst_dbg->base = (struct record_source){
                .spec = spec,
                .store = RECORD_STORE_ERST,
                .operations = &operations,
                .context = erst_dbg,
        };
        erst_dbg->path = argument ? argument : ERST_DBG_DEVICE;
        return &erst_dbg->base;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/receive.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/units.h"
#include "capture/capture.h"
#include "capture/kdump-manifest.h"
#include "capture/save.h"
#include "codec/sha256.h"
#include "posix/clock.h"
#include "posix/durable-file.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

#define DIRECTORY_MODE 0700
#define FILE_MODE      0600
#define LOG_NAME       DUMPS_LOG_NAME DUMPS_SEALED_SUFFIX
#define PIECE_SIZE     ((size_t) 16384)

/* What stays free for others: one tenth of the file system, but no more than this. */
#define FREE_SHARE     10
#define FREE_BYTES_MAX GIB

struct work {
        int fd;
        uint64_t deadline_ms;
        struct delivery delivery;
        struct buffer bytes; /* that came, from the head on */
        size_t head_size;
        struct seal_key public_key;
        struct reason *reason;
};

/* --- reading ------------------------------------------------------------------------------------- */

/* At most so many bytes more; 0 at the end. */
static ssize_t read_more(int fd, uint64_t deadline_ms, void *piece, size_t size) {
        struct pollfd waiting = { .fd = fd, .events = POLLIN };
        uint64_t left_ms;

        for (;;) {
                ssize_t got;

                left_ms = clock_left_ms(deadline_ms);
                if (left_ms == 0)
                        return ERR_TIMEOUT;
                if (poll(&waiting, 1, left_ms < INT_MAX ? (int) left_ms : INT_MAX) <= 0)
                        continue;
                got = read(fd, piece, size);
                if (got >= 0)
                        return got;
                if (errno != EINTR && errno != EAGAIN)
                        return errno_to_error(errno);
        }
}

/* What one read gives, and no more than this: how much, 0 at the end. */
static ssize_t fill_some(struct work *work, size_t most) {
        uint8_t piece[PIECE_SIZE];
        ssize_t got =
                read_more(work->fd, work->deadline_ms, piece, most < sizeof(piece) ? most : sizeof(piece));

        if (got > 0)
                buffer_append(&work->bytes, bytes_of(piece, (size_t) got));
        return buffer_error(&work->bytes) < 0 ? buffer_error(&work->bytes) : got;
}

/* Until there are so many bytes, or the end. */
static int fill(struct work *work, size_t size) {
        ssize_t got = 1;

        while (got > 0 && work->bytes.size < size)
                got = fill_some(work, size - work->bytes.size);
        return got < 0 ? (int) got : 0;
}

static int fail(struct work *work, int error) {
        return reason_set(work->reason, error, "%s", error_text(error));
}

/* What comes is parsed as it comes: the sender may be waiting for the answer, and has no more to say. */
static int read_head(struct work *work) {
        char error[SETTINGS_ERROR_SIZE] = "";
        int r = ERR_TRUNCATED;
        ssize_t got = 1;

        while (r == ERR_TRUNCATED && got > 0 && work->bytes.size < DELIVERY_HEAD_SIZE) {
                got = fill_some(work, DELIVERY_HEAD_SIZE - work->bytes.size);
                if (got < 0)
                        return fail(work, (int) got);
                r = delivery_parse(buffer_bytes(&work->bytes), &work->delivery, &work->head_size, error);
        }
        if (r == 0 || work->bytes.size == 0)
                return 0;
        return reason_set(work->reason, r, "%s", error[0] ? error : "no delivery: its head has no end");
}

static struct bytes log_of(const struct work *work) {
        return bytes_from(buffer_bytes(&work->bytes), work->head_size);
}

static int read_log(struct work *work) {
        struct text digits;
        char sha256[sizeof(work->delivery.sha256)], id[SEAL_ID_TEXT_SIZE], own_id[SEAL_ID_TEXT_SIZE];
        uint8_t digest[SHA256_SIZE];
        int r;

        r = fill(work, work->head_size + work->delivery.size);
        if (r < 0)
                return fail(work, r);
        if (log_of(work).size < work->delivery.size)
                return reason_set(work->reason, ERR_TRUNCATED, "size: %u bytes were to come, and %zu came",
                                  work->delivery.size, log_of(work).size);
        work->bytes.size = work->head_size + work->delivery.size; /* a short log's head brought more */
        sha256_digest(log_of(work), digest);
        digits = text_on(sha256, sizeof(sha256));
        text_put_hex(&digits, bytes_of(digest, sizeof(digest)));
        if (strcmp(sha256, work->delivery.sha256) != 0)
                return reason_set(work->reason, ERR_CHECKSUM, "sha256: the log has another");
        r = seal_read_id(log_of(work), id);
        if (r < 0)
                return reason_set(work->reason, r, "the log is not sealed: %s", error_text(r));
        if (seal_key_parse(work->delivery.public_key, &work->public_key) < 0)
                return reason_set(work->reason, ERR_VALUE, "public_key: is no key");
        seal_key_id(&work->public_key, own_id);
        return strcmp(id, own_id) == 0
                       ? 0
                       : reason_set(work->reason, ERR_KEY, "the log is sealed to another key than it says");
}

/* --- storing ------------------------------------------------------------------------------------- */

static int check_room(struct work *work, int directory_fd) {
        struct statvfs space;
        uint64_t free_bytes, floor_bytes;

        if (fstatvfs(directory_fd, &space) < 0)
                return fail(work, errno_to_error(errno));
        free_bytes = (uint64_t) space.f_bavail * space.f_frsize;
        floor_bytes = (uint64_t) space.f_blocks * space.f_frsize / FREE_SHARE;
        if (floor_bytes > FREE_BYTES_MAX)
                floor_bytes = FREE_BYTES_MAX;
        return free_bytes >= floor_bytes + work->delivery.size
                       ? 0
                       : reason_set(work->reason, ERR_NO_SPACE,
                                    "less than %llu KiB of the disk would be left free",
                                    (unsigned long long) (floor_bytes / KIB));
}

static int put_manifest(const struct work *work, int dump_fd, const char *from, const char *event) {
        struct steps steps = { .fd = -1 };
        struct meminfo meminfo = { .total = 0 };
        const struct save_job job = {
                .plan = &capture_plan_default,
                .public_key = &work->public_key,
                .steps = &steps,
                .meminfo = &meminfo,
        };
        struct save_result result = {
                .crash_seconds = work->delivery.crash_seconds,
                .log = { .saved = true, .size = work->delivery.size },
        };
        _cleanup_buffer_ struct buffer manifest;
        char origin[160];
        int r;

        snprintf(result.name, sizeof(result.name), "%s", event);
        snprintf(result.release, sizeof(result.release), "%s", work->delivery.kernel);
        snprintf(result.log_sha256, sizeof(result.log_sha256), "%s", work->delivery.sha256);
        snprintf(origin, sizeof(origin), "pstore-fw " VERSION " (received from %s)", from);
        buffer_init(&manifest, &system_allocator);
        kdump_manifest_put(&job, &result, origin, &manifest);
        r = buffer_error(&manifest);
        return r < 0 ? r
                     : durable_file_create(dump_fd, DUMPS_MANIFEST_NAME, buffer_bytes(&manifest), FILE_MODE);
}

/* What is called stored was read again. */
static int compare(const struct work *work, int dump_fd) {
        _cleanup_buffer_ struct buffer content;
        struct bytes log = log_of(work);
        int r;

        buffer_init(&content, &system_allocator);
        r = file_read_beneath(dump_fd, LOG_NAME, DELIVERY_LOG_MAX, &content);
        if (r < 0)
                return r;
        return content.size == log.size && memcmp(content.data, log.data, log.size) == 0 ? 0 : ERR_CHECKSUM;
}

static int store_at(struct work *work, int host_fd, const char *from, char ret_event[DUMPS_NAME_SIZE]) {
        char event[DUMPS_NAME_SIZE];
        _cleanup_close_ int fd = dumps_make(host_fd, work->delivery.crash_seconds, event);
        int r;

        if (fd < 0)
                return fail(work, fd);
        r = durable_file_create(fd, LOG_NAME, log_of(work), FILE_MODE);
        if (r == 0)
                r = compare(work, fd);
        if (r == 0)
                r = put_manifest(work, fd, from, event);
        if (r == 0)
                r = durable_flush_above(fd);
        if (r < 0) {
                (void) dumps_remove(host_fd, event);
                return fail(work, r);
        }
        memcpy(ret_event, event, sizeof(event));
        return 0;
}

static int store(struct work *work, const char *directory, const char *from,
                 char ret_event[DUMPS_NAME_SIZE]) {
        _cleanup_close_ int fd = durable_directory_make(AT_FDCWD, directory, DIRECTORY_MODE);
        int r;

        if (fd == 0)
                fd = capture_open_directory(directory, work->delivery.host, false);
        if (fd < 0)
                return reason_set(work->reason, fd, "%s/%s: %s", directory, work->delivery.host,
                                  error_text(fd));
        r = check_room(work, fd);
        return r < 0 ? r : store_at(work, fd, from, ret_event);
}

int kdump_receive(int fd, const char *directory, const char *from, uint64_t deadline_ms,
                  struct received *ret_received, struct reason *ret_reason) {
        struct work work = { .fd = fd, .deadline_ms = deadline_ms, .reason = ret_reason };
        struct received received = { .host = "" };
        int r;

        buffer_init(&work.bytes, &system_allocator);
        r = read_head(&work);
        if (r == 0 && work.head_size > 0) {
                r = read_log(&work);
                if (r == 0)
                        r = store(&work, directory, from, received.event);
                strcpy(received.host, work.delivery.host);
        }
        buffer_free(&work.bytes);
        if (r == 0)
                *ret_received = received;
        return r;
}

void kdump_receive_rest(int fd, uint64_t deadline_ms) {
        uint8_t piece[PIECE_SIZE];
        size_t rest = DELIVERY_LOG_MAX;
        ssize_t got;

        while (rest > 0 && (got = read_more(fd, deadline_ms, piece, sizeof(piece))) > 0)
                rest -= (size_t) got < rest ? (size_t) got : rest;
}

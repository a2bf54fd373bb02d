/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/save.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "capture/child.h"
#include "capture/collector.h"
#include "capture/kdump-manifest.h"
#include "capture/log-message.h"
#include "capture/sealing.h"
#include "codec/sha256.h"
#include "posix/clock.h"
#include "posix/durable-file.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "pstore/vmcoreinfo.h"

#define FILE_MODE 0600
#define PART_SIZE (SAVE_NAME_SIZE + 16)

/* The log takes a tenth of a second. Every tool of it gets at most this share of the time that is left. */
#define LOG_TIME_SHARE 4

/* Of the image's time: for the manifest, and for a tool that has to be killed. */
#define END_MS       10000

#define MAKEDUMPFILE "makedumpfile"

/*
 * A switch may forward nothing for half a minute after the link has come (spanning tree). Of the time that is
 * left, the image and the console need the most.
 */
#define COLLECTOR_MS 60000

/*
 * So much longer than a tool has what seals its output: the rest of it, on a disk that may be slow. A kernel
 * that has just started may have to gather random numbers first.
 */
#define SEALING_MS 5000

void save_file_name(const struct save_job *job, const char *name, char ret_name[SAVE_NAME_SIZE]) {
        snprintf(ret_name, SAVE_NAME_SIZE, "%s%s", name, job->public_key ? DUMPS_SEALED_SUFFIX : "");
}

static bool holds_nothing(const struct save_job *job, const struct stat *stat) {
        return stat->st_size <= (job->public_key ? SEAL_EMPTY_SIZE : 0);
}

static int read_vmcore(void *context, uint64_t offset, void *buffer, size_t size) {
        const int *fd = context;

        for (size_t done = 0; done < size;) {
                ssize_t got = pread(*fd, (char *) buffer + done, size - done, (off_t) (offset + done));

                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return errno_to_error(errno);
                if (got == 0)
                        return ERR_TRUNCATED;
                done += (size_t) got;
        }
        return 0;
}

/* Whose crash it is. What the vmcore does not tell is no reason to save nothing. */
static int identify(const struct save_job *job, struct save_result *result) {
        _cleanup_close_ int fd = open(job->vmcore, O_RDONLY | O_CLOEXEC);
        const struct vmcore_input input = { .context = &fd, .read = read_vmcore };
        struct vmcoreinfo info = { .release = "" };
        int r;

        if (fd < 0 && errno == ENOENT)
                return ERR_NO_STORE;
        r = fd < 0 ? errno_to_error(errno) : vmcoreinfo_read(&input, &info);
        if (r < 0)
                steps_failed(job->steps, "vmcoreinfo", "%s: %s", job->vmcore, error_text(r));
        snprintf(result->release, sizeof(result->release), "%s", info.release);
        result->crash_seconds = info.has_crash_time ? info.crash_seconds : (uint64_t) time(NULL);
        return 0;
}

static int run_tool(const struct save_job *job, const struct tool *tool, const char *const *arguments,
                    int directory_fd, int output_fd, uint64_t deadline_ms, struct text *why) {
        const char *command[TOOL_ARGUMENTS_MAX];
        const struct child_job child = {
                .arguments = command,
                .directory_fd = directory_fd,
                .output_fd = output_fd,
                .deadline_ms = deadline_ms,
                .meminfo = job->meminfo,
        };
        struct child_result result;
        int r;

        tool_command(tool, arguments, command);
        r = child_run(&child, &result);
        if (r == ERR_FAILED || r == ERR_TIMEOUT)
                child_describe(&result, why);
        else if (r < 0)
                text_put(why, error_text(r));
        return r;
}

/* The same with what it writes to standard output, into a new file: as it is, or sealed. */
static int run_tool_into(const struct save_job *job, const struct tool *tool, const char *const *arguments,
                         int directory_fd, const char *part, uint64_t deadline_ms, struct text *why) {
        _cleanup_close_ int fd =
                openat(directory_fd, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
        struct sealing sealing;
        int r, r2;

        r = fd < 0 ? errno_to_error(errno) : 0;
        if (r == 0 && !job->public_key)
                return run_tool(job, tool, arguments, directory_fd, fd, deadline_ms, why);
        if (r == 0)
                r = sealing_start(job->public_key, fd, &sealing);
        if (r < 0) {
                text_put(why, error_text(r));
                return r;
        }
        r = run_tool(job, tool, arguments, directory_fd, sealing.fd, deadline_ms, why);
        r2 = sealing_end(&sealing, deadline_ms + SEALING_MS);
        /* A tool of which nobody takes what it writes fails as well, and cannot tell why. */
        if (r2 < 0)
                text_format(why, "%ssealing it: %s", why->length > 0 ? ", " : "", error_text(r2));
        return r2 < 0 ? r2 : r;
}

/* What a tool has made gets its name. 0, or in words why not. */
static int finish_output(const struct save_job *job, int directory_fd, const char *part, const char *of,
                         uint64_t *ret_size, struct text *why) {
        char name[SAVE_NAME_SIZE];
        struct stat stat;
        int r;

        save_file_name(job, of, name);
        if (fstatat(directory_fd, part, &stat, AT_SYMLINK_NOFOLLOW) < 0)
                r = errno_to_error(errno);
        else
                r = holds_nothing(job, &stat) ? ERR_STORE_EMPTY
                                              : durable_file_finish(directory_fd, part, name);
        if (r == 0)
                *ret_size = (uint64_t) stat.st_size;
        else
                text_put(why, r == ERR_STORE_EMPTY ? "it wrote nothing" : error_text(r));
        return r;
}

/* makedumpfile writes to a file that it makes, or with -F to standard output; the others there. */
static int run_log_tool(const struct save_job *job, const struct tool *tool, int directory_fd,
                        const char *part, struct text *why) {
        bool writes_file = strcmp(tool_name(tool), MAKEDUMPFILE) == 0;
        const char *const to_file[] = { "--dump-dmesg", job->vmcore, part, NULL };
        const char *const to_pipe[] = { "--dump-dmesg", job->vmcore, "-F", NULL };
        const char *const to_output[] = { job->vmcore, NULL };
        uint64_t deadline_ms = clock_ms() + clock_left_ms(job->deadline_ms) / LOG_TIME_SHARE;

        if (writes_file && !job->public_key)
                return run_tool(job, tool, to_file, directory_fd, -1, deadline_ms, why);
        return run_tool_into(job, tool, writes_file ? to_pipe : to_output, directory_fd, part, deadline_ms,
                             why);
}

/* Each tool its own file: what one got out before it failed may be all that there will be. */
static void part_name(const struct save_job *job, size_t attempt, char ret_part[PART_SIZE]) {
        char name[SAVE_NAME_SIZE];

        save_file_name(job, DUMPS_LOG_NAME, name);
        if (attempt == 0)
                snprintf(ret_part, PART_SIZE, "%s%s", name, DUMPS_PART_SUFFIX);
        else
                snprintf(ret_part, PART_SIZE, "%s.%u%s", name, (unsigned) attempt + 1, DUMPS_PART_SUFFIX);
}

static void remove_parts(const struct save_job *job, int directory_fd) {
        char part[PART_SIZE];

        for (size_t i = 0; i < SAVE_LOG_TOOLS_MAX; i++) {
                part_name(job, i, part);
                (void) unlinkat(directory_fd, part, 0);
        }
}

static int try_log_tool(const struct save_job *job, size_t attempt, int directory_fd,
                        struct save_file *file) {
        const struct tool *tool = &job->log_tools[attempt];
        char part[PART_SIZE];
        struct text why = TEXT_ON(file->error);
        struct stat stat;
        int r;

        part_name(job, attempt, part);
        r = run_log_tool(job, tool, directory_fd, part, &why);
        if (r == 0)
                r = finish_output(job, directory_fd, part, DUMPS_LOG_NAME, &file->size, &why);
        if (r < 0) {
                steps_failed(job->steps, "log", "%s: %s", tool_name(tool), file->error);
                /* An empty part would make dumps_prune() take the dump for one that has something saved. */
                if (fstatat(directory_fd, part, &stat, AT_SYMLINK_NOFOLLOW) == 0 && holds_nothing(job, &stat))
                        (void) unlinkat(directory_fd, part, 0);
        }
        return r;
}

static int save_log(const struct save_job *job, int directory_fd, struct save_file *file) {
        int r = ERR_NOT_FOUND;

        for (size_t i = 0; i < SAVE_LOG_TOOLS_MAX; i++) {
                if (!job->log_tools[i].program[0])
                        continue;
                r = try_log_tool(job, i, directory_fd, file);
                if (r == 0) {
                        remove_parts(job, directory_fd);
                        file->saved = true;
                        file->error[0] = '\0';
                        return 0;
                }
        }
        if (r == ERR_NOT_FOUND && !file->error[0]) {
                snprintf(file->error, sizeof(file->error), "there is no tool that reads it");
                steps_failed(job->steps, "log", "%s", file->error);
        }
        return r;
}

/* Whether the log has room and its tools a second chance: what is beyond `keep` has gone. */
static bool has_made_room(const struct save_job *job, const char *current) {
        if (dumps_prune(job->directory_fd, job->plan->keep, current, job->steps) == 0)
                return false;
        steps_say(job->steps, "older dumps have made room");
        return true;
}

/* A disk may be so full that not even a directory can be made on it. */
static int make_dump(const struct save_job *job, struct save_result *result) {
        int fd = dumps_make(job->directory_fd, result->crash_seconds, result->name);

        if (fd == ERR_NO_SPACE && has_made_room(job, NULL))
                fd = dumps_make(job->directory_fd, result->crash_seconds, result->name);
        return fd;
}

/*
 * Tools do not tell a full disk from other reasons. But one that hung would hang again, in the time that the
 * image needs.
 */
static int save_log_with_room(const struct save_job *job, int directory_fd, struct save_result *result) {
        int r = save_log(job, directory_fd, &result->log);

        if (r == 0 || r == ERR_TIMEOUT || !has_made_room(job, result->name))
                return r;
        remove_parts(job, directory_fd); /* they take the room, and the names */
        return save_log(job, directory_fd, &result->log);
}

/* Of all that can be read of it, or none: what a read left out would make another text's. */
static void digest_log(const struct save_job *job, int directory_fd, struct save_result *result) {
        struct text text = TEXT_ON(result->log_sha256);
        uint8_t piece[4096], digest[SHA256_SIZE];
        char name[SAVE_NAME_SIZE];
        struct sha256 sha256;
        ssize_t got = -1;
        _cleanup_close_ int fd = -1;

        save_file_name(job, DUMPS_LOG_NAME, name);
        fd = openat(directory_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        sha256_init(&sha256);
        while (fd >= 0 && (got = read(fd, piece, sizeof(piece))) > 0)
                sha256_update(&sha256, bytes_of(piece, (size_t) got));
        if (got < 0) {
                steps_failed(job->steps, "digest", "%s: %s", name, error_text(errno_to_error(errno)));
                return;
        }
        sha256_finish(&sha256, digest);
        text_put_hex(&text, bytes_of(digest, sizeof(digest)));
}

/* What is said with a log that is there, and digested. */
static int deliver(const struct save_job *job, int directory_fd, const struct save_result *result) {
        struct delivery delivery = {
                .crash_seconds = result->crash_seconds > UINT_MAX ? 0 : (unsigned) result->crash_seconds,
                .size = (unsigned) result->log.size,
        };
        char name[SAVE_NAME_SIZE];
        _cleanup_close_ int fd = -1;

        if (!job->public_key || !result->log_sha256[0] || result->log.size > DELIVERY_LOG_MAX) {
                steps_failed(job->steps, "collector", "the log is %s",
                             job->public_key ? "too large, or cannot be read again" : "not sealed");
                return ERR_FAILED;
        }
        save_file_name(job, DUMPS_LOG_NAME, name);
        fd = openat(directory_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        snprintf(delivery.host, sizeof(delivery.host), "%s", job->plan->host);
        snprintf(delivery.kernel, sizeof(delivery.kernel), "%s", result->release);
        snprintf(delivery.sha256, sizeof(delivery.sha256), "%s", result->log_sha256);
        seal_key_print(job->public_key, delivery.public_key);
        return collector_send(job->plan, &delivery, fd, clock_within_half(job->deadline_ms, COLLECTOR_MS),
                              job->steps);
}

/* f_bfree, not f_bavail: as root we may use the blocks that a file system reserves for root, too. */
static uint64_t free_mib(int directory_fd) {
        struct statvfs space;

        return fstatvfs(directory_fd, &space) < 0 ? 0 : (uint64_t) space.f_bfree * space.f_frsize >> 20;
}

static int run_image_tool(const struct save_job *job, const struct tool *tool, int directory_fd,
                          const char *part, struct text *why) {
        uint64_t left_ms = clock_left_ms(job->deadline_ms);
        char level[16];
        const char *const arguments[] = {
                "--message-level",
                "4", /* errors alone: each line would be a record of the kernel's log */
                "-d",
                level,
                capture_plan_compression_option(job->plan->compression),
                job->vmcore,
                job->public_key ? "-F" : part, /* "flattened" is a form that needs no seeking */
                NULL,
        };
        const uint64_t deadline_ms = job->deadline_ms - END_MS;

        snprintf(level, sizeof(level), "%u", job->plan->dump_level);
        if (left_ms <= END_MS) {
                text_put(why, "no time is left for it");
                return ERR_TIMEOUT;
        }
        if (job->public_key)
                return run_tool_into(job, tool, arguments, directory_fd, part, deadline_ms, why);
        return run_tool(job, tool, arguments, directory_fd, -1, deadline_ms, why);
}

/* Now only, as it takes memory that the log may have needed. Whoever looked on the disk has told. */
static bool find_image_tool(const struct save_job *job, struct tool *ret_tool) {
        int r;

        *ret_tool = job->image_tool;
        if (!job->image_tools)
                return job->image_tool.program[0];
        r = tools_unpack(job->image_tools, job->tools);
        if (r < 0)
                steps_failed(job->steps, "image", "%s: %s", job->image_tools, error_text(r));
        return r == 0 && tool_find(job->tools, job->plan->image_tool, ret_tool);
}

static int save_image(const struct save_job *job, int directory_fd, struct save_file *file) {
        struct text why = TEXT_ON(file->error);
        uint64_t room_mib = free_mib(directory_fd);
        char name[SAVE_NAME_SIZE], part[PART_SIZE];
        struct tool tool;
        int r;

        save_file_name(job, DUMPS_IMAGE_NAME, name);
        snprintf(part, sizeof(part), "%s%s", name, DUMPS_PART_SUFFIX);
        if (!find_image_tool(job, &tool)) {
                text_put(&why, "there is no tool that makes it");
                return ERR_NOT_FOUND;
        }
        r = run_image_tool(job, &tool, directory_fd, part, &why);
        if (r == 0)
                r = finish_output(job, directory_fd, part, DUMPS_IMAGE_NAME, &file->size, &why);
        if (r < 0) {
                /* makedumpfile does not tell it where errors go. */
                if (free_mib(directory_fd) == 0)
                        text_put(&why, ", and the disk is full");
                /* A part of an image cannot be read, and takes the room of the next log. */
                (void) unlinkat(directory_fd, part, 0);
                steps_failed(job->steps, "image", "%s: %s; %llu MiB were free", tool_name(&tool), file->error,
                             (unsigned long long) room_mib);
                return r;
        }
        file->saved = true;
        return 0;
}

static void describe_saver(struct text *text) {
        struct utsname kernel;

        text_put(text, "pstore-fw " VERSION);
        if (uname(&kernel) == 0)
                text_format(text, " (crash kernel %s)", kernel.release);
}

static void save_rest(const struct save_job *job, int directory_fd, struct save_result *result) {
        _cleanup_buffer_ struct buffer manifest;
        char saver[160];
        struct text text = TEXT_ON(saver);
        int r;

        buffer_init(&manifest, &system_allocator);

        /* Before the image, which needs the room; but what has saved nothing yet takes nothing away. */
        if (result->log.saved)
                (void) dumps_prune(job->directory_fd, job->plan->keep, result->name, job->steps);
        if (job->image_wanted && save_image(job, directory_fd, &result->image) == 0) {
                steps_done(job->steps, "image");
                steps_say(job->steps, "image saved in %s/%s", job->directory, result->name);
        }
        if (!result->log.saved)
                (void) dumps_prune(job->directory_fd, job->plan->keep, result->name, job->steps);
        describe_saver(&text);
        kdump_manifest_put(job, result, saver, &manifest);
        r = buffer_error(&manifest);
        if (r == 0)
                r = durable_file_write(directory_fd, DUMPS_MANIFEST_NAME, buffer_bytes(&manifest), FILE_MODE);
        if (r < 0)
                steps_failed(job->steps, "manifest", "%s", error_text(r));
}

int save_dump(const struct save_job *job, struct save_result *ret_result) {
        struct save_result result = { .name = "" };
        _cleanup_close_ int fd = -1;
        int r;

        r = identify(job, &result);
        if (r < 0)
                return r;
        fd = make_dump(job, &result);
        if (fd < 0)
                return fd;
        r = save_log_with_room(job, fd, &result);
        if (r == 0) {
                /* If the disk hangs from here on, nobody has to put the log on the console. */
                if (job->log_is_safe)
                        atomic_store(job->log_is_safe, true);
                steps_done(job->steps, "log");
                steps_say(job->steps, "log saved in %s/%s", job->directory, result.name);
                digest_log(job, fd, &result);
                (void) dumps_message(job->directory_fd, result.name, result.message);
                if (job->plan->collector[0])
                        (void) deliver(job, fd, &result);
        }
        save_rest(job, fd, &result);
        *ret_result = result;
        return r;
}

int save_log_to(const struct save_job *job, int fd) {
        struct save_file file = { .error = "" };
        _cleanup_close_ int log = -1;
        char part[PART_SIZE], piece[4096];
        ssize_t got;
        int r, r2;

        if (access(job->vmcore, F_OK) < 0)
                return ERR_NO_STORE;
        r = save_log(job, job->directory_fd, &file);
        /* The log, or what a tool got out of it before it failed. */
        log = openat(job->directory_fd, DUMPS_LOG_NAME, O_RDONLY | O_CLOEXEC);
        for (size_t i = 0; i < SAVE_LOG_TOOLS_MAX && log < 0; i++) {
                part_name(job, i, part);
                log = openat(job->directory_fd, part, O_RDONLY | O_CLOEXEC);
        }
        r2 = log < 0 ? ERR_NOT_FOUND : 0;
        while (r2 == 0 && (got = read(log, piece, sizeof(piece))) > 0)
                r2 = file_write_all(fd, bytes_of(piece, (size_t) got));
        (void) unlinkat(job->directory_fd, DUMPS_LOG_NAME, 0);
        remove_parts(job, job->directory_fd);
        return r < 0 ? r : r2;
}

int save_log_to_collector(const struct save_job *job) {
        struct save_result result = { .name = "" };
        char name[SAVE_NAME_SIZE];
        int r;

        r = identify(job, &result);
        if (r == 0)
                r = save_log(job, job->directory_fd, &result.log);
        if (r == 0) {
                digest_log(job, job->directory_fd, &result);
                r = deliver(job, job->directory_fd, &result);
        }
        save_file_name(job, DUMPS_LOG_NAME, name);
        (void) unlinkat(job->directory_fd, name, 0);
        remove_parts(job, job->directory_fd);
        return r;
}

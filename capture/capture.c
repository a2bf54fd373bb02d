/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "capture/save.h"
#include "capture/tools.h"
#include "posix/clock.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define DIRECTORY_MODE 0700 /* a kernel's log and memory are root's alone */

static int enter(int at, const char *name, int flags) {
        int fd;

        if (mkdirat(at, name, DIRECTORY_MODE) == 0)
                (void) fsync(at); /* or what is saved below is nowhere after a reset */
        else if (errno != EEXIST)
                return errno_to_error(errno);
        fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
        return fd < 0 ? errno_to_error(errno) : fd;
}

uint64_t capture_disk_deadline(const struct capture *capture) {
        return clock_within_half(capture->deadline_ms, (uint64_t) capture->plan.disk_seconds * 1000);
}

int capture_open_directory(const char *mount_point, const char *directory, bool follow_links) {
        char path[PATH_MAX];
        char *rest = NULL;
        int fd = open(mount_point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                return errno_to_error(errno);
        snprintf(path, sizeof(path), "%s", directory);
        for (char *name = strtok_r(path, "/", &rest); name && fd >= 0; name = strtok_r(NULL, "/", &rest)) {
                int below = enter(fd, name, follow_links ? 0 : O_NOFOLLOW);

                (void) close(fd);
                fd = below;
        }
        return fd;
}

/* Not before: while modules are loaded, memory is dearer than at any other time. */
static void prepare_tools(struct capture *capture) {
        int r = tools_unpack(capture->tools, capture->tools);

        if (r < 0)
                steps_failed(&capture->steps, "tools", "%s: %s", capture->tools, error_text(r));
        else
                steps_done(&capture->steps, "tools");
}

static struct save_job make_job(struct capture *capture, int directory_fd) {
        struct save_job job = {
                .plan = &capture->plan,
                .directory_fd = directory_fd,
                .directory = capture->plan.directory,
                .vmcore = capture->vmcore,
                .tools = capture->tools,
                .deadline_ms = capture->deadline_ms,
                .meminfo = &capture->meminfo,
                .steps = &capture->steps,
                .log_is_safe = capture->log_is_safe,
        };

        prepare_tools(capture);
        (void) tool_find(capture->tools, capture->plan.log_tool, &job.log_tools[0]);
        return job;
}

/* The disk's own tools: for the image, and for the log when the one brought along does not work. */
static void find_disk_tools(struct capture *capture, const char *mount_point, struct save_job *job) {
        const struct capture_plan *plan = &capture->plan;
        char path[TOOL_PATH_SIZE];

        snprintf(path, sizeof(path), "%s%s/" CAPTURE_DISK_TOOLS_NAME, mount_point, plan->directory);
        if (tool_find(path, plan->image_tool, &job->image_tool))
                job->log_tools[1] = job->image_tool;
        else
                steps_failed(&capture->steps, "image", "%s is not in %s", plan->image_tool, path);
}

int capture_to_disk(struct capture *capture, const char *mount_point) {
        _cleanup_close_ int fd = capture_open_directory(mount_point, capture->plan.directory, false);
        struct save_result result;
        struct seal_key public_key;
        struct save_job job;
        int r;

        if (fd < 0) {
                steps_failed(&capture->steps, "directory", "%s: %s", capture->plan.directory, error_text(fd));
                return fd;
        }
        job = make_job(capture, fd);
        /* A plan that was taken has a key or none. */
        if (seal_key_parse(capture->plan.public_key, &public_key) == 0)
                job.public_key = &public_key;
        job.image_wanted = capture->plan.image_tool[0];
        if (capture_plan_is_share(&capture->plan))
                job.image_tools = capture->image_tools;
        else if (job.image_wanted)
                find_disk_tools(capture, mount_point, &job);
        r = save_dump(&job, &result);
        if (r == ERR_NO_STORE)
                steps_failed(&capture->steps, "vmcore", "there is no %s", capture->vmcore);
        else if (r < 0)
                steps_failed(&capture->steps, "dump", "%s: no log is saved: %s", capture->plan.directory,
                             error_text(r));
        return r;
}

static int capture_to_collector(struct capture *capture) {
        _cleanup_close_ int fd = open(capture->temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct seal_key public_key;
        struct save_job job;
        int r;

        r = fd < 0 ? errno_to_error(errno) : seal_key_parse(capture->plan.public_key, &public_key);
        if (r < 0) {
                steps_failed(&capture->steps, "collector", "%s", error_text(r));
                return r;
        }
        job = make_job(capture, fd);
        job.public_key = &public_key;
        return save_log_to_collector(&job);
}

int capture_to_console(struct capture *capture) {
        _cleanup_close_ int console = open(capture->console, O_WRONLY | O_NOCTTY | O_CLOEXEC);
        _cleanup_close_ int fd =
                console < 0 ? -1 : open(capture->temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct save_job job;
        int r;

        if (fd < 0) {
                steps_failed(&capture->steps, "console", "%s", strerror(errno));
                return ERR_IO;
        }
        job = make_job(capture, fd);
        steps_say(&capture->steps, "log goes to the console");
        r = save_log_to(&job, console);
        if (r == 0)
                steps_say(&capture->steps, "log ends");
        else
                steps_failed(&capture->steps, "console", "%s", error_text(r));
        return r;
}

/* The next best. What the collector has stored need not be read by whoever stands at the console. */
static void capture_elsewhere(struct capture *capture) {
        if (!capture->plan.collector[0] || capture_to_collector(capture) < 0)
                (void) capture_to_console(capture);
}

/* The rest is worth waiting for, but nothing depends on it. */
static void await_rest(struct capture *capture, struct worker *worker) {
        if (worker_wait(worker, capture->deadline_ms) == WORKER_GOES_ON)
                steps_failed(&capture->steps, "disk", "not done in time");
}

int capture_save(struct capture *capture, worker_function *to_disk, void *context) {
        uint64_t patience_ms = clock_left_ms(capture->deadline_ms) / 4 * 3;
        enum worker_state state;
        struct worker worker;
        int r;

        r = worker_start(to_disk, context, &worker);
        if (r < 0) {
                atomic_bool log_is_safe = false;

                /* Without a process to spare we do it ourselves: if the disk hangs, the guard restarts. */
                steps_failed(&capture->steps, "process", "%s", error_text(r));
                r = to_disk(context, &log_is_safe);
                if (r < 0)
                        capture_elsewhere(capture);
                return r;
        }
        state = worker_wait_for_mark(&worker, clock_ms() + patience_ms);
        if (state == WORKER_AT_MARK)
                await_rest(capture, &worker);
        if (state == WORKER_AT_MARK || (state == WORKER_ENDED && worker.result == 0))
                return 0;
        if (state == WORKER_GOES_ON)
                steps_failed(&capture->steps, "disk", "no answer after %llu s",
                             (unsigned long long) patience_ms / 1000);
        capture_elsewhere(capture);
        if (state == WORKER_GOES_ON)
                await_rest(capture, &worker);
        return state == WORKER_GOES_ON ? ERR_TIMEOUT : worker.result;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/timestamp.h"
#include "capture/capture.h"
#include "capture/save.h"
#include "kdump/collector.h"
#include "kdump/unseal.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/output/output.h"
#include "linux-tool/verb/kdump-options.h"
#include "linux-tool/verb/verbs.h"
#include "linux/program.h"
#include "linux/system-file.h"
#include "posix/clock.h"
#include "posix/memory.h"

/*
 * What the crash kernel's own /init does, on a system that booted in a crash kernel by other means: it has
 * mounted its disks already, and restarts itself.
 */

static void find_tool(const char *name, struct tool *tool) {
        char path[PATH_MAX];
        struct text program = TEXT_ON(tool->program);

        if (!program_find(name, path)) {
                message_error("%s: there is no such program", name);
                return;
        }
        text_put(&program, path);
        if (program.truncated) {
                message_failure(name, ERR_TOO_LARGE);
                tool->program[0] = '\0';
        }
}

/* False when there is no key to the setting, and nothing may be saved for all to read. */
static bool find_key(const struct kdump_settings *settings, const char *root, struct seal_key *key,
                     struct save_job *job) {
        struct reason reason;

        if (!settings->public_key[0])
                return true;
        if (kdump_public_key_find(root, settings->public_key, key, &reason) < 0) {
                message_error("%s", reason.text);
                return false;
        }
        job->public_key = key;
        return true;
}

/* By the network that the system has. One that cannot be named keeps no dump from the disk. */
static void find_collector(const struct kdump_settings *settings, const char *root,
                           struct capture_plan *plan) {
        struct kdump_collector collector;
        struct reason reason;

        if (!settings->collector[0])
                return;
        if (kdump_collector_name(root, settings->collector, &collector, &reason) < 0) {
                message_error("%s", reason.text);
                return;
        }
        strcpy(plan->collector, collector.address);
        strcpy(plan->host, collector.host);
}

static int capture_settings(const struct kdump_settings *settings, const char *root, const char *vmcore,
                            const char *meminfo_path, struct save_result *ret_result) {
        const char *mount_point = settings->directory[0] == '/' ? root : ".";
        _cleanup_close_ int fd =
                capture_open_directory(mount_point[0] ? mount_point : "/", settings->directory, true);
        struct capture_plan plan = settings->plan;
        struct seal_key public_key;
        struct steps steps;
        struct meminfo meminfo;
        struct save_job job = {
                .plan = &plan,
                .directory_fd = fd,
                .directory = settings->directory,
                .vmcore = vmcore,
                .deadline_ms = clock_ms() + (uint64_t) settings->plan.bound_seconds * 1000,
                .meminfo = &meminfo,
                .steps = &steps,
                .image_wanted = settings->image,
        };

        if (fd < 0) {
                message_failure(settings->directory, fd);
                return fd;
        }
        if (!find_key(settings, root, &public_key, &job))
                return ERR_KEY;
        find_collector(settings, root, &plan);
        steps_init(&steps, STDERR_FILENO, false);
        meminfo_start(&meminfo, meminfo_path);
        /* makedumpfile can get the log out of an image, too: where the log's own tool is missing or fails. */
        find_tool(settings->log_tool, &job.log_tools[0]);
        if (settings->image || !job.log_tools[0].program[0])
                find_tool(settings->image_tool, &job.log_tools[1]);
        if (settings->image)
                job.image_tool = job.log_tools[1];
        return save_dump(&job, ret_result);
}

static struct json_object *json_from_file(const char *name, const char *sealed_name, bool is_sealed,
                                          const struct save_file *file) {
        struct json_object *object;

        if (!file->saved)
                return NULL;
        object = json_object_new_object();
        json_add_string(object, "file", is_sealed ? sealed_name : name);
        json_add_number(object, "size", file->size);
        return object;
}

static const char *text_or_null(const char *text) {
        return text[0] ? text : NULL;
}

static int print_json(const struct kdump_settings *settings, const struct save_result *result,
                      struct output *output) {
        struct json_object *report = json_report_new("kdump-capture");
        bool is_sealed = settings->public_key[0];
        char time[TIMESTAMP_TEXT_SIZE];

        timestamp_format_rfc3339(result->crash_seconds, time);
        json_add_string(report, "directory", settings->directory);
        json_add_string(report, "event", result->name);
        json_add_string(report, "time", time);
        json_add_string(report, "kernel", text_or_null(result->release));
        json_add_string(report, "message", text_or_null(result->message));
        json_add(report, "log",
                 json_from_file(DUMPS_LOG_NAME, DUMPS_LOG_NAME DUMPS_SEALED_SUFFIX, is_sealed, &result->log));
        json_add_string(report, "log_error", text_or_null(result->log.error));
        json_add(report, "image",
                 json_from_file(DUMPS_IMAGE_NAME, DUMPS_IMAGE_NAME DUMPS_SEALED_SUFFIX, is_sealed,
                                &result->image));
        json_add_string(report, "image_error", text_or_null(result->image.error));
        return json_report_print(report, output);
}

static int capture_run(const struct options *options, void *context) {
        struct output *output = context;
        const char *root = options_have(options, &option_root) ? options_text(options, &option_root) : "";
        struct save_result result = { .name = "" };
        struct kdump_settings settings;
        char vmcore[PATH_MAX], meminfo[PATH_MAX];
        int r, printed;

        if (kdump_settings_load(options, &settings) < 0)
                return EXIT_FAILED;
        if (!system_file_path(root, "/proc/vmcore", vmcore) ||
            !system_file_path(root, "/proc/meminfo", meminfo)) {
                message_failure(root, ERR_TOO_LARGE);
                return EXIT_FAILED;
        }
        if (access(vmcore, F_OK) < 0) {
                message_error("%s: there is none: this is not a crash kernel", vmcore);
                return EXIT_NOTHING;
        }
        r = capture_settings(&settings, root, vmcore, meminfo, &result);
        if (!result.name[0]) { /* not even its directory could be made */
                if (r < 0)
                        message_failure(settings.directory, r);
                return EXIT_FAILED;
        }
        if (options_have(options, &option_json))
                printed = print_json(&settings, &result, output);
        else
                printed = sink_format(&output->sink, "%s\n", result.name);
        return printed < 0 || r < 0 || result.image.error[0] ? EXIT_FAILED : EXIT_DONE;
}

static const struct option *const options_taken[] = { &option_config, &option_output, &option_root, NULL };

const struct verb verb_kdump_capture = {
        .name = "kdump capture",
        .operands = "",
        .summary = "in a crash kernel: save log and memory of what crashed",
        .description = "For a system that booted as the crash kernel by other means than our own\n"
                       "initramfs: saves what /proc/vmcore holds into a new directory, the log first,\n"
                       "then the image, and keeps the newest dumps. It does not restart the machine.\n"
                       "Exit status 3 when this is no crash kernel.\n",
        .options = options_taken,
        .run = capture_run,
};

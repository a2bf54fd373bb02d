/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/preparation.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/units.h"
#include "kdump/command-line.h"
#include "kdump/distribution.h"
#include "kdump/earlier-dump.h"
#include "kdump/finders.h"
#include "kdump/initramfs.h"
#include "kdump/phase.h"
#include "kdump/unseal.h"
#include "linux/system-file.h"
#include "posix/file.h"
#include "posix/memory.h"

#define COMMAND_LINE       "/proc/cmdline"

#define COMMAND_LINE_LIMIT ((size_t) 64 * 1024)

static void free_initramfs(struct crash_initramfs *initramfs) {
        if (initramfs)
                buffer_free(&initramfs->archive);
        free(initramfs);
}

void kdump_preparation_free(struct kdump_preparation *preparation) {
        if (preparation->modules)
                kdump_modules_free(preparation->modules);
        free(preparation->kernel);
        free(preparation->place);
        free(preparation->stack);
        free(preparation->modules);
        free(preparation->tools);
        free(preparation->plan);
        free_initramfs(preparation->initramfs);
        findings_free(&preparation->findings);
}

/* --- what is made of it -------------------------------------------------------------------------- */

static void make_command_line(const char *root, const struct kdump_settings *settings,
                              char ret_line[KDUMP_COMMAND_LINE_MAX], struct findings *findings) {
        struct text text = text_on(ret_line, KDUMP_COMMAND_LINE_MAX);
        _cleanup_buffer_ struct buffer content;
        struct utsname system = { 0 };
        const char *running = "";
        char path[PATH_MAX];
        int r;

        buffer_init(&content, &system_allocator);
        r = system_file_path(root, COMMAND_LINE, path) ? 0 : ERR_TOO_LARGE;
        if (r == 0)
                r = file_read_at(AT_FDCWD, path, COMMAND_LINE_LIMIT, &content);
        buffer_append(&content, bytes_of("", 1));
        if (r == 0)
                r = buffer_error(&content);
        if (r < 0)
                findings_add(findings, VERDICT_WARNING, "", COMMAND_LINE ": %s: its consoles are not known",
                             error_text(r));
        else
                running = (const char *) content.data;
        /* The distribution's scripts find the root by what the running kernel was told; ours has its plan. */
        if (kdump_is_distribution(settings)) {
                kdump_distribution_put_parameters(running, &text);
                text_put_char(&text, ' ');
        } else
                command_line_put_kept(running, &text);
        (void) uname(&system);
        command_line_put_always(system.machine, settings->append, &text);
        if (text.truncated)
                findings_add(findings, VERDICT_CRITICAL, "",
                             "the crash kernel's command line is longer than %d bytes: shorten 'append'",
                             KDUMP_COMMAND_LINE_MAX - 1);
}

static bool copy_text(char *to, size_t size, const char *from) {
        return (size_t) snprintf(to, size, "%s", from) < size;
}

/* A switch may forward nothing for half a minute after the link has come (spanning tree). */
#define NETWORK_SECONDS 60

/* A key that cannot be read must not mean a log that anybody can. */
static int add_key(const char *root, const struct kdump_settings *settings, struct capture_plan *plan,
                   struct reason *ret_reason) {
        struct seal_key public_key;
        int r;

        if (!settings->public_key[0])
                return 0;
        r = kdump_public_key_find(root, settings->public_key, &public_key, ret_reason);
        if (r == 0)
                seal_key_print(&public_key, plan->public_key);
        return r;
}

/* False where a name is too long for a plan. */
static bool put_place(const struct kdump_settings *settings, const struct kdump_target *target,
                      const struct kdump_tools *tools, struct capture_plan *plan) {
        const char *directory = target->path, *uuid = target->uuid;
        const char *image_tool = tools->image.file_count > 0 ? tools->image.files[0].name : "";

        if (capture_plan_is_share(plan) && plan->disk_seconds < NETWORK_SECONDS)
                plan->disk_seconds = NETWORK_SECONDS;
        plan->devices = target->device_count > 0 ? (unsigned) target->device_count : 1;
        /* A root file system without a UUID, which a plan has to have: the scripts take it as it is mounted.
         */
        if (kdump_is_distribution(settings) && !uuid[0]) {
                directory = target->directory;
                uuid = "none";
        }
        return copy_text(plan->uuid, sizeof(plan->uuid), uuid) &&
               copy_text(plan->file_system, sizeof(plan->file_system), target->file_system) &&
               copy_text(plan->mount_options, sizeof(plan->mount_options), target->mount_options) &&
               copy_text(plan->directory, sizeof(plan->directory), directory) &&
               copy_text(plan->image_tool, sizeof(plan->image_tool), image_tool);
}

static struct capture_plan *make_plan(const char *root, const struct kdump_settings *settings,
                                      const struct kdump_preparation *preparation,
                                      struct findings *findings) {
        const struct kdump_watchdog *watchdog = kdump_watchdogs_active(&preparation->watchdogs);
        const struct kdump_collector *collector = &preparation->collector;
        const struct kdump_target *target = &preparation->place->target;
        const struct kdump_tools *tools = preparation->tools;
        struct capture_plan *plan = phase_result_new(sizeof(*plan), findings);
        struct reason reason;

        if (!plan)
                return NULL;
        *plan = settings->plan;
        if (add_key(root, settings, plan, &reason) < 0)
                return phase_failed(plan, reason.text, findings);
        if (!kdump_is_distribution(settings))
                plan->network = target->network;
        strcpy(plan->collector, collector->address);
        strcpy(plan->host, collector->address[0] ? collector->host : "");
        if ((preparation->place->is_left_out || put_place(settings, target, tools, plan)) &&
            copy_text(plan->log_tool, sizeof(plan->log_tool), tools->log.files[0].name) &&
            copy_text(plan->watchdog, sizeof(plan->watchdog), watchdog ? watchdog->driver : ""))
                return plan;
        reason_set(&reason, ERR_TOO_LARGE, "%s: too long a name for the crash kernel's plan",
                   target->directory);
        return phase_failed(plan, reason.text, findings);
}

/* What lies on a share may be others': nothing of it is run. */
static bool brings_image_tool(const struct kdump_preparation *preparation) {
        return preparation->plan && capture_plan_is_share(preparation->plan) &&
               preparation->tools->image.file_count > 0;
}

static struct crash_initramfs *make_initramfs(const char *root, const struct kdump_settings *settings,
                                              const struct kdump_preparation *preparation,
                                              struct findings *findings) {
        struct crash_initramfs *initramfs = phase_result_new(sizeof(*initramfs), findings);
        char init[PATH_MAX];
        const struct initramfs_parts parts = {
                .init = init,
                .init_name = kdump_is_distribution(settings) ? KDUMP_DISTRIBUTION_PROGRAM : "init",
                .plan = preparation->plan,
                .stack = preparation->stack ? preparation->stack->text : NULL,
                .modules = preparation->modules,
                .log_tool = &preparation->tools->log,
                .image_tool = brings_image_tool(preparation) ? &preparation->tools->image : NULL,
        };
        struct reason reason;
        int r;

        if (!initramfs)
                return NULL;
        initramfs->lacks_distribution = kdump_is_distribution(settings);
        r = initramfs_find_init(root, init, &reason);
        if (r == 0)
                r = initramfs_build(&parts, &initramfs->archive, &initramfs->sizes, &reason);
        return r < 0 ? phase_failed(initramfs, reason.text, findings) : initramfs;
}

static uint64_t size_of_tool(const struct kdump_tool *tool) {
        uint64_t size = 0;

        for (size_t i = 0; i < tool->file_count; i++)
                size += tool->files[i].size;
        return size;
}

/* What there is not counts nothing: without an initramfs it is an estimate. */
static void compute_need(const char *root, struct kdump_preparation *preparation) {
        const struct crash_initramfs *initramfs = preparation->initramfs;
        struct memory_facts facts = {
                .kernel = preparation->kernel->init_size,
                .own = preparation->kernel->own_size,
                .tools_unpacked = preparation->tools ? size_of_tool(&preparation->tools->log) : 0,
                .ram = preparation->machine.ram_bytes,
        };
        char directory[PATH_MAX];

        if (brings_image_tool(preparation))
                facts.tools_unpacked += size_of_tool(&preparation->tools->image);
        if (initramfs) {
                facts.initramfs_packed = initramfs->archive.size;
                facts.initramfs_unpacked = initramfs->sizes.files;
                facts.modules = initramfs->sizes.modules.most;
        }
        if (preparation->place && system_file_path(root, preparation->place->target.directory, directory))
                facts.measured = earlier_dump_memory(directory, preparation->kernel->release);
        memory_need_compute(&facts, &preparation->need);
}

static void compare_memory(const struct boot_image *kernel, const struct memory_need *need, uint64_t reserved,
                           struct findings *findings) {
        char remedy[128];

        snprintf(remedy, sizeof(remedy), "pstore-fw kdump setup --reserve %lluM",
                 (unsigned long long) (need->advice / MIB));
        if (reserved > 0 && reserved < need->floor)
                findings_add(findings, VERDICT_CRITICAL, remedy,
                             "%llu MiB are reserved for the crash kernel, and %s does not even start in less "
                             "than %llu",
                             (unsigned long long) (reserved / MIB), kernel->release,
                             (unsigned long long) ((need->floor + MIB - 1) / MIB));
        else if (reserved > 0 && reserved < need->advice)
                findings_add(findings, VERDICT_WARNING, remedy,
                             "%llu MiB are reserved for the crash kernel; %s with this initramfs needs %llu",
                             (unsigned long long) (reserved / MIB), kernel->release,
                             (unsigned long long) (need->advice / MIB));
}

static void compute_memory(const char *root, struct kdump_preparation *preparation,
                           struct findings *findings) {
        compute_need(root, preparation);
        /* Of half an initramfs there is nothing to tell yet. */
        if (!preparation->initramfs || !preparation->initramfs->lacks_distribution)
                compare_memory(preparation->kernel, &preparation->need,
                               preparation->machine.running.kernel.crash_bytes, findings);
}

bool kdump_preparation_seal_id(const struct kdump_preparation *preparation, char ret_id[SEAL_ID_TEXT_SIZE]) {
        struct seal_key public_key;

        if (!preparation->plan || seal_key_parse(preparation->plan->public_key, &public_key) < 0)
                return false;
        seal_key_id(&public_key, ret_id);
        return true;
}

/* --- all of it ---------------------------------------------------------------------------------- */

void kdump_prepare(const char *root, const struct kdump_settings *settings,
                   struct kdump_preparation *ret_preparation) {
        struct kdump_preparation *preparation = ret_preparation;
        struct findings *findings = &preparation->findings;

        *preparation = (struct kdump_preparation){ 0 };
        findings_init(findings, &system_allocator);
        kdump_find(root, settings, preparation);
        make_command_line(root, settings, preparation->command_line, findings);
        if (preparation->place && preparation->tools)
                preparation->plan = make_plan(root, settings, preparation, findings);
        if (preparation->plan && (preparation->modules || kdump_is_distribution(settings)))
                preparation->initramfs = make_initramfs(root, settings, preparation, findings);
        if (preparation->kernel)
                compute_memory(root, preparation, findings);
}

/* mkinitramfs and dracut compress to a third, about; all of it lies in memory at once. */
#define DISTRIBUTION_RATIO 3

void kdump_preparation_complete(const char *root, struct kdump_preparation *preparation) {
        struct crash_initramfs *initramfs = preparation->initramfs;
        _cleanup_buffer_ struct buffer distribution;
        struct reason reason;
        int r;

        buffer_init(&distribution, &system_allocator);
        if (!initramfs || !initramfs->lacks_distribution ||
            findings_first(&preparation->findings, VERDICT_CRITICAL))
                return;
        r = kdump_distribution_build(root, preparation->kernel->release, &distribution, &reason);
        if (r == 0) {
                /* Behind ours, each from a multiple of 4 bytes on: the kernel unpacks one after the other. */
                buffer_append(&initramfs->archive, bytes_of("\0\0\0", (4 - initramfs->archive.size % 4) % 4));
                buffer_append(&initramfs->archive, buffer_bytes(&distribution));
                r = buffer_error(&initramfs->archive);
                if (r < 0)
                        (void) reason_set(&reason, r, "initramfs: %s", error_text(r));
        }
        if (r < 0) {
                phase_fault(&preparation->findings, reason.text);
                free_initramfs(initramfs);
                preparation->initramfs = NULL;
                return;
        }
        initramfs->lacks_distribution = false;
        initramfs->sizes.files += distribution.size * DISTRIBUTION_RATIO;
        compute_memory(root, preparation, &preparation->findings);
}

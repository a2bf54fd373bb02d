/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/preparation.h"

#include <fcntl.h>
#include <stdarg.h>
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
#include "kdump/initramfs.h"
#include "linux/system-file.h"
#include "posix/file.h"
#include "posix/memory.h"

#define LOADED             "/sys/kernel/kexec_crash_loaded"
#define MEMORY             "/proc/meminfo"
#define COMMAND_LINE       "/proc/cmdline"

#define COMMAND_LINE_LIMIT ((size_t) 64 * 1024)

const char *kdump_severity_name(enum kdump_severity severity) {
        static const char *const names[] = {
                [KDUMP_NOTE] = "note",
                [KDUMP_WARNING] = "warning",
                [KDUMP_FAULT] = "fault",
        };

        return names[severity];
}

const struct kdump_problem *kdump_preparation_fault(const struct kdump_preparation *preparation) {
        for (size_t i = 0; i < preparation->problem_count; i++)
                if (preparation->problems[i].severity == KDUMP_FAULT)
                        return &preparation->problems[i];
        return NULL;
}

static void add_problem(struct kdump_preparation *preparation, enum kdump_severity severity,
                        const char *remedy, const char *format, ...) __attribute__((format(printf, 4, 5)));

static void add_problem(struct kdump_preparation *preparation, enum kdump_severity severity,
                        const char *remedy, const char *format, ...) {
        struct kdump_problem *problem = &preparation->problems[preparation->problem_count];
        va_list arguments;

        if (preparation->problem_count == KDUMP_PROBLEMS_MAX)
                return;
        problem->severity = severity;
        va_start(arguments, format);
        (void) vsnprintf(problem->reason.text, sizeof(problem->reason.text), format, arguments);
        va_end(arguments);
        snprintf(problem->remedy, sizeof(problem->remedy), "%s", remedy);
        preparation->problem_count++;
}

static void add_fault(struct kdump_preparation *preparation, const char *remedy,
                      const struct reason *reason) {
        add_problem(preparation, KDUMP_FAULT, remedy, "%s", reason->text);
}

/* "MemTotal:       16384 kB" is the first line. */
static uint64_t read_ram(const char *root) {
        char line[128];
        unsigned long long kib;

        return system_file_line(root, MEMORY, line, sizeof(line)) &&
                               sscanf(line, "MemTotal: %llu kB", &kib) == 1
                       ? (uint64_t) kib * 1024
                       : 0;
}

static void look_at_machine(const struct kdump_settings *settings, struct kdump_preparation *preparation) {
        struct machine *machine = &preparation->machine;

        machine_look("", machine);
        machine->kernel.wish = settings->path;
        preparation->ram_bytes = read_ram("");
        check_decide_path(&machine->kernel, &preparation->decision);
        if (!system_file_exists("", LOADED))
                add_problem(preparation, KDUMP_FAULT, "",
                            "the running kernel cannot load another one (CONFIG_KEXEC_FILE)");
        else if (machine->kernel.crash_bytes == 0)
                add_problem(
                        preparation, KDUMP_FAULT, "pstore-fw kdump setup",
                        "no memory is reserved for a crash kernel: crashkernel= is missing on the command "
                        "line, or too large for this machine");
}

static void look_for_kernel(const struct kdump_settings *settings, struct kdump_preparation *preparation) {
        struct reason reason;
        struct utsname system;

        if (uname(&system) < 0)
                system.release[0] = '\0';
        preparation->has_kernel =
                boot_image_find("", settings->kernel, system.release, &preparation->kernel, &reason) == 0;
        if (!preparation->has_kernel)
                add_fault(preparation, "", &reason);
}

/*
 * Of one dump, with room to spare. Measured with level 31 and lzo: 26 to 45 MiB of 1 GiB, 108 of 16 GiB;
 * without compression four times as much. Levels that keep more may save all that is in use.
 */
static uint64_t estimate_dump(const struct kdump_settings *settings, uint64_t ram) {
        bool compressed = strcmp(settings->plan.compression, "none") != 0;

        if (!settings->image)
                return 8 * MIB;
        if (settings->plan.dump_level == 31)
                return (64 * MIB + ram / 64) * (compressed ? 1 : 4);
        return compressed ? ram / 2 : ram;
}

static bool is_distribution(const struct kdump_settings *settings) {
        return settings->initramfs == KDUMP_INITRAMFS_DISTRIBUTION;
}

static void look_for_target(const struct kdump_settings *settings, struct kdump_preparation *preparation) {
        struct reason reason;
        int r;

        preparation->dump_bytes = estimate_dump(settings, preparation->ram_bytes);
        r = kdump_target_find("", settings->directory, &preparation->target, &reason);
        preparation->has_target = r == 0;
        if (r == 0 && is_distribution(settings))
                r = kdump_target_check_mounted(&preparation->target, preparation->dump_bytes, &reason);
        else if (r == 0)
                r = kdump_target_check(&preparation->target, preparation->dump_bytes, &reason);
        if (r < 0)
                add_fault(preparation, "", &reason);
}

static void look_for_modules(const struct kdump_settings *settings, struct kdump_preparation *preparation) {
        const struct kdump_modules_request request = {
                .root = "",
                .release = preparation->kernel.release,
                .target = &preparation->target,
                .more = settings->modules,
        };
        struct reason reason;

        if (!preparation->has_kernel || !preparation->has_target || is_distribution(settings) ||
            preparation->target.above[0])
                return;
        preparation->has_modules = kdump_modules_find(&request, &preparation->modules, &reason) == 0;
        if (!preparation->has_modules)
                add_fault(preparation, "", &reason);
}

static void look_for_tools(const struct kdump_settings *settings, struct kdump_preparation *preparation) {
        struct reason reason;

        preparation->has_tools = kdump_tools_find(settings, &preparation->tools, &reason) == 0;
        if (!preparation->has_tools)
                add_fault(preparation, "", &reason);
        else if (settings->image && preparation->tools.image.file_count == 0)
                add_problem(preparation, KDUMP_WARNING, "",
                            "%s: not found: the log is saved, but no image of the memory (package "
                            "makedumpfile)",
                            settings->image_tool);
        else if (preparation->tools.log_is_makedumpfile)
                add_problem(preparation, KDUMP_NOTE, "",
                            "%s: cannot be used: makedumpfile reads the log, and takes more memory for it "
                            "(package kexec-tools)",
                            settings->log_tool);
}

static bool copy_text(char *to, size_t size, const char *from) {
        return (size_t) snprintf(to, size, "%s", from) < size;
}

static void make_plan(const struct kdump_settings *settings, struct kdump_preparation *preparation) {
        const struct kdump_target *target = &preparation->target;
        const struct kdump_tools *tools = &preparation->tools;
        struct capture_plan *plan = &preparation->plan;
        const char *directory = target->path, *uuid = target->uuid;

        *plan = settings->plan;
        /* A root file system without a UUID, which a plan has to have: the scripts take it as it is mounted.
         */
        if (is_distribution(settings) && !uuid[0]) {
                directory = target->directory;
                uuid = "none";
        }
        if (copy_text(plan->uuid, sizeof(plan->uuid), uuid) &&
            copy_text(plan->file_system, sizeof(plan->file_system), target->file_system) &&
            copy_text(plan->mount_options, sizeof(plan->mount_options), target->mount_options) &&
            copy_text(plan->directory, sizeof(plan->directory), directory) &&
            copy_text(plan->log_tool, sizeof(plan->log_tool), tools->log.files[0].name) &&
            copy_text(plan->image_tool, sizeof(plan->image_tool), tools->image.files[0].name))
                return;
        add_problem(preparation, KDUMP_FAULT, "", "%s: %s: too long a name for the crash kernel's plan",
                    target->directory, directory);
}

static void put_running(const struct kdump_settings *settings, const char *running, struct text *text) {
        if (!is_distribution(settings)) {
                command_line_put_kept(running, text);
                return;
        }
        kdump_distribution_put_parameters(running, text);
        text_put_char(text, ' ');
}

static void make_command_line(const struct kdump_settings *settings, struct kdump_preparation *preparation) {
        struct text text = TEXT_ON(preparation->command_line);
        _cleanup_buffer_ struct buffer running;
        int r;

        buffer_init(&running, &system_allocator);
        r = file_read_at(AT_FDCWD, COMMAND_LINE, COMMAND_LINE_LIMIT, &running);
        buffer_append(&running, bytes_of("", 1));
        if (r == 0)
                r = buffer_error(&running);
        if (r < 0)
                add_problem(preparation, KDUMP_WARNING, "", COMMAND_LINE ": %s: its consoles are not known",
                            error_text(r));
        put_running(settings, r < 0 ? "" : (const char *) running.data, &text);
        command_line_put_always(settings->append, &text);
        if (text.truncated)
                add_problem(preparation, KDUMP_FAULT, "",
                            "the crash kernel's command line is longer than %d bytes: shorten 'append'",
                            KDUMP_COMMAND_LINE_MAX - 1);
}

static void make_initramfs(const struct kdump_settings *settings, struct kdump_preparation *preparation) {
        bool distribution = is_distribution(settings);
        char init[PATH_MAX];
        const struct initramfs_parts parts = {
                .init = init,
                .init_name = distribution ? KDUMP_DISTRIBUTION_PROGRAM : "init",
                .plan = &preparation->plan,
                .modules = distribution ? NULL : &preparation->modules,
                .log_tool = &preparation->tools.log,
        };
        struct reason reason;
        int r;

        if (!preparation->plan.log_tool[0] || (!distribution && !preparation->has_modules))
                return;
        r = initramfs_find_init(init, &reason);
        if (r == 0)
                r = initramfs_build(&parts, &preparation->initramfs, &preparation->initramfs_unpacked,
                                    &reason);
        preparation->has_initramfs = r == 0;
        preparation->lacks_distribution = r == 0 && distribution;
        if (r < 0)
                add_fault(preparation, "", &reason);
}

static uint64_t size_of_tool(const struct kdump_tool *tool) {
        uint64_t size = 0;

        for (size_t i = 0; i < tool->file_count; i++)
                size += tool->files[i].size;
        return size;
}

static void tell_memory(struct kdump_preparation *preparation) {
        uint64_t reserved = preparation->machine.kernel.crash_bytes, advice = preparation->need.advice;
        char remedy[128];

        snprintf(remedy, sizeof(remedy), "pstore-fw kdump setup --reserve %lluM",
                 (unsigned long long) (advice / MIB));
        if (reserved > 0 && reserved < preparation->need.floor)
                add_problem(preparation, KDUMP_FAULT, remedy,
                            "%llu MiB are reserved for the crash kernel, and %s does not even start in less "
                            "than %llu",
                            (unsigned long long) (reserved / MIB), preparation->kernel.release,
                            (unsigned long long) ((preparation->need.floor + MIB - 1) / MIB));
        else if (reserved > 0 && reserved < advice)
                add_problem(preparation, KDUMP_WARNING, remedy,
                            "%llu MiB are reserved for the crash kernel; %s with this initramfs needs %llu",
                            (unsigned long long) (reserved / MIB), preparation->kernel.release,
                            (unsigned long long) (advice / MIB));
}

static void compute_memory(struct kdump_preparation *preparation) {
        const struct memory_facts facts = {
                .kernel = preparation->kernel.init_size,
                .initramfs_packed = preparation->initramfs.size,
                .initramfs_unpacked = preparation->initramfs_unpacked,
                .tools_unpacked = size_of_tool(&preparation->tools.log),
                .ram = preparation->ram_bytes,
                .measured = earlier_dump_memory(preparation->target.directory, preparation->kernel.release),
        };

        if (!preparation->has_kernel)
                return;
        memory_need_compute(&facts, &preparation->need);
}

int kdump_prepare(const struct kdump_settings *settings, struct kdump_preparation *ret_preparation) {
        struct kdump_preparation *preparation = ret_preparation;

        *preparation = (struct kdump_preparation){ 0 };
        buffer_init(&preparation->initramfs, &system_allocator);
        look_at_machine(settings, preparation);
        look_for_kernel(settings, preparation);
        look_for_target(settings, preparation);
        look_for_modules(settings, preparation);
        look_for_tools(settings, preparation);
        make_command_line(settings, preparation);
        if (preparation->has_target && preparation->has_tools)
                make_plan(settings, preparation);
        make_initramfs(settings, preparation);
        compute_memory(preparation);
        /* Of half an initramfs there is nothing to tell yet. */
        if (preparation->has_kernel && !preparation->lacks_distribution)
                tell_memory(preparation);
        return 0;
}

/* mkinitramfs and dracut compress to a third, about; all of it lies in memory at once. */
#define DISTRIBUTION_RATIO 3

void kdump_preparation_complete(struct kdump_preparation *preparation) {
        _cleanup_buffer_ struct buffer distribution;
        struct buffer *initramfs = &preparation->initramfs;
        struct reason reason;
        int r;

        buffer_init(&distribution, &system_allocator);
        if (!preparation->lacks_distribution || kdump_preparation_fault(preparation))
                return;
        r = kdump_distribution_build("", preparation->kernel.release, &distribution, &reason);
        if (r == 0) {
                buffer_append(initramfs, bytes_of("\0\0\0", (4 - initramfs->size % 4) % 4));
                buffer_append(initramfs, buffer_bytes(&distribution));
                r = buffer_error(initramfs);
                if (r < 0)
                        (void) reason_set(&reason, r, "initramfs: %s", error_text(r));
        }
        if (r < 0) {
                preparation->has_initramfs = false;
                add_fault(preparation, "", &reason);
                return;
        }
        preparation->lacks_distribution = false;
        preparation->initramfs_unpacked += distribution.size * DISTRIBUTION_RATIO;
        compute_memory(preparation);
        tell_memory(preparation);
}

void kdump_preparation_free(struct kdump_preparation *preparation) {
        kdump_modules_free(&preparation->modules);
        buffer_free(&preparation->initramfs);
}

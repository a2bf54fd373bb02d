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
#include "capture/meminfo.h"
#include "kdump/command-line.h"
#include "kdump/crash-kernel.h"
#include "kdump/distribution.h"
#include "kdump/earlier-dump.h"
#include "kdump/initramfs.h"
#include "kdump/unseal.h"
#include "linux/system-file.h"
#include "posix/file.h"
#include "posix/memory.h"
#include "store/check-kernel.h"

#define MEMORY             "/proc/meminfo"
#define RELEASE            "/proc/sys/kernel/osrelease"
#define COMMAND_LINE       "/proc/cmdline"

#define COMMAND_LINE_LIMIT ((size_t) 64 * 1024)

/* --- results ------------------------------------------------------------------------------------ */

static void add_fault(struct findings *findings, const char *text) {
        findings_add(findings, VERDICT_CRITICAL, "", "%s", text);
}

static void *new_result(size_t size, struct findings *findings) {
        void *result = calloc(1, size);

        if (!result)
                add_fault(findings, error_text(ERR_NO_MEMORY));
        return result;
}

/* NULL, for what a phase that failed returns. */
static void *no_result(void *result, const char *why, struct findings *findings) {
        add_fault(findings, why);
        free(result);
        return NULL;
}

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

/* --- phases ------------------------------------------------------------------------------------- */

static void look_at_memory(const char *root, struct kdump_machine *machine) {
        struct meminfo meminfo;
        char path[PATH_MAX];

        if (!system_file_path(root, MEMORY, path))
                return;
        meminfo_start(&meminfo, path);
        machine->ram_bytes = meminfo.total;
        machine->available_bytes = meminfo.lowest_available;
}

static void look_at_machine(const char *root, const struct kdump_settings *settings,
                            struct kdump_machine *machine, struct findings *findings) {
        struct check_kernel *kernel = &machine->running.kernel;
        struct reason reason;

        machine_look(root, &machine->running);
        kernel->wish = settings->path;
        look_at_memory(root, machine);
        check_decide_path(kernel, &machine->decision);
        if (kernel->is_xen_dom0)
                add_fault(findings,
                          "this is Xen's dom0: the crash kernel is the hypervisor's, and is loaded by "
                          "Xen's own means (crashkernel= on Xen's command line, kexec -p)");
        else if (!kernel->has_kexec)
                add_fault(findings, "the running kernel cannot load another one (CONFIG_KEXEC_FILE)");
        else if (crash_kernel_check(root, &reason) < 0)
                add_fault(findings, reason.text);
        else if (kernel->crash_bytes == 0)
                findings_add(
                        findings, VERDICT_CRITICAL, "pstore-fw kdump setup",
                        "no memory is reserved for a crash kernel: crashkernel= is missing on the command "
                        "line, or too large for this machine");
}

static struct boot_image *find_kernel(const char *root, const struct kdump_settings *settings,
                                      struct findings *findings) {
        struct boot_image *kernel = new_result(sizeof(*kernel), findings);
        char running[sizeof(kernel->release)] = "";
        struct reason reason;

        (void) system_file_line(root, RELEASE, running, sizeof(running));
        if (!kernel || boot_image_find(root, settings->kernel, running, kernel, &reason) == 0)
                return kernel;
        return no_result(kernel, reason.text, findings);
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

static void leave_out_collector(struct kdump_collector *collector, const char *why,
                                struct findings *findings) {
        collector->address[0] = '\0';
        findings_add(findings, VERDICT_WARNING, "", "%s: the log is not sent to it", why);
}

/*
 * When the machine boots, its network is not there yet, and a collector may be down: dumps go to the disk all
 * the same. But what goes over a network is sealed, or does not go.
 */
static void find_collector(const char *root, const struct kdump_settings *settings,
                           struct kdump_collector *collector, struct findings *findings) {
        struct reason reason;

        if (!settings->collector[0])
                return;
        if (!settings->public_key[0])
                add_fault(findings, "collector: it gets sealed logs only, and public_key is not set");
        else if (is_distribution(settings))
                leave_out_collector(collector, "collector: only an initramfs of our own sends to it",
                                    findings);
        else if (kdump_collector_find(root, settings->collector, collector, &reason) < 0)
                leave_out_collector(collector, reason.text, findings);
        else if (kdump_collector_try(collector, &reason) < 0)
                findings_add(findings, VERDICT_WARNING, "", "%s", reason.text);
}

/* With a collector the crash kernel is of use without a place for dumps. */
static void refuse_place(const struct kdump_collector *collector, struct kdump_place *place, const char *why,
                         struct findings *findings) {
        place->is_left_out = collector->address[0];
        if (place->is_left_out)
                findings_add(findings, VERDICT_WARNING, "", "%s; so the log goes to the collector alone",
                             why);
        else
                add_fault(findings, why);
}

static struct kdump_place *find_place(const char *root, const struct kdump_settings *settings,
                                      const struct kdump_preparation *preparation,
                                      struct findings *findings) {
        struct kdump_place *place = new_result(sizeof(*place), findings);
        struct reason reason;
        int r;

        if (!place)
                return NULL;
        place->dump_bytes = estimate_dump(settings, preparation->machine.ram_bytes);
        r = kdump_target_find(root, settings->directory, &place->target, &reason);
        if (r < 0)
                return no_result(place, reason.text, findings);
        if (is_distribution(settings))
                r = kdump_target_check_mounted(&place->target, place->dump_bytes, &reason);
        else
                r = kdump_target_check(&place->target, place->dump_bytes, &reason);
        if (r < 0)
                refuse_place(&preparation->collector, place, reason.text, findings);
        return place;
}

static void find_watchdogs(const char *root, const struct kdump_settings *settings,
                           struct kdump_watchdogs *watchdogs, struct findings *findings) {
        if (settings->watchdog == KDUMP_WATCHDOG_NO)
                return;
        kdump_watchdogs_look(root, watchdogs);
        kdump_watchdogs_judge(watchdogs, findings);
}

static struct stack_record *find_stack(const char *root, const struct kdump_collector *collector,
                                       struct kdump_place *place, struct findings *findings) {
        struct stack_record *stack = new_result(sizeof(*stack), findings);
        struct reason reason;
        int r;

        if (!stack)
                return NULL;
        r = kdump_target_record(root, &place->target, stack, &reason);
        if (r < 0)
                refuse_place(collector, place, reason.text, findings);
        else if (kdump_target_check_room(&place->target, stack, place->dump_bytes, &reason) < 0)
                refuse_place(collector, place, reason.text, findings);
        if (r == 0 && !place->is_left_out)
                return stack;
        free(stack);
        return NULL;
}

/* The share that dumps go to is reached by the same card, or the collector is not. */
static void join_collector(struct kdump_collector *collector, struct kdump_place *place,
                           struct findings *findings) {
        struct capture_network *network = &place->target.network;
        struct reason reason;

        if (place->is_left_out)
                *network = collector->network;
        else if (collector->address[0] && kdump_collector_join(collector, network, &reason) < 0)
                leave_out_collector(collector, reason.text, findings);
}

static struct kdump_modules *find_modules(const char *root, const struct kdump_settings *settings,
                                          struct kdump_preparation *preparation, struct findings *findings) {
        const struct kdump_modules_request request = {
                .root = root,
                .release = preparation->kernel->release,
                .target = preparation->place->is_left_out ? NULL : &preparation->place->target,
                .stack = preparation->stack,
                .more = settings->modules,
                .watchdogs = &preparation->watchdogs,
                .collector_card = preparation->collector.address[0] ? preparation->collector.card : NULL,
        };
        struct kdump_modules *modules = new_result(sizeof(*modules), findings);
        struct reason reason;

        if (!modules)
                return NULL;
        if (kdump_modules_find(&request, modules, &reason) < 0)
                return no_result(modules, reason.text, findings);
        if (modules->watchdog_lacks.text[0])
                findings_add(findings, VERDICT_WARNING, "",
                             "%s: the watchdog may reset the machine before a dump is there",
                             modules->watchdog_lacks.text);
        if (modules->collector_lacks.text[0] && preparation->place->is_left_out)
                add_fault(findings, modules->collector_lacks.text);
        else if (modules->collector_lacks.text[0])
                leave_out_collector(&preparation->collector, modules->collector_lacks.text, findings);
        return modules;
}

static struct kdump_tools *find_tools(const struct kdump_settings *settings, struct findings *findings) {
        struct kdump_tools *tools = new_result(sizeof(*tools), findings);
        struct reason reason;

        if (!tools)
                return NULL;
        if (kdump_tools_find(settings, tools, &reason) < 0)
                return no_result(tools, reason.text, findings);
        if (settings->image && tools->image.file_count == 0)
                findings_add(findings, VERDICT_WARNING, "",
                             "%s: not found: the log is saved, but no image of the memory (package "
                             "makedumpfile)",
                             settings->image_tool);
        else if (tools->log_is_makedumpfile)
                findings_add(findings, VERDICT_OK, "",
                             "%s: cannot be used: makedumpfile reads the log, and takes more memory for it "
                             "(package kexec-tools)",
                             settings->log_tool);
        return tools;
}

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
        if (is_distribution(settings)) {
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
        if (is_distribution(settings) && !uuid[0]) {
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
        struct capture_plan *plan = new_result(sizeof(*plan), findings);
        struct reason reason;

        if (!plan)
                return NULL;
        *plan = settings->plan;
        if (add_key(root, settings, plan, &reason) < 0)
                return no_result(plan, reason.text, findings);
        if (!is_distribution(settings))
                plan->network = target->network;
        strcpy(plan->collector, collector->address);
        strcpy(plan->host, collector->address[0] ? collector->host : "");
        if ((preparation->place->is_left_out || put_place(settings, target, tools, plan)) &&
            copy_text(plan->log_tool, sizeof(plan->log_tool), tools->log.files[0].name) &&
            copy_text(plan->watchdog, sizeof(plan->watchdog), watchdog ? watchdog->driver : ""))
                return plan;
        reason_set(&reason, ERR_TOO_LARGE, "%s: too long a name for the crash kernel's plan",
                   target->directory);
        return no_result(plan, reason.text, findings);
}

/* What lies on a share may be others': nothing of it is run. */
static bool brings_image_tool(const struct kdump_preparation *preparation) {
        return preparation->plan && capture_plan_is_share(preparation->plan) &&
               preparation->tools->image.file_count > 0;
}

static struct crash_initramfs *make_initramfs(const char *root, const struct kdump_settings *settings,
                                              const struct kdump_preparation *preparation,
                                              struct findings *findings) {
        struct crash_initramfs *initramfs = new_result(sizeof(*initramfs), findings);
        char init[PATH_MAX];
        const struct initramfs_parts parts = {
                .init = init,
                .init_name = is_distribution(settings) ? KDUMP_DISTRIBUTION_PROGRAM : "init",
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
        initramfs->lacks_distribution = is_distribution(settings);
        r = initramfs_find_init(root, init, &reason);
        if (r == 0)
                r = initramfs_build(&parts, &initramfs->archive, &initramfs->sizes, &reason);
        return r < 0 ? no_result(initramfs, reason.text, findings) : initramfs;
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

/* --- all of them -------------------------------------------------------------------------------- */

static bool can_be_reached(const struct kdump_place *place, const struct stack_record *stack) {
        return place->is_left_out || ((!place->target.above[0] || stack) && !place->target.refusal[0]);
}

void kdump_prepare(const char *root, const struct kdump_settings *settings,
                   struct kdump_preparation *ret_preparation) {
        struct kdump_preparation *preparation = ret_preparation;
        struct findings *findings = &preparation->findings;

        *preparation = (struct kdump_preparation){ 0 };
        findings_init(findings, &system_allocator);
        look_at_machine(root, settings, &preparation->machine, findings);
        preparation->kernel = find_kernel(root, settings, findings);
        if (preparation->kernel)
                kdump_unpacking_decide(root, settings, preparation->machine.available_bytes,
                                       preparation->kernel->init_size, &preparation->unpacking);
        find_collector(root, settings, &preparation->collector, findings);
        preparation->place = find_place(root, settings, preparation, findings);
        find_watchdogs(root, settings, &preparation->watchdogs, findings);
        if (preparation->place && !is_distribution(settings) && preparation->place->target.is_stacked &&
            !preparation->place->is_left_out)
                preparation->stack = find_stack(root, &preparation->collector, preparation->place, findings);
        if (preparation->place)
                join_collector(&preparation->collector, preparation->place, findings);
        if (preparation->kernel && preparation->place && !is_distribution(settings) &&
            can_be_reached(preparation->place, preparation->stack))
                preparation->modules = find_modules(root, settings, preparation, findings);
        preparation->tools = find_tools(settings, findings);
        make_command_line(root, settings, preparation->command_line, findings);
        if (preparation->place && preparation->tools)
                preparation->plan = make_plan(root, settings, preparation, findings);
        if (preparation->plan && (preparation->modules || is_distribution(settings)))
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
                add_fault(&preparation->findings, reason.text);
                free_initramfs(initramfs);
                preparation->initramfs = NULL;
                return;
        }
        initramfs->lacks_distribution = false;
        initramfs->sizes.files += distribution.size * DISTRIBUTION_RATIO;
        compute_memory(root, preparation, &preparation->findings);
}

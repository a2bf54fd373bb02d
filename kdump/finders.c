/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/finders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/units.h"
#include "capture/meminfo.h"
#include "kdump/crash-kernel.h"
#include "kdump/phase.h"
#include "linux/system-file.h"
#include "store/check-kernel.h"

#define MEMORY  "/proc/meminfo"
#define RELEASE "/proc/sys/kernel/osrelease"

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
                phase_fault(findings,
                            "this is Xen's dom0: the crash kernel is the hypervisor's, and is loaded by "
                            "Xen's own means (crashkernel= on Xen's command line, kexec -p)");
        else if (!kernel->has_kexec)
                phase_fault(findings, "the running kernel cannot load another one (CONFIG_KEXEC_FILE)");
        else if (crash_kernel_check(root, &reason) < 0)
                phase_fault(findings, reason.text);
        else if (kernel->crash_bytes == 0)
                findings_add(
                        findings, VERDICT_CRITICAL, "pstore-fw kdump setup",
                        "no memory is reserved for a crash kernel: crashkernel= is missing on the command "
                        "line, or too large for this machine");
}

static struct boot_image *find_kernel(const char *root, const struct kdump_settings *settings,
                                      struct findings *findings) {
        struct boot_image *kernel = phase_result_new(sizeof(*kernel), findings);
        char running[sizeof(kernel->release)] = "";
        struct reason reason;

        (void) system_file_line(root, RELEASE, running, sizeof(running));
        if (!kernel || boot_image_find(root, settings->kernel, running, kernel, &reason) == 0)
                return kernel;
        return phase_failed(kernel, reason.text, findings);
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
                phase_fault(findings, "collector: it gets sealed logs only, and public_key is not set");
        else if (kdump_is_distribution(settings))
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
                phase_fault(findings, why);
}

static struct kdump_place *find_place(const char *root, const struct kdump_settings *settings,
                                      const struct kdump_preparation *preparation,
                                      struct findings *findings) {
        struct kdump_place *place = phase_result_new(sizeof(*place), findings);
        struct reason reason;
        int r;

        if (!place)
                return NULL;
        place->dump_bytes = estimate_dump(settings, preparation->machine.ram_bytes);
        r = kdump_target_find(root, settings->directory, &place->target, &reason);
        if (r < 0)
                return phase_failed(place, reason.text, findings);
        if (kdump_is_distribution(settings))
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
        struct stack_record *stack = phase_result_new(sizeof(*stack), findings);
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
        struct kdump_modules *modules = phase_result_new(sizeof(*modules), findings);
        struct reason reason;

        if (!modules)
                return NULL;
        if (kdump_modules_find(&request, modules, &reason) < 0)
                return phase_failed(modules, reason.text, findings);
        if (modules->watchdog_lacks.text[0])
                findings_add(findings, VERDICT_WARNING, "",
                             "%s: the watchdog may reset the machine before a dump is there",
                             modules->watchdog_lacks.text);
        if (modules->collector_lacks.text[0] && preparation->place->is_left_out)
                phase_fault(findings, modules->collector_lacks.text);
        else if (modules->collector_lacks.text[0])
                leave_out_collector(&preparation->collector, modules->collector_lacks.text, findings);
        return modules;
}

static struct kdump_tools *find_tools(const struct kdump_settings *settings, struct findings *findings) {
        struct kdump_tools *tools = phase_result_new(sizeof(*tools), findings);
        struct reason reason;

        if (!tools)
                return NULL;
        if (kdump_tools_find(settings, tools, &reason) < 0)
                return phase_failed(tools, reason.text, findings);
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

static bool can_be_reached(const struct kdump_place *place, const struct stack_record *stack) {
        return place->is_left_out || ((!place->target.above[0] || stack) && !place->target.refusal[0]);
}

void kdump_find(const char *root, const struct kdump_settings *settings,
                struct kdump_preparation *preparation) {
        struct findings *findings = &preparation->findings;

        look_at_machine(root, settings, &preparation->machine, findings);
        preparation->kernel = find_kernel(root, settings, findings);
        if (preparation->kernel)
                kdump_unpacking_decide(root, settings, preparation->machine.available_bytes,
                                       preparation->kernel, &preparation->unpacking);
        find_collector(root, settings, &preparation->collector, findings);
        preparation->place = find_place(root, settings, preparation, findings);
        find_watchdogs(root, settings, &preparation->watchdogs, findings);
        if (preparation->place && !kdump_is_distribution(settings) && preparation->place->target.is_stacked &&
            !preparation->place->is_left_out)
                preparation->stack = find_stack(root, &preparation->collector, preparation->place, findings);
        if (preparation->place)
                join_collector(&preparation->collector, preparation->place, findings);
        if (preparation->kernel && preparation->place && !kdump_is_distribution(settings) &&
            can_be_reached(preparation->place, preparation->stack))
                preparation->modules = find_modules(root, settings, preparation, findings);
        preparation->tools = find_tools(settings, findings);
}

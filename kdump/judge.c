/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/judge.h"

#include <stdio.h>
#include <string.h>

#include "base/arith.h"
#include "base/text.h"
#include "base/units.h"
#include "posix/memory.h"

#define NOTIFIERS "/sys/module/kernel/parameters/crash_kexec_post_notifiers"

/* Less than this was left free in the crash kernel when it saved: the next time it may be too little. */
#define MEMORY_LEFT_MIN (4 * MIB)

struct judge {
        const struct kdump_facts *facts;
        const struct findings *of_load;
        const struct check_kernel *kernel;
        const struct crash_path_decision *decision;
        bool wanted; /* kdump is what is meant, or what is missing */
        bool fault;  /* something speaks against what is meant */
        struct findings *findings;
};

/* --- what is wrong ------------------------------------------------------------------------------ */

static void find_fault(struct judge *judge, const char *remedy, const char *text) {
        judge->fault = true;
        findings_add(judge->findings, VERDICT_CRITICAL, remedy, "%s", text);
}

/* What speaks against kdump counts only where kdump is meant. */
static void judge_preparation(struct judge *judge) {
        const struct finding *finding;

        for (size_t i = 0; judge->wanted && (finding = findings_at(judge->of_load, i)); i++) {
                judge->fault |= finding->verdict == VERDICT_CRITICAL;
                findings_add(judge->findings, finding->verdict, finding->remedy, "%s", finding->text);
        }
}

static void judge_loaded(struct judge *judge) {
        const struct kdump_facts *facts = judge->facts;
        bool loaded = judge->kernel->kdump_loaded;

        if (judge->wanted && !loaded && facts->load_disabled)
                find_fault(judge, "reboot",
                           "kexec_load_disabled is set: no crash kernel can be loaded until the next boot");
        else if (judge->wanted && !loaded && !judge->fault)
                find_fault(judge, "pstore-fw kdump load", "the crash kernel is not loaded");
        else if (loaded && facts->load_disabled)
                findings_add(judge->findings, VERDICT_OK, "",
                             "kexec_load_disabled is set: what is loaded stays until the next boot");
}

/* What is loaded counts as kdump only when somebody is known for it. */
static void judge_content(struct judge *judge) {
        if (!judge->kernel->kdump_loaded || judge->kernel->kdump_by)
                return;
        judge->fault = true;
        findings_add(
                judge->findings, VERDICT_WARNING,
                judge->wanted ? "pstore-fw kdump load" : "pstore-fw kdump unload",
                "a crash kernel is loaded, and nothing tells that it saves anything: 'kdump load' did not "
                "load it, and no service did");
}

/* The crash kernel finds out as well, and would write nothing to what may be another volume by now. */
static void judge_map(struct judge *judge) {
        const struct kdump_map *map = &judge->facts->map;
        char text[2 * STACK_LABEL_SIZE + 256];

        if (map->state != KDUMP_MAP_CHANGED)
                return;
        snprintf(text, sizeof(text),
                 "the crash kernel's map of %s is not current: %s changed since the load%s: a panic's log "
                 "goes "
                 "to the console only",
                 map->of, map->changed,
                 judge->facts->load_disabled ? ", and nothing can be loaded until the next boot" : "");
        find_fault(judge, judge->facts->load_disabled ? "reboot" : "pstore-fw kdump load", text);
}

/* A machine that hangs serves nobody, whatever it has saved. */
static void judge_hang(struct judge *judge) {
        const struct check_kernel *kernel = judge->kernel;

        if (kernel->panic_seconds_known && kernel->panic_seconds == 0 && !kernel->kdump_loaded)
                findings_add(
                        judge->findings, VERDICT_WARNING,
                        "echo kernel.panic=10 > /etc/sysctl.d/61-panic.conf; sysctl kernel.panic=10",
                        "after a panic the machine hangs until somebody comes to reset it (kernel.panic=0)");
}

/* It was asked for, and pstore takes nothing else meanwhile. */
static void judge_backend(struct judge *judge) {
        const struct check_kernel *kernel = judge->kernel;

        if (kernel->asked)
                findings_add(judge->findings, kernel->asked_unknown ? VERDICT_UNKNOWN : VERDICT_WARNING,
                             kernel->command ? kernel->command : "", "pstore's back end %s, %s: %s",
                             kernel->asked,
                             kernel->asked_unknown ? "which was asked for, may not be there"
                                                   : "which was asked for, is not there",
                             kernel->why);
        else if (check_hides_records(kernel, judge->facts->machine.has_efi))
                findings_add(judge->findings, VERDICT_WARNING, CHECK_MOUNT,
                             "pstore is not mounted: nothing shows what the kernel has saved");
}

static void judge_stray(struct judge *judge) {
        if (judge->decision->path != CRASH_PATH_PSTORE || !judge->kernel->kdump_loaded ||
            judge->kernel->notifiers_first)
                return;
        judge->fault = true;
        findings_add(judge->findings, VERDICT_WARNING, "pstore-fw kdump unload",
                     "a crash kernel is loaded: a panic starts it and never reaches pstore's %s",
                     judge->kernel->backend);
}

/* The trade: pstore gets its record, but notifiers and pstore run in the kernel that broke. */
static void judge_notifiers(struct judge *judge) {
        enum crash_path path = judge->decision->path;
        bool first = judge->kernel->notifiers_first;

        if (path == CRASH_PATH_BOTH && !first) {
                judge->fault = true;
                findings_add(judge->findings, VERDICT_WARNING, "echo Y > " NOTIFIERS,
                             "crash_kexec_post_notifiers is off: a panic never reaches pstore");
        } else if (path == CRASH_PATH_KDUMP && first) {
                findings_add(judge->findings, VERDICT_WARNING, "echo N > " NOTIFIERS,
                             "crash_kexec_post_notifiers is on: before the crash kernel starts, more of the "
                             "kernel that broke has to work");
        } else if (path == CRASH_PATH_BOTH) {
                findings_add(judge->findings, VERDICT_OK, "",
                             "crash_kexec_post_notifiers is on: pstore gets the panic too; what hangs in it "
                             "keeps the crash kernel from starting");
        }
}

static void judge_services(struct judge *judge) {
        const struct kdump_facts *facts = judge->facts;

        for (size_t i = 0; i < facts->owner_count; i++) {
                char remedy[96];
                struct text text = TEXT_ON(remedy);

                text_format(&text, "systemctl disable --now %s", facts->owners[i]);
                findings_add(judge->findings, VERDICT_WARNING, remedy,
                             "the service %s loads a crash kernel, too: the last one that loads counts",
                             facts->owners[i]);
        }
        if (judge->wanted && judge->kernel->crash_bytes > 0 && !facts->service_enabled)
                findings_add(judge->findings, VERDICT_WARNING, "systemctl enable pstore-fw-kdump",
                             "no service loads the crash kernel at the next boot");
}

static void judge_locks(struct judge *judge) {
        const struct kdump_facts *facts = judge->facts;
        bool locked = facts->lockdown[0] && strcmp(facts->lockdown, "none") != 0;

        if (judge->wanted && (locked || facts->secure_boot == SECURE_BOOT_ON))
                findings_add(judge->findings, VERDICT_OK, "",
                             "%s: only a kernel with a signature that this one trusts can be loaded",
                             locked ? "the kernel is locked down" : "Secure Boot is on");
}

/* What the newest dump measured, and whether it is whole. */
static void judge_last_dump(struct judge *judge) {
        const struct dump_report *report = &judge->facts->dumps[0];

        if (judge->facts->dump_count == 0)
                return;
        if (strcmp(dump_report_state(report), "broken off") == 0 ||
            strcmp(dump_report_state(report), "empty") == 0)
                findings_add(judge->findings, VERDICT_WARNING, "", "%s: the newest dump is %s",
                             report->dump.name, dump_report_state(report));
        if (report->memory_total > 0 && report->memory_lowest < MEMORY_LEFT_MIN)
                findings_add(judge->findings, VERDICT_WARNING, "pstore-fw kdump setup",
                             "%s: only %llu KiB of memory were left while it was saved", report->dump.name,
                             (unsigned long long) (report->memory_lowest / 1024));
}

static void judge_test(struct judge *judge) {
        if (judge->facts->test_pending)
                findings_add(judge->findings, VERDICT_OK, "pstore-fw prove verify",
                             "the machine was crashed by 'kdump test' or 'prove crash', and nobody has "
                             "looked what came of it");
}

static void judge_decision(struct judge *judge) {
        enum crash_path path = judge->decision->path;
        enum crash_path wish = judge->kernel->wish;
        bool refused = wish != CRASH_PATH_AUTO && path != wish;

        if (path == CRASH_PATH_NONE)
                find_fault(judge, judge->wanted ? "" : "pstore-fw kdump load --path auto",
                           judge->decision->why);
        else if (refused)
                find_fault(judge, "", judge->decision->why);
        else
                findings_add(judge->findings, VERDICT_OK, "", "%s", judge->decision->why);
}

/* Also where it is only what is missing. */
static bool kdump_is_meant(enum crash_path wish, enum crash_path path) {
        return wish == CRASH_PATH_AUTO ? path != CRASH_PATH_PSTORE : wish != CRASH_PATH_PSTORE;
}

void kdump_judge(const struct kdump_facts *facts, const struct findings *of_load,
                 struct kdump_judgement *ret_judgement) {
        struct kdump_judgement *judgement = ret_judgement;
        struct text panic = TEXT_ON(judgement->panic);
        struct judge judge = {
                .facts = facts,
                .of_load = of_load,
                .kernel = &facts->machine.kernel,
                .decision = &judgement->decision,
                .findings = &judgement->findings,
        };

        findings_init(&judgement->findings, &system_allocator);
        check_decide_path(judge.kernel, &judgement->decision);
        judge.wanted = kdump_is_meant(judge.kernel->wish, judgement->decision.path);
        check_describe_panic(judge.kernel, &panic);
        judge_preparation(&judge);
        judge_loaded(&judge);
        judge_decision(&judge);
        judge_backend(&judge);
        judge_content(&judge);
        judge_map(&judge);
        judge_hang(&judge);
        judge_stray(&judge);
        judge_notifiers(&judge);
        judge_services(&judge);
        judge_locks(&judge);
        judge_last_dump(&judge);
        judge_test(&judge);
        judgement->as_meant = !judge.fault;
        findings_sort(&judgement->findings);
}

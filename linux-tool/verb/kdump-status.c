/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/kdump-status.h"
#include "base/timestamp.h"
#include "base/units.h"
#include "linux-tool/output/json-kdump-status.h"
#include "linux-tool/output/json.h"
#include "linux-tool/verb/kdump-options.h"
#include "linux-tool/verb/verbs.h"

#define DUMPS_SHOWN 5

/* --- for people --------------------------------------------------------------------------------- */

static unsigned long long mib(uint64_t bytes) {
        return (bytes + MIB / 2) / MIB;
}

static const char *name_of_moment(const struct memory_need *need) {
        if (need->moment == need->starting)
                return "its start";
        return need->moment == need->loading ? "modules" : "programs";
}

#define BELOW "          "

static void print_memory(const struct kdump_status *status, const struct sink *sink) {
        const struct kdump_preparation *preparation = &status->preparation;
        const struct memory_need *need = &preparation->need;
        const struct dump_report *last = &status->facts.dumps[0];
        unsigned long long reserved = mib(preparation->machine.running.kernel.crash_bytes);

        if (!preparation->kernel)
                sink_prose(sink, "memory:   ", "%llu MiB reserved", reserved);
        else
                sink_prose(
                        sink, "memory:   ",
                        "%llu MiB reserved, %llu needed: kernel %llu, %s %llu, initramfs %llu, margin %llu; "
                        "with less than %llu nothing starts",
                        reserved, mib(need->advice), mib(need->kernel), name_of_moment(need),
                        mib(need->moment), mib(need->unpacked), mib(need->margin + need->ram),
                        mib(need->floor));
        if (preparation->kernel && !preparation->initramfs)
                sink_prose(sink, BELOW, "(an estimate: there is no initramfs yet to be measured)");
        else if (preparation->kernel && preparation->initramfs->lacks_distribution)
                sink_prose(sink, BELOW, "without the distribution's initramfs, which only a load builds");
        if (status->facts.dump_count > 0 && last->memory_total > 0)
                sink_prose(sink, BELOW, "the last dump left %llu of %llu MiB free", mib(last->memory_lowest),
                           mib(last->memory_total));
}

static void print_target(const struct kdump_status *status, const struct sink *sink) {
        const struct kdump_place *place = status->preparation.place;
        const struct kdump_target *target;
        char id[SEAL_ID_TEXT_SIZE];

        if (!place) {
                sink_prose(sink, "target:   ", "%s, which cannot be looked at", status->settings.directory);
                return;
        }
        target = &place->target;
        sink_prose(sink, "target:   ", "%s", target->directory);
        sink_prose(sink, BELOW, "on %s (%s), %llu MiB free, a dump takes about %llu", target->device,
                   target->file_system, mib(target->free_bytes), mib(place->dump_bytes));
        if (status->preparation.stack)
                sink_prose(sink, BELOW, "%s: the crash kernel builds it again, of %zu devices", target->above,
                           status->preparation.stack->stack.device_count);
        else if (target->above[0])
                sink_prose(sink, BELOW, "%s: the distribution's initramfs has to mount it", target->above);
        if (kdump_preparation_seal_id(&status->preparation, id))
                sink_prose(sink, BELOW, "sealed to the key %s", id);
}

static void print_collector(const struct kdump_collector *collector, const struct sink *sink) {
        if (collector->address[0])
                sink_prose(sink, "sent to:  ", "%s by %s, as %s", collector->address, collector->card,
                           collector->host);
}

static const char *on_or_off(bool on) {
        return on ? "on" : "off";
}

static void print_switches(const struct kdump_status *status, const struct sink *sink) {
        static const char *const secure_boots[] = {
                [SECURE_BOOT_UNKNOWN] = "not there",
                [SECURE_BOOT_OFF] = "off",
                [SECURE_BOOT_ON] = "on",
        };
        const struct boot_image *kernel = status->preparation.kernel;
        const struct kdump_facts *facts = &status->facts;

        sink_prose(sink, "kernel:   ", "%s%s", kernel ? kernel->path : "not found",
                   facts->machine.kernel.kdump_loaded ? "; a crash kernel is loaded" : "; none is loaded");
        if (status->preparation.unpacking.is_wanted)
                sink_prose(sink, BELOW, "unpacked before it is loaded");
        else if (status->preparation.unpacking.why_not.text[0])
                sink_prose(sink, BELOW, "unpacks itself after a panic: %s",
                           status->preparation.unpacking.why_not.text);
        sink_prose(sink, "switches: ", "crash_kexec_post_notifiers %s, kexec_load_disabled %s,",
                   on_or_off(facts->machine.kernel.notifiers_first), on_or_off(facts->load_disabled));
        sink_prose(sink, BELOW, "Secure Boot %s, lockdown %s, hand-over of LUKS keys %s",
                   secure_boots[facts->secure_boot], facts->lockdown[0] ? facts->lockdown : "not there",
                   facts->hands_keys_over ? "there" : "not there");
        sink_prose(sink, "at boot:  ", "%s",
                   facts->service_enabled ? "pstore-fw-kdump loads the crash kernel"
                                          : "pstore-fw-kdump is not enabled");
}

static void print_watchdogs(const struct kdump_watchdogs *watchdogs, const struct sink *sink) {
        const struct kdump_watchdog *active = kdump_watchdogs_active(watchdogs);

        if (active)
                sink_prose(sink, "watchdog: ", "%s (%s), %llu s; the crash kernel takes it over",
                           active->driver, active->name, (unsigned long long) active->timeout_seconds);
}

/* A message is at most as long as a line of the kernel's; it has no control characters. */
static void print_dumps(const struct kdump_facts *facts, const struct sink *sink) {
        sink_format(sink, "dumps:    %zu\n", facts->dump_count);
        for (size_t i = 0; i < facts->dump_count && i < DUMPS_SHOWN; i++) {
                const struct dump_report *report = &facts->dumps[i];

                sink_prose(sink, "  ", "%s  %s%s", report->dump.name, dump_report_state(report),
                           report->dump.is_sealed ? ", sealed" : "");
                if (report->message[0])
                        sink_prose(sink, "    ", "%s", report->message);
        }
        if (facts->dump_count > DUMPS_SHOWN)
                sink_format(sink, "  and %zu older\n", facts->dump_count - DUMPS_SHOWN);
}

static int print_text(const struct kdump_status *status, const struct sink *sink) {
        const struct kdump_judgement *judgement = &status->judgement;
        char time[TIMESTAMP_TEXT_SIZE];

        findings_print(&judgement->findings, sink);
        sink_prose(sink, "now:      ", "%s", judgement->panic);
        sink_prose(sink, "meant:    ", "%s", crash_path_name(judgement->decision.path));
        print_memory(status, sink);
        print_switches(status, sink);
        print_target(status, sink);
        print_collector(&status->preparation.collector, sink);
        print_watchdogs(&status->preparation.watchdogs, sink);
        print_dumps(&status->facts, sink);
        if (!status->facts.test_pending)
                return sink_put(sink, bytes_of("", 0)); /* an error of the lines above is told again */
        timestamp_format(status->facts.test.seconds, time);
        return sink_prose(sink, "test:     ", "of %s, its result is not looked at yet", time);
}

/* --- the verb ----------------------------------------------------------------------------------- */

static int status_run(const struct options *options, void *context) {
        struct output *output = context;
        _cleanup_kdump_status_ struct kdump_status *status = NULL;
        int r = kdump_status_make(options, &status);

        if (r == 0 && options_have(options, &option_json))
                r = json_report_print(json_from_kdump_status(status), output);
        else if (r == 0)
                r = print_text(status, &output->sink);
        return r < 0 || !status->judgement.as_meant ? EXIT_FAILED : EXIT_DONE;
}

static const struct option *const options_taken[] = { &option_config, NULL };

const struct verb verb_kdump_status = {
        .name = "kdump status",
        .operands = "",
        .summary = "will a panic leave a trace, the way that it is meant to?",
        .description = "What is wrong, with the command that mends it; what a panic would do now; how\n"
                       "much memory is reserved and needed, and for what; where a dump would go; what\n"
                       "stands in the way (Secure Boot, lockdown, other services); the dumps that are\n"
                       "there. The exit status is 0 when a panic leaves a trace as meant, else 1.\n",
        .options = options_taken,
        .run = status_run,
};

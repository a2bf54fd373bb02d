/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "kdump/crash-kernel.h"
#include "kdump/map.h"
#include "kdump/network.h"
#include "kdump/preparation.h"
#include "linux-tool/output/json-preparation.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/output/output.h"
#include "linux-tool/verb/kdump-options.h"
#include "linux-tool/verb/verbs.h"
#include "linux/crash-loader.h"
#include "linux/system-file.h"
#include "posix/errno.h"
#include "posix/file.h"
#include "posix/memory.h"

#define NOTIFIERS_FIRST "/sys/module/kernel/parameters/crash_kexec_post_notifiers"

/* Of --if-changed; after so many it is left to the next change. */
#define LOADS_MAX     3

#define KIB_OF(bytes) ((unsigned long long) ((bytes) + 1023) / 1024)
#define MIB_OF(bytes) ((unsigned long long) (bytes) >> 20)

static const struct option option_lock = { "lock", 0, NULL, "allow no other load until the next boot" };
static const struct option option_if_changed = {
        "if-changed",
        0,
        NULL,
        "only when LVM or arrays have changed since",
};
static const struct option option_initramfs = {
        .name = "initramfs",
        .argument = "FILE",
        .help = "write the initramfs there, and load nothing",
        .wanted = "is no file",
};

struct load {
        const struct options *options;
        struct kdump_settings settings;
        struct kdump_preparation preparation;
        const char *outcome; /* "loaded" … */
};

/* Notes and warnings; what stops is told by whoever stops. */
static void tell_findings(const struct findings *findings) {
        const struct finding *finding;

        for (size_t i = 0; (finding = findings_at(findings, i)); i++)
                if (finding->verdict != VERDICT_CRITICAL)
                        message_note("%s%s%s%s%s", finding->verdict == VERDICT_WARNING ? "warning: " : "",
                                     finding->text, finding->remedy[0] ? " (" : "", finding->remedy,
                                     finding->remedy[0] ? ")" : "");
}

static const struct finding *find_fault(const struct load *load) {
        return findings_first(&load->preparation.findings, VERDICT_CRITICAL);
}

static int tell_fault(const struct finding *fault) {
        message_error("%s%s%s%s", fault->text, fault->remedy[0] ? " (" : "", fault->remedy,
                      fault->remedy[0] ? ")" : "");
        return EXIT_FAILED;
}

static size_t count_modules(const struct kdump_preparation *preparation) {
        return preparation->modules ? preparation->modules->count : 0;
}

static void print_dumps(const struct kdump_place *place, const struct sink *sink) {
        const struct kdump_target *target = &place->target;
        bool is_share = kdump_target_is_share(target);

        if (place->is_left_out) {
                (void) sink_put(sink, text_view("dumps: none\n"));
                return;
        }
        (void) sink_put(sink, text_view("dumps: "));
        (void) sink_put(sink, text_view(target->directory));
        (void) sink_format(sink, " (%s on %s, %s %s), %llu MiB free\n", target->file_system, target->device,
                           is_share ? "by" : "UUID", is_share ? target->card : target->uuid,
                           MIB_OF(target->free_bytes));
}

/* Of an initramfs that is whole: so is all that it was made from. */
static int print_text(const struct load *load, struct output *output) {
        const struct kdump_preparation *preparation = &load->preparation;
        const struct boot_image *kernel = preparation->kernel;
        const struct capture_plan *plan = preparation->plan;
        const struct sink *sink = &output->sink;

        (void) sink_format(sink, "%s\n", load->outcome);
        (void) sink_put(sink, text_view("kernel: "));
        (void) sink_put(sink, text_view(kernel->path));
        (void) sink_format(sink, " (%s), which takes %llu MiB\n", kernel->release, MIB_OF(kernel->init_size));
        if (preparation->unpacking.is_wanted)
                (void) sink_put(sink, text_view("unpacked: before it is loaded\n"));
        else if (preparation->unpacking.why_not.text[0])
                (void) sink_format(sink, "unpacked: by itself, after a panic: %s\n",
                                   preparation->unpacking.why_not.text);
        (void) sink_format(sink, "initramfs: %llu KiB, %llu KiB unpacked\n",
                           KIB_OF(preparation->initramfs->archive.size),
                           KIB_OF(preparation->initramfs->sizes.files));
        (void) sink_put(sink, text_view("modules:"));
        for (size_t i = 0; i < count_modules(preparation); i++)
                (void) sink_format(sink, " %s", preparation->modules->list[i].name);
        (void) sink_format(sink, "\nlog: by %s\nimage: by %s\n", plan->log_tool,
                           plan->image_tool[0] ? plan->image_tool : "none");
        print_dumps(preparation->place, sink);
        if (plan->collector[0])
                (void) sink_format(sink, "collector: %s by %s, as %s\n", plan->collector,
                                   preparation->collector.card, plan->host);
        (void) sink_format(sink, "memory: %llu MiB reserved, %llu needed\n",
                           MIB_OF(preparation->machine.running.kernel.crash_bytes),
                           MIB_OF(preparation->need.advice));
        (void) sink_put(sink, text_view("command line: "));
        (void) sink_put(sink, text_view(preparation->command_line));
        return sink_put(sink, text_view("\n"));
}

static struct json_object *json_from_kernel(const struct kdump_preparation *preparation) {
        struct json_object *object = json_object_new_object();

        json_add_string(object, "path", preparation->kernel->path);
        json_add_string(object, "release", preparation->kernel->release);
        json_add_number(object, "init_size", preparation->kernel->init_size);
        json_add(object, "unpacking", json_from_unpacking(preparation));
        json_add_string(object, "command_line", preparation->command_line);
        return object;
}

static struct json_object *json_from_initramfs(const struct kdump_preparation *preparation) {
        struct json_object *object = json_object_new_object(), *modules = json_object_new_array();

        for (size_t i = 0; i < count_modules(preparation); i++)
                json_object_array_add(modules, json_object_new_string(preparation->modules->list[i].name));
        json_add_number(object, "packed_bytes", preparation->initramfs->archive.size);
        json_add_number(object, "unpacked_bytes", preparation->initramfs->sizes.files);
        json_add(object, "modules", modules);
        json_add_string(object, "log_tool", preparation->plan->log_tool);
        json_add_string(object, "image_tool",
                        preparation->plan->image_tool[0] ? preparation->plan->image_tool : NULL);
        return object;
}

/* The words of docs/schema/kdump-load.json, which are older than the verdicts. */
static struct json_object *json_from_problems(const struct findings *findings) {
        static const char *const severities[] = {
                [VERDICT_OK] = "note",
                [VERDICT_WARNING] = "warning",
                [VERDICT_CRITICAL] = "fault",
                [VERDICT_UNKNOWN] = "warning",
        };
        struct json_object *array = json_object_new_array();
        const struct finding *finding;

        for (size_t i = 0; (finding = findings_at(findings, i)); i++) {
                struct json_object *object = json_object_new_object();

                json_add_string(object, "severity", severities[finding->verdict]);
                json_add_string(object, "text", finding->text);
                json_add_string(object, "remedy", finding->remedy[0] ? finding->remedy : NULL);
                json_object_array_add(array, object);
        }
        return array;
}

static int print_json(const struct load *load, struct output *output) {
        const struct kdump_preparation *preparation = &load->preparation;
        struct json_object *report = json_report_new("kdump-load");

        json_add_string(report, "outcome", load->outcome);
        json_add_string(report, "path", crash_path_name(preparation->machine.decision.path));
        json_add_string(report, "why", preparation->machine.decision.why);
        json_add(report, "kernel", preparation->kernel ? json_from_kernel(preparation) : NULL);
        json_add(report, "target", json_from_crash_target(preparation->place));
        json_add(report, "collector", json_from_collector(&preparation->collector));
        json_add(report, "initramfs", preparation->initramfs ? json_from_initramfs(preparation) : NULL);
        json_add(report, "memory", json_from_crash_memory(preparation));
        json_add(report, "problems", json_from_problems(&preparation->findings));
        return json_report_print(report, output);
}

static int report(const struct load *load, struct output *output) {
        int r = options_have(load->options, &option_json) ? print_json(load, output)
                                                          : print_text(load, output);

        return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* Of what is not loaded the notes and errors tell; JSON has all of it. */
static int report_nothing(const struct load *load, struct output *output, int status) {
        if (options_have(load->options, &option_json) && print_json(load, output) < 0)
                return EXIT_FAILED;
        return status;
}

/* What keeps a crash kernel from being loaded is nothing to an initramfs that is only written. */
static int only_write(struct load *load, struct output *output) {
        const struct crash_initramfs *initramfs = load->preparation.initramfs;
        const char *path = options_text(load->options, &option_initramfs);
        const struct finding *fault = find_fault(load);
        _cleanup_close_ int fd = -1;
        int r;

        load->outcome = "written";
        if ((!initramfs || initramfs->lacks_distribution) && fault)
                return tell_fault(fault);
        if (!initramfs) {
                message_error("there is no initramfs of ours for this target");
                return EXIT_FAILED;
        }
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        r = fd < 0 ? errno_to_error(errno) : file_write_all(fd, buffer_bytes(&initramfs->archive));
        if (r < 0) {
                message_failure(path, r);
                return EXIT_FAILED;
        }
        return report(load, output);
}

static int only_tell(struct load *load, struct output *output) {
        const struct finding *fault = find_fault(load);

        load->outcome = "would load";
        if (fault)
                (void) tell_fault(fault);
        return fault ? report_nothing(load, output, EXIT_FAILED) : report(load, output);
}

/* pstore takes the panic, or nothing does: for a boot service the first is a success. */
static int leave_alone(struct load *load, struct output *output) {
        const struct kdump_machine *machine = &load->preparation.machine;

        load->outcome = "nothing loaded";
        if (machine->decision.path == CRASH_PATH_NONE) {
                message_error("%s", machine->decision.why);
                return report_nothing(load, output, EXIT_FAILED);
        }
        message_note("%s: nothing is loaded", machine->decision.why);
        if (machine->running.kernel.kdump_loaded)
                message_note("warning: a crash kernel was loaded before, and keeps a panic from pstore "
                             "(pstore-fw kdump unload)");
        return report_nothing(load, output, EXIT_DONE);
}

/* Whether pstore is written before the crash kernel starts. What is so already needs no permission. */
static int choose_order(enum crash_path path) {
        const char *wanted = path == CRASH_PATH_BOTH ? "Y" : "N";
        char line[8] = "";
        int r;

        if (system_file_line("", NOTIFIERS_FIRST, line, sizeof(line)) && line[0] == wanted[0])
                return 0;
        r = system_file_write("", NOTIFIERS_FIRST, wanted);
        if (r < 0)
                message_failure(NOTIFIERS_FIRST, r);
        return r;
}

static int arm(struct load *load) {
        struct kdump_preparation *preparation = &load->preparation;
        const struct crash_kernel crash_kernel = {
                .kernel = preparation->kernel->path,
                .initramfs = buffer_bytes(&preparation->initramfs->archive),
                .command_line = preparation->command_line,
                .unpack = preparation->unpacking.is_wanted,
        };
        struct reason reason, packed;
        const struct kdump_target *target = &preparation->place->target;
        int r = 0;

        /* It lies on the disk that the image goes to; the log's tool is in the initramfs. */
        if (capture_plan_is_share(preparation->plan))
                r = kdump_network_try(target->directory, &reason);
        else if (preparation->plan->image_tool[0])
                r = kdump_tools_install(&preparation->tools->image, target->directory, &reason);
        /* Whatever comes of it, what was loaded before may be gone. */
        crash_loader_forget("");
        kdump_map_note("", NULL);
        if (r == 0)
                r = crash_kernel_load("", &crash_kernel, &packed, &reason);
        if (r == 0 && packed.text[0]) {
                message_note("warning: not unpacked: %s", packed.text);
                preparation->unpacking = (struct kdump_unpacking){ .why_not = packed };
        }
        if (r == 0) {
                crash_loader_note("");
                kdump_map_note("", preparation->stack);
        }
        if (r == 0 && options_have(load->options, &option_lock))
                r = crash_kernel_lock("", &reason);
        if (r < 0)
                message_error("%s", reason.text);
        return r;
}

static bool map_has_changed(const struct load *load) {
        struct kdump_map map;

        kdump_map_look("", load->settings.directory, &map);
        return map.state == KDUMP_MAP_CHANGED;
}

static int leave_current(struct load *load, struct output *output) {
        load->outcome = "nothing loaded";
        message_note("no change of LVM or arrays since the load is known: nothing is loaded");
        return report_nothing(load, output, EXIT_DONE);
}

static void prepare_again(struct load *load) {
        kdump_preparation_free(&load->preparation);
        kdump_prepare("", &load->settings, &load->preparation);
        kdump_preparation_complete("", &load->preparation);
}

/* The order first: once a kernel is loaded, a panic goes by it. */
static int load_once(struct load *load) {
        const struct finding *fault = find_fault(load);

        if (fault)
                return tell_fault(fault);
        return choose_order(load->preparation.machine.decision.path) < 0 || arm(load) < 0 ? EXIT_FAILED
                                                                                          : EXIT_DONE;
}

/* With --if-changed, what has changed while it was loaded is loaded again: volumes change one by one. */
static int load_now(struct load *load, struct output *output) {
        bool again = options_have(load->options, &option_if_changed);
        int status = load_once(load);

        for (size_t i = 1; again && i < LOADS_MAX && status == EXIT_DONE && map_has_changed(load); i++) {
                prepare_again(load);
                status = load_once(load);
        }
        if (status != EXIT_DONE) {
                load->outcome = "nothing loaded";
                return report_nothing(load, output, status);
        }
        load->outcome = "loaded";
        return report(load, output);
}

static int run_prepared(struct load *load, struct output *output) {
        enum crash_path path = load->preparation.machine.decision.path;
        bool to_write = options_have(load->options, &option_initramfs);
        bool to_tell = options_have(load->options, &option_dry_run);

        /* What a load would lack is no news where none is wanted. */
        if (!to_write && !to_tell &&
            (path == CRASH_PATH_PSTORE || (path == CRASH_PATH_NONE && !find_fault(load))))
                return leave_alone(load, output);
        kdump_preparation_complete("", &load->preparation);
        tell_findings(&load->preparation.findings);
        if (to_write)
                return only_write(load, output);
        if (to_tell)
                return only_tell(load, output);
        return load_now(load, output);
}

static int load_run(const struct options *options, void *context) {
        struct output *output = context;
        struct load *load = calloc(1, sizeof(*load));
        int status = EXIT_FAILED;
        bool leave;

        if (!load) {
                message_failure("kdump load", ERR_NO_MEMORY);
                return EXIT_FAILED;
        }
        load->options = options;
        if (kdump_settings_load(options, &load->settings) == 0) {
                /* Before all that takes time: each change of any volume may ask. */
                leave = options_have(options, &option_if_changed) && !map_has_changed(load);
                if (!leave || options_have(options, &option_json))
                        kdump_prepare("", &load->settings, &load->preparation);
                status = leave ? leave_current(load, output) : run_prepared(load, output);
                kdump_preparation_free(&load->preparation);
        }
        free(load);
        return status;
}

static const struct option *const options_taken[] = { &option_config, &option_kernel,  &option_initramfs,
                                                      &option_path,   &option_lock,    &option_if_changed,
                                                      &option_output, &option_dry_run, NULL };

const struct verb verb_kdump_load = {
        .name = "kdump load",
        .operands = "",
        .summary = "make ready the kernel that saves log and memory after a panic",
        .description = "Builds a small initramfs for the file system that dumps go to, and hands it with\n"
                       "the kernel to the running one, into the memory that crashkernel= has reserved.\n"
                       "Where pstore takes a panic nothing is loaded, but with --path kdump or both.\n",
        .options = options_taken,
        .run = load_run,
};

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/units.h"
#include "kdump/facts.h"
#include "kdump/preparation.h"
#include "kdump/setup.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/verb/kdump-options.h"
#include "linux-tool/verb/verbs.h"
#include "linux/command.h"
#include "linux/own-file.h"
#include "linux/system-file.h"
#include "posix/memory.h"

static const struct option option_remove = { "remove", 0, NULL, "undo it" };

#define RUNNING_COMMAND_LINE "/proc/cmdline"
#define COMMAND_LOG          "/run/pstore-fw-setup.log"
#define COMMAND_SECONDS      600

/* What makes the boot loader read its settings. */
struct follow_up {
        char words[4][PATH_MAX];
        const char *arguments[5];
        char line[3 * PATH_MAX]; /* the same, to be shown */
        bool run;                /* not only told */
        int status;              /* when it was run: its exit status, or an error */
};

#define FOLLOW_UPS_MAX 3

struct run {
        struct setup setup;
        bool dry_run;
        bool reboot_needed;
        struct follow_up follow_ups[FOLLOW_UPS_MAX];
        size_t follow_up_count;
        struct json_object *others; /* further crashkernel=; NULL without --json */
};

/* --- how much ----------------------------------------------------------------------------------- */

/* Of the faults the first that this verb does not mend itself. */
static const char *why_unknown(const struct kdump_preparation *preparation) {
        const struct finding *finding;

        for (size_t i = 0; (finding = findings_at(&preparation->findings, i)); i++)
                if (finding->verdict == VERDICT_CRITICAL && !strstr(finding->remedy, "kdump setup"))
                        return finding->text;
        return preparation->kernel ? "there is no initramfs yet" : "the kernel is not known";
}

static int compute_mib(const struct kdump_settings *settings, unsigned *ret_mib) {
        struct kdump_preparation preparation;
        int r = 0;

        kdump_prepare("", settings, &preparation);
        if (!preparation.kernel) {
                message_error("kdump setup: %s; or say how much by --reserve", why_unknown(&preparation));
                r = ERR_NOT_FOUND;
        } else if (preparation.initramfs && preparation.initramfs->lacks_distribution) {
                /* built only where it can be loaded */
                message_error(
                        "kdump setup: what the distribution's initramfs needs is not known before it is "
                        "loaded: say how much by --reserve, such as 256M");
                r = ERR_NOT_SUPPORTED;
        } else {
                *ret_mib = (unsigned) ((preparation.need.advice + MIB - 1) / MIB);
                if (!preparation.initramfs)
                        message_note("the size is an estimate, to be computed again by a second run: %s",
                                     why_unknown(&preparation));
        }
        kdump_preparation_free(&preparation);
        return r;
}

/* Of a system that is not running its own settings count, and nothing can be computed. */
static int choose_mib(const struct options *options, unsigned *ret_mib) {
        const char *root = options_text(options, &option_root);
        struct kdump_settings settings;
        char path[PATH_MAX];
        int r;

        if (!system_file_path(root ? root : "", KDUMP_SETTINGS_PATH, path)) {
                message_failure(root, ERR_TOO_LARGE);
                return ERR_TOO_LARGE;
        }
        r = kdump_settings_load_from(path, options, &settings);
        if (r < 0)
                return r;
        if (settings.reserve_mib > 0) {
                *ret_mib = settings.reserve_mib;
                return 0;
        }
        if (!root)
                return compute_mib(&settings, ret_mib);
        message_error("kdump setup: with --root nothing can be computed: say how much by --reserve");
        return ERR_INVALID_ARGUMENT;
}

/* --- what has to follow a change ---------------------------------------------------------------- */

static void take_words(struct follow_up *follow_up, const char *const words[4]) {
        struct text line = TEXT_ON(follow_up->line);

        for (size_t i = 0; i < 4 && words[i]; i++) {
                snprintf(follow_up->words[i], sizeof(follow_up->words[i]), "%s", words[i]);
                follow_up->arguments[i] = follow_up->words[i];
                text_format(&line, "%s%s", i > 0 ? " " : "", words[i]);
        }
}

/* The first of the paths that is there, or NULL. */
static const char *find_program(const char *root, const char *const *paths) {
        char full[PATH_MAX];

        for (; *paths; paths++)
                if (snprintf(full, sizeof(full), "%s%s", root, *paths) < (int) sizeof(full) &&
                    access(full, X_OK) == 0)
                        return *paths;
        return NULL;
}

static void follow_grub(struct run *run) {
        static const char *const updates[] = { "/usr/sbin/update-grub", "/sbin/update-grub", NULL };
        static const char *const makers[] = { "/usr/sbin/grub-mkconfig", "/usr/bin/grub-mkconfig", NULL };
        struct follow_up *follow_up = &run->follow_ups[run->follow_up_count++];
        const char *update = find_program(run->setup.root, updates);
        const char *maker = find_program(run->setup.root, makers);

        if (update)
                take_words(follow_up, (const char *const[4]){ update });
        else
                take_words(follow_up, (const char *const[4]){ maker ? maker : "grub-mkconfig", "-o",
                                                              SETUP_GRUB_OUTPUT });
        follow_up->run = update || (maker && access(SETUP_GRUB_OUTPUT, F_OK) == 0);
}

static void follow_cmdline(struct run *run) {
        static const char *const programs[] = { "/usr/bin/kernel-install", "/bin/kernel-install", NULL };
        struct follow_up *follow_up = &run->follow_ups[run->follow_up_count++];
        const char *program = find_program(run->setup.root, programs);
        char images[2][PATH_MAX];
        struct utsname system;
        const char *image;

        (void) uname(&system);
        snprintf(images[0], PATH_MAX, "/usr/lib/modules/%s/vmlinuz", system.release);
        snprintf(images[1], PATH_MAX, "/boot/vmlinuz-%s", system.release);
        image = access(images[0], R_OK) == 0 ? images[0] : images[1];
        follow_up->run = program && !run->setup.root[0] && access(image, R_OK) == 0;
        if (!follow_up->run) /* the shell of the other system knows which */
                take_words(follow_up, (const char *const[4]){ "kernel-install", "add", "$(uname -r)",
                                                              "/boot/vmlinuz-$(uname -r)" });
        else
                take_words(follow_up, (const char *const[4]){ program, "add", system.release, image });
}

/* It copies to each ESP what GRUB or systemd-boot reads there. */
static void follow_proxmox(struct run *run) {
        struct follow_up *follow_up = &run->follow_ups[run->follow_up_count++];
        char tool[PATH_MAX];

        take_words(follow_up, (const char *const[4]){ SETUP_PROXMOX_TOOL, "refresh" });
        follow_up->run =
                snprintf(tool, sizeof(tool), "%s" SETUP_PROXMOX_TOOL, run->setup.root) < (int) sizeof(tool) &&
                access(tool, X_OK) == 0;
}

static bool is_changed(const struct setup *setup, const char *path) {
        for (size_t i = 0; i < setup->file_count; i++)
                if (strcmp(setup->files[i].path, path) == 0)
                        return setup->files[i].change != SETUP_UNCHANGED;
        return false;
}

/* Of another root they are told, not run: they would work on this system. */
static int follow(struct run *run, bool may_run) {
        struct utsname system;
        int r = 0;

        (void) uname(&system);
        if (is_changed(&run->setup, SETUP_GRUB_PATH) ||
            (may_run && run->setup.has_grub && setup_grub_is_stale(&run->setup)))
                follow_grub(run);
        if (run->setup.is_proxmox &&
            (is_changed(&run->setup, SETUP_CMDLINE_PATH) || run->follow_up_count > 0))
                follow_proxmox(run);
        else if (!run->setup.is_proxmox && (is_changed(&run->setup, SETUP_CMDLINE_PATH) ||
                                            (may_run && run->setup.has_cmdline &&
                                             setup_entries_are_stale(&run->setup, system.release))))
                follow_cmdline(run);
        /* Left enabled it would fail at each boot: there is nothing any more to load into. */
        if (run->setup.remove && kdump_service_is_enabled(run->setup.root))
                take_words(&run->follow_ups[run->follow_up_count++],
                           (const char *const[4]){ "systemctl", "disable", "--now", "pstore-fw-kdump" });
        for (size_t i = 0; i < run->follow_up_count; i++) {
                struct follow_up *follow_up = &run->follow_ups[i];
                const struct command command = {
                        .arguments = follow_up->arguments,
                        .log = COMMAND_LOG,
                        .seconds = COMMAND_SECONDS,
                };

                follow_up->run &= may_run;
                if (!follow_up->run)
                        continue;
                follow_up->status = command_run(&command);
                if (follow_up->status != 0) {
                        message_error("%s: failed; what it said is in " COMMAND_LOG, follow_up->line);
                        r = ERR_FAILED;
                }
        }
        return r;
}

/* --- what is told ------------------------------------------------------------------------------- */

/* One that says the same as ours changes nothing. */
static void tell_other(void *context, const char *where, struct bytes parameter) {
        struct run *run = context;
        char own[32], other[128];
        struct text text = TEXT_ON(other);
        struct json_object *object;

        text_put_escaped(&text, parameter);
        snprintf(own, sizeof(own), "crashkernel=%uM", run->setup.reserve_mib);
        if (!run->setup.remove && text_equal(own, other))
                return;
        if (strcmp(where, RUNNING_COMMAND_LINE) == 0) /* perhaps ours, of an earlier run */
                message_note("this boot has %s; if the next one has it too, something else sets it", other);
        else
                message_note("%s: has %s, too; the last one on the command line counts", where, other);
        if (!run->others)
                return;
        object = json_object_new_object();
        json_add_string(object, "where", where);
        json_add_string(object, "parameter", other);
        json_object_array_add(run->others, object);
}

static int print_text(const struct run *run, struct output *output) {
        const struct setup *setup = &run->setup;
        const struct sink *sink = &output->sink;
        size_t changes = setup_count_changes(setup);

        if (!setup->remove)
                sink_format(sink, "reserve: %u MiB (crashkernel=%uM)\n", setup->reserve_mib,
                            setup->reserve_mib);
        for (size_t i = 0; i < setup->file_count; i++)
                sink_format(sink, "%s%s: %s%s\n", setup->root, setup->files[i].path,
                            run->dry_run && setup->files[i].change ? "would be " : "",
                            setup_change_name(setup->files[i].change));
        for (size_t i = 0; i < run->follow_up_count; i++)
                sink_format(sink, "%s: %s\n",
                            run->follow_ups[i].run ? run->follow_ups[i].status == 0 ? "done" : "failed"
                                                   : "to be run",
                            run->follow_ups[i].line);
        if (changes == 0)
                sink_format(sink, "nothing to change\n");
        if (!run->reboot_needed)
                return sink_put(sink, bytes_of("", 0)); /* an error of the lines above is told again */
        return sink_format(sink, "a reboot is needed: memory is %s only then\n",
                           setup->remove ? "given back" : "reserved");
}

static int print_json(struct run *run, struct output *output) {
        struct json_object *report = json_report_new("kdump-setup");
        struct json_object *files = json_object_new_array(), *commands = json_object_new_array();
        const struct setup *setup = &run->setup;

        json_add_bool(report, "dry_run", run->dry_run);
        json_add_bool(report, "remove", setup->remove);
        json_add(report, "reserve_mib", setup->remove ? NULL : json_object_new_uint64(setup->reserve_mib));
        for (size_t i = 0; i < setup->file_count; i++) {
                struct json_object *file = json_object_new_object();

                json_add_string(file, "path", setup->files[i].path);
                json_add_string(file, "change", setup_change_name(setup->files[i].change));
                json_object_array_add(files, file);
        }
        for (size_t i = 0; i < run->follow_up_count; i++) {
                const struct follow_up *follow_up = &run->follow_ups[i];
                struct json_object *command = json_object_new_object();

                json_add_string(command, "command", follow_up->line);
                json_add_bool(command, "run", follow_up->run);
                json_add_bool(command, "failed", follow_up->run && follow_up->status != 0);
                json_object_array_add(commands, command);
        }
        json_add(report, "files", files);
        json_add(report, "commands", commands);
        json_add(report, "other_reservations", run->others);
        json_add_bool(report, "reboot_needed", run->reboot_needed);
        run->others = NULL; /* the report has it now */
        return json_report_print(report, output);
}

/* --- the verb ----------------------------------------------------------------------------------- */

static bool needs_reboot(const struct setup *setup) {
        struct machine machine;

        /* What memory another system has reserved, nothing here tells. */
        if (setup->root[0])
                return setup_count_changes(setup) > 0;
        machine_look("", &machine);
        if (setup->remove)
                return setup_count_changes(setup) > 0 && machine.kernel.crash_bytes > 0;
        return machine.kernel.crash_bytes != setup->reserve_mib * MIB;
}

static int do_it(struct run *run, struct reason *reason) {
        int r;

        r = setup_plan(&run->setup, reason);
        if (r == 0 && !run->dry_run)
                r = setup_apply(&run->setup, reason);
        if (r < 0) {
                message_error("kdump setup: %s", reason->text);
                return r;
        }
        if (run->setup.grub_is_closed && !run->setup.remove)
                message_note("GRUB is not served: its grub-mkconfig does not read /etc/default/grub.d; "
                             "%s is",
                             run->setup.is_proxmox ? "proxmox-boot-tool" : "kernel-install");
        setup_find_others(&run->setup, tell_other, run);
        run->reboot_needed = needs_reboot(&run->setup);
        return follow(run, !run->dry_run && !run->setup.root[0]);
}

static int setup_run(const struct options *options, void *context) {
        struct output *output = context;
        const char *root = options_text(options, &option_root);
        struct run run = {
                .setup = { .root = root ? root : "", .remove = options_have(options, &option_remove) },
                .dry_run = options_have(options, &option_dry_run),
        };
        struct reason reason = { .text = "out of memory" }; /* the one error that gives no reason */
        struct stat status;
        int r, printed = 0;

        if (run.setup.remove && options_have(options, &option_reserve)) {
                message_error("kdump setup: --remove and --reserve exclude each other");
                return EXIT_USAGE;
        }
        if (root && (stat(root, &status) < 0 || !S_ISDIR(status.st_mode))) {
                message_error("kdump setup: %s: no directory", root);
                return EXIT_FAILED;
        }
        if (!run.setup.remove) {
                r = choose_mib(options, &run.setup.reserve_mib);
                if (r < 0)
                        return r == ERR_INVALID_ARGUMENT ? EXIT_USAGE : EXIT_FAILED;
        }
        if (options_have(options, &option_json))
                run.others = json_object_new_array();
        r = do_it(&run, &reason);
        if (r == 0 || run.follow_up_count > 0)
                printed = run.others ? print_json(&run, output) : print_text(&run, output);
        if (run.others)
                json_object_put(run.others);
        setup_free(&run.setup);
        return r < 0 || printed < 0 ? EXIT_FAILED : EXIT_DONE;
}

static const struct option *const options_taken[] = { &option_config, &option_dry_run, &option_reserve,
                                                      &option_remove, &option_root,    NULL };

const struct verb verb_kdump_setup = {
        .name = "kdump setup",
        .operands = "",
        .summary = "reserve memory for the crash kernel, from the next boot on",
        .description = "Writes the crashkernel= of the kernel's command line, for GRUB into\n"
                       "/etc/default/grub.d/pstore-fw.cfg and for kernel-install (systemd-boot) into\n"
                       "a line of its own in /etc/kernel/cmdline, for proxmox-boot-tool into its first\n"
                       "one, and has the boot loader take it; and\n"
                       "/etc/sysctl.d/60-pstore-fw.conf, which says what makes the kernel panic, and\n"
                       "why. A second run changes nothing; --remove undoes it.\n",
        .options = options_taken,
        .run = setup_run,
};

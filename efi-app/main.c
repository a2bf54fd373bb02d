/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/arith.h"
#include "base/error.h"
#include "efi-app/arguments.h"
#include "efi-app/machine.h"
#include "efi-app/verb.h"

#define OPTION_BIT(option) (1u << (option))

/* What every verb takes. */
#define COMMON_OPTIONS (OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_HELP) | OPTION_BIT(OPTION_VERSION))

static const struct verb_row {
        const char *name;
        int (*run)(struct app *app);
        unsigned options;
        bool takes_ids;
        const char *usage;
} verb_rows[] = {
        { "check", verb_check, OPTION_BIT(OPTION_SOURCE), false,
          "check                     will a crash on this machine leave a trace?" },
        { "list", verb_list, OPTION_BIT(OPTION_SOURCE), false,
          "list                      events and records" },
        { "show", verb_show,
          OPTION_BIT(OPTION_SOURCE) | OPTION_BIT(OPTION_ALL) | OPTION_BIT(OPTION_RAW) |
                  OPTION_BIT(OPTION_PARTS),
          true,
          "show [ID...]              the log of the newest event, or of those named\n"
          "  --all --parts --raw     of all; with header lines; as stored" },
        { "dump", verb_dump, OPTION_BIT(OPTION_SOURCE) | OPTION_BIT(OPTION_ALL), true,
          "dump [ID...]              copy to the ESP; this is what happens without a verb" },
        { "write", verb_write, OPTION_BIT(OPTION_SOURCE) | OPTION_BIT(OPTION_TYPE), true,
          "write FILE                store the file as a record, print its id\n"
          "  --type dmesg            the only type there is" },
        { "clear", verb_clear,
          OPTION_BIT(OPTION_SOURCE) | OPTION_BIT(OPTION_ALL) | OPTION_BIT(OPTION_DUMPED) |
                  OPTION_BIT(OPTION_OLDER_THAN) | OPTION_BIT(OPTION_KEEP) | OPTION_BIT(OPTION_DRY_RUN) |
                  OPTION_BIT(OPTION_YES),
          true,
          "clear [ID...]             copy to the ESP, erase, and look again\n"
          "  --all --dumped          all; only those with a copy on the ESP already\n"
          "  --older-than 30d        by age (s, m, h, d, w)\n"
          "  --keep N                all but the newest N events\n"
          "  --dry-run --yes         only say what; do not ask" },
        { "erst", verb_erst, 0, true, "erst [FILE]               the ACPI table decoded and judged" },
};

static void *resize(void *context, void *block, size_t old_size, size_t new_size) {
        EFI_BOOT_SERVICES *boot = context;
        void *grown = NULL;

        if (new_size > 0) {
                if (EFI_ERROR(boot->AllocatePool(EfiLoaderData, new_size, &grown)))
                        return NULL;
                if (block)
                        boot->CopyMem(grown, block, size_min(old_size, new_size));
        }
        if (block)
                boot->FreePool(block);
        return grown;
}

static int print_help(struct app *app) {
        const struct sink sink = console_sink(&app->console);
        int r;

        r = sink_format(&sink, "Reads, saves and clears the crash records in this machine's firmware.\n\n"
                               "pstore-fwx64.efi [VERB] [OPTION...]\n\n");
        for (size_t i = 0; i < ARRAY_SIZE(verb_rows) && r >= 0; i++)
                r = sink_format(&sink, "%s\n", verb_rows[i].usage);
        if (r >= 0)
                r = sink_format(&sink, "\n--source erst|efi         only that store\n"
                                       "--quiet --help --version\n\n"
                                       "Status: 0 done, 1 failed, 2 usage, 3 nothing found;\n"
                                       "check: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN\n");
        return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int print_version(struct app *app) {
        const struct sink sink = console_sink(&app->console);

        return sink_format(&sink, "pstore-fw %s\n", VERSION) < 0 ? EXIT_FAILED : EXIT_DONE;
}

static const struct verb_row *find_verb(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(verb_rows); i++)
                if (text_equal(verb_rows[i].name, name))
                        return &verb_rows[i];
        return NULL;
}

static int usage_error(struct app *app, const char *argument, const char *reason) {
        console_problem(&app->console, "%s: %s; try --help", argument, reason);
        return EXIT_USAGE;
}

/* 0, or EXIT_USAGE with its line. */
static int check_options(struct app *app, const struct verb_row *verb) {
        const struct options *options = &app->options;

        for (enum option_flag flag = 0; flag < OPTION_END; flag++)
                if (options_has(options, flag) && !((verb->options | COMMON_OPTIONS) & OPTION_BIT(flag)))
                        return usage_error(app, options_name(flag), "is no option of this verb");
        for (size_t i = 0; i < options->source_count; i++)
                if (machine_find_store(options->sources[i]) < 0)
                        return usage_error(app, options->sources[i], "is no source here: erst or efi");
        if (options->id_count > 0 && !verb->takes_ids)
                return usage_error(app, options->ids[0], "is one argument too many");
        return 0;
}

static int run(struct app *app) {
        const char *name = app->options.verb ? app->options.verb : "dump";
        const struct verb_row *verb = find_verb(name);
        int status;

        if (options_has(&app->options, OPTION_HELP))
                return print_help(app);
        if (options_has(&app->options, OPTION_VERSION))
                return print_version(app);
        if (!verb)
                return usage_error(app, name, "is no verb");
        status = check_options(app, verb);
        return status ? status : verb->run(app);
}

static int run_arguments(struct app *app, const struct arguments *arguments) {
        struct options_fault fault;

        console_init(&app->console, app->system, arguments->redirected);
        if (options_parse(arguments->words, arguments->count, &app->options, &fault) < 0)
                return usage_error(app, fault.argument, fault.reason);
        app->console.quiet = options_has(&app->options, OPTION_QUIET);
        return run(app);
}

static int start(struct app *app) {
        struct arguments arguments;
        int r, status;

        console_init(&app->console, app->system, false);
        r = arguments_load(app->boot, app->image, &app->allocator, &arguments);
        if (r < 0) {
                console_problem(&app->console, "arguments: %s", error_text(r));
                return EXIT_FAILED;
        }
        status = run_arguments(app, &arguments);
        arguments_free(&arguments);
        return status;
}

/* The image's entry point (UEFI 2.10, 4.1). */
EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system) {
        struct app app = {
                .image = image,
                .system = system,
                .boot = system->BootServices,
                .runtime = system->RuntimeServices,
                .allocator = { .context = system->BootServices, .resize = resize },
        };

        /* Without this firmware resets the machine five minutes after it started an application (UEFI 2.10,
         * 3.1.2): slow flash may take longer. */
        app.boot->SetWatchdogTimer(0, 0, 0, NULL);
        /* The low statuses are warnings to firmware (UEFI 2.10, appendix D), and numbers to the shell. */
        return (EFI_STATUS) start(&app);
}

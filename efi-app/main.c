/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/arith.h"
#include "base/error.h"
#include "efi-app/arguments.h"
#include "efi-app/menu.h"
#include "efi-app/stores.h"
#include "efi-app/verb.h"

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

/* A verb's first word, or an option. */
static bool begins_ours(const char *word) {
        for (const struct verb *const *verb = cli_pstore_fw.verbs; *verb; verb++) {
                const char *name = (*verb)->name;

                if (text_starts_with(name, word) &&
                    (name[text_length(word)] == '\0' || name[text_length(word)] == ' '))
                        return true;
        }
        return word[0] == '-' || options_is_help(word);
}

/* U-Boot gives every program the command line that it keeps for the kernel. */
static size_t count_of_ours(struct app *app, const struct arguments *arguments) {
        if (arguments->typed || arguments->count == 0 || begins_ours(arguments->words[0]))
                return arguments->count;
        console_problem(&app->console,
                        "the load options are not for this program, so it dumps: they begin with '%s'",
                        arguments->words[0]);
        return 0;
}

/* Firmware says which boot option it has started (UEFI 2.10, 3.3); no one it says of SysPrep####. */
static bool is_boot_option(const struct app *app) {
        CHAR16 name[] = u"BootCurrent";
        EFI_GUID vendor = EFI_GLOBAL_VARIABLE;
        UINTN size = 0;

        return app->runtime->GetVariable(name, &vendor, NULL, &size, NULL) != EFI_NOT_FOUND;
}

static int run(struct app *app, const struct arguments *arguments) {
        const struct sink sink = console_sink(&app->console);
        struct options *options = &app->options;
        const char *unattended[] = { "boot" }, **words = arguments->words;
        char error[OPTIONS_ERROR_SIZE];
        size_t count;
        bool alone;

        app->input = arguments->input;
        app->output = arguments->output;
        console_init(&app->console, app->system, app->output != NULL);
        count = count_of_ours(app, arguments);
        alone = count == 0 && !arguments->typed && !is_boot_option(app);
        if (arguments->count == 0 && !alone && !app->input && console_has_person(&app->console))
                return menu_run(app);
        if (alone) {
                words = unattended;
                count = ARRAY_SIZE(unattended);
        }
        if (options_parse(&cli_pstore_fw, words, count, options, error) < 0) {
                console_problem(&app->console, "%s; try --help", error);
                return EXIT_USAGE;
        }
        app->console.quiet = options_have(options, &option_quiet);
        if (options_have(options, &option_help))
                return options_print_help(&cli_pstore_fw, options, &sink) < 0 ? EXIT_FAILED : EXIT_DONE;
        if (options_have(options, &option_version))
                return sink_format(&sink, "pstore-fw %s\n", VERSION) < 0 ? EXIT_FAILED : EXIT_DONE;
        return options->verb->run(options, app);
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
        struct arguments arguments;
        int r, status;

        /* Without this firmware resets the machine five minutes after it started an application (UEFI 2.10,
         * 3.1.2): slow flash may take longer. */
        app.boot->SetWatchdogTimer(0, 0, 0, NULL);
        /* What goes wrong before it is known where the output goes needs a console, too. */
        console_init(&app.console, system, false);
        r = arguments_load(app.boot, image, &app.allocator, &arguments);
        if (r < 0) {
                console_problem(&app.console, "arguments: %s", error_text(r));
                status = EXIT_FAILED;
        } else {
                status = run(&app, &arguments);
                if (!arguments.typed && is_boot_option(&app))
                        menu_linger(&app);
                arguments_free(&arguments);
        }
        if (app.console.interrupted) {
                console_problem(&app.console, "%s", error_text(ERR_INTERRUPTED));
                status = EXIT_FAILED;
        }
        console_close(&app.console);
        /* The low statuses are warnings to firmware (UEFI 2.10, appendix D), and numbers to the shell. */
        return (EFI_STATUS) status;
}

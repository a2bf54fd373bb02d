/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/machine.h"
#include "acpi/erst-describe.h"
#include "base/error.h"
#include "efi-app/acpi-hardware.h"
#include "efi-app/pci-decode.h"

/* What is said of a store that cannot be opened; a source over one that can says the same. */
static const struct record_source unopened[MACHINE_STORE_END] = {
        [MACHINE_ERST] = { .spec = "erst", .store = RECORD_STORE_ERST },
        [MACHINE_EFI] = { .spec = "efi", .store = RECORD_STORE_EFI },
};

static int parse_source(const char *text, uint64_t *ret_number) {
        for (enum machine_store store = 0; store < MACHINE_STORE_END; store++)
                if (text_equal(text, unopened[store].spec)) {
                        *ret_number = store;
                        return 0;
                }
        return ERR_VALUE;
}

const struct option option_source = {
        .name = "source",
        .letter = 's',
        .argument = "STORE",
        .help = "only that store: erst or efi",
        .parse = parse_source,
        .wanted = "is no source here: erst or efi",
};

static void tell_table_fault(struct app *app, const struct erst_fault *fault) {
        char line[256];
        struct text text = TEXT_ON(line);

        erst_describe_fault(fault, &text);
        console_problem(&app->console, "erst: ACPI table: %s", line);
}

static int open_erst(struct machine *machine) {
        struct app *app = machine->app;
        struct erst_fault fault;
        int r;

        r = acpi_hardware_find_erst(app, &machine->table_bytes);
        if (r < 0)
                return r;
        r = erst_table_parse(buffer_bytes(&machine->table_bytes), &machine->table, &fault);
        if (r < 0) {
                tell_table_fault(app, &fault);
                return r;
        }
        pci_decode_enable(app, &machine->table);
        machine->io = acpi_hardware_io(app);
        r = erst_open(&machine->erst, &machine->table, &machine->io);
        if (r < 0)
                return r;
        erst_source_init(&machine->erst_source, &machine->erst, &app->allocator,
                         &machine->sources[MACHINE_ERST]);
        return 0;
}

static int open_efi(struct machine *machine) {
        machine->variable_io = runtime_variables_io(&machine->runtime_variables, machine->app);
        variable_source_init(&machine->variable_source, &machine->variable_io, &machine->app->allocator,
                             &machine->sources[MACHINE_EFI]);
        return 0;
}

/* A store that a machine does not have is worth a line only to somebody who asked for it. */
static void tell_store_error(struct machine *machine, enum machine_store store) {
        int error = machine->errors[store];

        if (error < 0 && (error != ERR_NO_STORE || options_have(&machine->app->options, &option_source)))
                console_problem(&machine->app->console, "%s: %s", unopened[store].spec, error_text(error));
}

/* --source names it, or names none. */
static bool is_wanted(const struct options *options, enum machine_store store) {
        for (size_t i = 0; i < options->given_count; i++)
                if (options->given[i].option == &option_source &&
                    options->given[i].number == (uint64_t) store)
                        return true;
        return !options_have(options, &option_source);
}

void machine_open(struct machine *machine, struct app *app) {
        static int (*const open_store[MACHINE_STORE_END])(struct machine *) = {
                [MACHINE_ERST] = open_erst,
                [MACHINE_EFI] = open_efi,
        };

        *machine = (struct machine){ .app = app };
        buffer_init(&machine->table_bytes, &app->allocator);
        for (enum machine_store store = 0; store < MACHINE_STORE_END; store++) {
                machine->sources[store] = unopened[store];
                machine->wanted[store] = is_wanted(&app->options, store);
                if (!machine->wanted[store])
                        continue;
                machine->errors[store] = open_store[store](machine);
                tell_store_error(machine, store);
        }
}

void machine_close(struct machine *machine) {
        for (enum machine_store store = 0; store < MACHINE_STORE_END; store++)
                if (machine->sources[store].operations)
                        machine->sources[store].operations->close(&machine->sources[store]);
        buffer_free(&machine->table_bytes);
}

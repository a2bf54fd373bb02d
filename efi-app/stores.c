/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/stores.h"
#include "acpi/erst-describe.h"
#include "base/error.h"
#include "efi-app/acpi-hardware.h"
#include "efi-app/pci-decode.h"

/* What is said of a store that cannot be opened; a source over one that can says the same. */
static const struct record_source unopened[STORE_END] = {
        [STORE_ERST] = { .spec = "erst", .store = RECORD_STORE_ERST },
        [STORE_EFI] = { .spec = "efi", .store = RECORD_STORE_EFI },
        [STORE_BERT] = { .spec = "bert", .store = RECORD_STORE_BERT },
};

static int parse_source(const char *text, uint64_t *ret_number) {
        for (enum store store = 0; store < STORE_END; store++)
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
        .help = "only that store: erst, efi or bert",
        .parse = parse_source,
        .wanted = "is no source here: erst, efi or bert",
};

static int open_erst(struct stores *stores) {
        struct app *app = stores->app;
        struct erst_fault fault;
        char line[256];
        struct text text = TEXT_ON(line);
        int r;

        r = acpi_hardware_find_erst(app, &stores->table_bytes);
        if (r < 0)
                return r;
        r = erst_table_parse(buffer_bytes(&stores->table_bytes), &stores->table, &fault);
        if (r < 0) {
                erst_describe_fault(&fault, &text);
                console_problem(&app->console, "erst: ACPI table: %s", line);
                return r;
        }
        /* Before anything of it is run: firmware may have left the device off that has the registers. */
        pci_decode_enable(app, &stores->table);
        stores->io = acpi_hardware_io(app);
        r = erst_open(&stores->erst, &stores->table, &stores->io);
        if (r < 0)
                return r;
        erst_source_init(&stores->erst_source, &stores->erst, &app->allocator, &stores->sources[STORE_ERST]);
        return 0;
}

static int open_efi(struct stores *stores) {
        stores->variable_io = runtime_variables_io(&stores->runtime_variables, stores->app);
        variable_source_init(&stores->variable_source, &stores->variable_io, &stores->app->allocator,
                             &stores->sources[STORE_EFI]);
        return 0;
}

static int load_bert(void *context, struct buffer *region, struct fault *ret_fault) {
        return acpi_hardware_read_bert(context, region, ret_fault);
}

static int open_bert(struct stores *stores) {
        stores->bert_source = (struct bert_source){ .load = load_bert, .context = stores->app };
        bert_source_init(&stores->bert_source, &stores->app->allocator, &stores->sources[STORE_BERT]);
        return 0;
}

/* --source names it, or names none. */
static bool is_wanted(const struct options *options, enum store store) {
        for (size_t i = 0; i < options->given_count; i++)
                if (options->given[i].option == &option_source &&
                    options->given[i].number == (uint64_t) store)
                        return true;
        return !options_have(options, &option_source);
}

void stores_open(struct stores *stores, struct app *app) {
        static int (*const open_store[STORE_END])(struct stores *) = {
                [STORE_ERST] = open_erst,
                [STORE_EFI] = open_efi,
                [STORE_BERT] = open_bert,
        };

        *stores = (struct stores){ .app = app };
        buffer_init(&stores->table_bytes, &app->allocator);
        for (enum store store = 0; store < STORE_END; store++) {
                int error;

                stores->sources[store] = unopened[store];
                stores->wanted[store] = is_wanted(&app->options, store);
                if (!stores->wanted[store])
                        continue;
                error = open_store[store](stores);
                stores->errors[store] = error;
                /* A store that a machine does not have is worth a line only to somebody who asked for it. */
                if (error < 0 && (error != ERR_NO_STORE || options_have(&app->options, &option_source)))
                        console_problem(&app->console, "%s: %s", unopened[store].spec, error_text(error));
        }
}

void stores_close(struct stores *stores) {
        for (enum store store = 0; store < STORE_END; store++)
                if (stores->sources[store].operations) /* else it was never opened */
                        stores->sources[store].operations->close(&stores->sources[store]);
        buffer_free(&stores->table_bytes);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/inventory.h"

#include "base/error.h"
#include "linux-tool/codec/codecs.h"
#include "linux-tool/output/message.h"
#include "linux-tool/source/sources.h"
#include "posix/memory.h"
#include "store/list.h"
#include "store/selection.h"

int inventory_make_sources(struct inventory *inventory, const char *const *specs, size_t count) {
        *inventory = (struct inventory){ 0 };
        catalog_init(&inventory->catalog, &system_allocator, codecs_linux, codecs_linux_count,
                     &message_progress);
        for (size_t i = 0; i < count; i++) {
                struct record_source *source = source_new(specs[i]);

                if (!source) {
                        message_failure(specs[i], ERR_NO_MEMORY);
                        return ERR_NO_MEMORY;
                }
                inventory->sources[inventory->source_count++] = source;
        }
        return 0;
}

static void tell_source_error(const struct record_source *source, int error) {
        if (source->fault.field && error_group(error) == ERROR_GROUP_INPUT)
                message_error("%s: offset %zu: %s: %s", source->spec, source->fault.offset,
                              source->fault.field, source->fault.reason);
        else
                message_failure(source->spec, error);
}

static void tell_record_error(const struct catalog_record *row) {
        char id[RECORD_ID_SIZE], visible[4 * RECORD_ID_SIZE], why[256];
        struct text id_text = TEXT_ON(id), visible_text = TEXT_ON(visible), why_text = TEXT_ON(why);

        record_format_id(&row->record, &id_text);
        text_put_escaped(&visible_text, text_bytes(&id_text));
        list_format_error(&row->record, &why_text);
        message_error("%s: %s: %s", row->source->spec, visible, why);
}

static int read_source(struct inventory *inventory, size_t index, bool named) {
        int r = catalog_add(&inventory->catalog, inventory->sources[index]);

        if (r >= 0)
                return 0;
        inventory->errors[index] = r;
        if (r == ERR_NO_STORE && !named)
                return 0;
        inventory->failed = true;
        tell_source_error(inventory->sources[index], r);
        return r == ERR_NO_MEMORY ? r : 0;
}

static void tell_record_errors(struct inventory *inventory) {
        for (size_t i = 0; i < inventory->catalog.row_count; i++)
                if (inventory->catalog.rows[i]->record.error < 0) {
                        tell_record_error(inventory->catalog.rows[i]);
                        inventory->failed = true;
                }
}

static size_t count_default(void) {
        size_t count = 0;

        while (sources_default[count])
                count++;
        return count;
}

int inventory_load(struct inventory *inventory, const struct options *options) {
        const char *sources[SOURCES_MAX];
        size_t count = options_texts(options, &option_source, sources);
        bool named = count > 0;
        int r;

        if (named)
                r = inventory_make_sources(inventory, sources, count);
        else
                r = inventory_make_sources(inventory, sources_default, count_default());
        if (options_have(options, &option_deleted))
                message_note("only what was deleted and has not been overwritten");
        for (size_t i = 0; i < inventory->source_count; i++)
                inventory->sources[i]->deleted = options_have(options, &option_deleted);
        for (size_t i = 0; i < inventory->source_count && r == 0; i++)
                r = read_source(inventory, i, named);
        if (r == 0) {
                r = catalog_join(&inventory->catalog);
                if (r == 0)
                        r = work_init(&inventory->work, &inventory->catalog);
                if (r < 0)
                        message_failure("records", r);
        }
        message_progress_end();
        tell_record_errors(inventory);
        return r;
}

int inventory_select(struct inventory *inventory, const struct options *options) {
        const struct selection selection = {
                .ids = options->operands,
                .id_count = options->operand_count,
        };
        const char *unknown = NULL;
        int r;

        r = selection_mark(&inventory->work, &selection, &unknown);
        if (r == ERR_UNKNOWN_ID)
                message_failure(unknown, r);
        return r;
}

int inventory_status(const struct inventory *inventory, size_t count) {
        if (inventory->failed)
                return EXIT_FAILED;
        return count > 0 ? EXIT_DONE : EXIT_NOTHING;
}

void inventory_free(struct inventory *inventory) {
        if (!inventory->catalog.allocator)
                return; /* nothing was made */
        work_free(&inventory->work);
        catalog_free(&inventory->catalog);
        for (size_t i = 0; i < inventory->source_count; i++)
                source_free(inventory->sources[i]);
        inventory->source_count = 0;
}

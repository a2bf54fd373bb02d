/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/clear.h"
#include "base/error.h"

static void erase_row(struct catalog_record *row) {
        const struct source_operations *operations = row->source->operations;

        row->outcome =
                operations->erase ? operations->erase(row->source, row->record.name) : ERR_NOT_SUPPORTED;
}

static void erase_selected(struct catalog *catalog) {
        for (size_t i = 0; i < catalog->row_count; i++)
                if (catalog->rows[i]->selected) {
                        erase_row(catalog->rows[i]);
                        observer_tell(catalog->observer, "clearing", i + 1, catalog->row_count);
                }
}

/* The store says that it erased this record, but nobody has looked yet whether it is gone. */
static bool awaits_proof(const struct catalog_record *row, const struct record_source *source) {
        return row->selected && row->outcome == ERR_UNVERIFIED && row->source == source;
}

static void settle(const struct catalog *catalog, const struct record_source *source) {
        for (size_t i = 0; i < catalog->row_count; i++)
                if (awaits_proof(catalog->rows[i], source))
                        catalog->rows[i]->outcome = 0;
}

static void mark_still_there(const struct catalog *catalog, const struct record_source *source,
                             const struct source_entry *entry) {
        for (size_t i = 0; i < catalog->row_count; i++) {
                struct catalog_record *row = catalog->rows[i];

                if (awaits_proof(row, source) && row->record.store == entry->store &&
                    text_equal(row->record.name, entry->name))
                        row->outcome = ERR_STILL_THERE;
        }
}

/*
 * A new list of the store: what is still in it was not cleared. A list that breaks off, or that holds an
 * entry without a name, proves nothing of the others.
 */
static void look_again(const struct catalog *catalog, struct record_source *source) {
        if (source->operations->open(source) < 0)
                return;
        for (size_t walked = 0; walked < SOURCE_RECORDS_MAX; walked++) {
                struct source_entry entry = { 0 };
                int r = source->operations->next(source, &entry);

                if (r == 0) {
                        settle(catalog, source);
                        return;
                }
                if (!entry.name[0])
                        return;
                mark_still_there(catalog, source, &entry);
        }
}

static void confirm_rows(const struct catalog *catalog, struct record_source *source) {
        for (size_t i = 0; i < catalog->row_count; i++)
                if (awaits_proof(catalog->rows[i], source))
                        catalog->rows[i]->outcome =
                                source->operations->confirm_erased(source, catalog->rows[i]->record.name);
}

/* The rows of a source stand together. One that nothing was erased from is left alone. */
static void confirm(const struct catalog *catalog) {
        const struct record_source *confirmed = NULL;

        for (size_t i = 0; i < catalog->row_count; i++) {
                struct record_source *source = catalog->rows[i]->source;

                if (source == confirmed || !awaits_proof(catalog->rows[i], source))
                        continue;
                if (source->operations->confirm_erased)
                        confirm_rows(catalog, source);
                else
                        look_again(catalog, source);
                confirmed = source;
        }
}

static void count(int outcome, struct clear_result *result) {
        if (outcome == 0)
                result->cleared_count++;
        else if (outcome == ERR_UNVERIFIED)
                result->unverified_count++;
        else
                result->failed_count++;
}

int clear_selected(struct catalog *catalog, clear_report *report, void *report_context,
                   struct clear_result *ret_result) {
        int first_error = 0;

        *ret_result = (struct clear_result){ 0 };
        erase_selected(catalog);
        for (size_t i = 0; i < catalog->row_count; i++)
                if (catalog->rows[i]->selected && catalog->rows[i]->outcome >= 0)
                        catalog->rows[i]->outcome = ERR_UNVERIFIED;
        confirm(catalog);
        for (size_t i = 0; i < catalog->row_count; i++) {
                const struct catalog_record *row = catalog->rows[i];

                if (!row->selected)
                        continue;
                count(row->outcome, ret_result);
                if (first_error == 0)
                        first_error = row->outcome;
                if (report)
                        report(report_context, row, row->outcome);
        }
        return first_error;
}

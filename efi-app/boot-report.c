/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/boot-report.h"

#include "base/error.h"
#include "base/memory.h"

/* The numbers of each store, and of its records. */
static const struct {
        enum record_store store;
        enum boot_report_number found, cleared;
} store_rows[STORE_END] = {
        [STORE_ERST] = { RECORD_STORE_ERST, BOOT_REPORT_ERST_RECORDS, BOOT_REPORT_ERST_CLEARED },
        [STORE_EFI] = { RECORD_STORE_EFI, BOOT_REPORT_EFI_RECORDS, BOOT_REPORT_EFI_CLEARED },
};

static void gather_records(const struct inventory *inventory, enum store store, struct boot_report *report) {
        const struct session *session = &inventory->session;
        uint64_t count = 0;

        if (session->errors[store] < 0)
                return; /* a list that breaks off tells no number */
        for (size_t i = 0; i < session->catalog.row_count; i++)
                count += session->catalog.rows[i]->source == session->sources[store];
        boot_report_set(report, store_rows[store].found, count);
        boot_report_set(report, store_rows[store].cleared, 0);
}

/* What an unusable table would say is not known. */
static void gather_erst(const struct stores *stores, struct boot_report *report) {
        int error = stores->errors[STORE_ERST];

        if (error == 0 || error == ERR_NO_STORE || stores->table_bytes.size > 0)
                boot_report_set(report, BOOT_REPORT_ERST_PRESENT, error != ERR_NO_STORE);
        if (error < 0)
                return;
        boot_report_set(report, BOOT_REPORT_ERST_BASE, stores->erst.range_address);
        boot_report_set(report, BOOT_REPORT_ERST_LENGTH, stores->erst.range_length);
        boot_report_set(report, BOOT_REPORT_ERST_ATTRIBUTES, stores->erst.attributes);
}

void boot_report_gather(const struct inventory *inventory, struct boot_report *ret_report) {
        *ret_report = (struct boot_report){ .program = VERSION };
        for (enum store store = 0; store < STORE_END; store++)
                gather_records(inventory, store, ret_report);
        gather_erst(&inventory->stores, ret_report);
}

void boot_report_add_copies(struct boot_report *report, const struct dump_result *copies) {
        boot_report_set(report, BOOT_REPORT_EVENTS_SAVED, copies->event_count);
        boot_report_set(report, BOOT_REPORT_RECORDS_SAVED, copies->record_count);
        boot_report_set(report, BOOT_REPORT_RECORDS_FAILED, copies->failed_count);
        boot_report_set(report, BOOT_REPORT_FILES_NEW, copies->file_count);
}

void boot_report_add_cleared(struct boot_report *report, const struct work *work) {
        for (size_t i = 0; i < work->count; i++) {
                const struct catalog_record *row = work->catalog->rows[i];

                for (enum store store = 0; store < STORE_END; store++)
                        report->numbers[store_rows[store].cleared] +=
                                row->record.store == store_rows[store].store &&
                                boot_report_knows(report, store_rows[store].cleared) &&
                                work->states[i].selected && work->states[i].outcome == 0;
        }
}

int boot_report_leave(struct app *app, struct boot_report *report) {
        uint64_t seconds = clock_seconds(app), total, remaining, largest;
        CHAR16 name[sizeof(BOOT_REPORT_NAME)];
        uint8_t bytes[BOOT_REPORT_SIZE];
        EFI_GUID vendor;

        if (seconds > 0)
                boot_report_set(report, BOOT_REPORT_TIME, seconds);
        if (runtime_variables_query(app, &total, &remaining, &largest) == 0) {
                boot_report_set(report, BOOT_REPORT_VARIABLES_TOTAL, total);
                boot_report_set(report, BOOT_REPORT_VARIABLES_REMAINING, remaining);
                boot_report_set(report, BOOT_REPORT_VARIABLE_LARGEST, largest);
        }
        for (size_t i = 0; i < sizeof(BOOT_REPORT_NAME); i++)
                name[i] = (CHAR16) BOOT_REPORT_NAME[i];
        memcpy(&vendor, &boot_report_vendor, sizeof(vendor));
        boot_report_write(report, bytes);
        return efi_status_to_error(
                app->runtime->SetVariable(name, &vendor, BOOT_REPORT_ATTRIBUTES, sizeof(bytes), bytes));
}

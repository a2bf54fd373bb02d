/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/boot-report.h"

#include "base/error.h"
#include "base/memory.h"

#define VERSION_NOW 1

#define VERSION_AT  0
#define KNOWN_AT    4
#define NUMBERS_AT  8
#define PROGRAM_AT  (NUMBERS_AT + BOOT_REPORT_NUMBERS * sizeof(uint64_t))

_Static_assert(PROGRAM_AT + sizeof(((struct boot_report *) NULL)->program) == BOOT_REPORT_SIZE,
               "the size is what is documented");

const struct guid boot_report_vendor =
        GUID_INIT(0x4ab8a1f6, 0x0d7c, 0x4c5e, 0x9d, 0x1b, 0x6e, 0x53, 0x2f, 0x80, 0xc7, 0x39);

void boot_report_set(struct boot_report *report, enum boot_report_number number, uint64_t value) {
        report->known |= UINT32_C(1) << number;
        report->numbers[number] = value;
}

void boot_report_write(const struct boot_report *report, uint8_t ret_bytes[BOOT_REPORT_SIZE]) {
        store_u32(ret_bytes + VERSION_AT, VERSION_NOW);
        store_u32(ret_bytes + KNOWN_AT, report->known);
        for (size_t i = 0; i < BOOT_REPORT_NUMBERS; i++)
                store_u64(ret_bytes + NUMBERS_AT + i * sizeof(uint64_t), report->numbers[i]);
        memcpy(ret_bytes + PROGRAM_AT, report->program, sizeof(report->program));
}

/* Printable, and NULs behind it: at least one. */
static bool is_text(struct bytes field) {
        size_t length = 0;

        while (bytes_u8(field, length) > ' ' && bytes_u8(field, length) < 0x7f)
                length++;
        return length < field.size && bytes_are_all(bytes_from(field, length), 0);
}

static bool has_more_cleared(const struct boot_report *report, enum boot_report_number cleared,
                             enum boot_report_number found) {
        return report->numbers[cleared] > report->numbers[found];
}

static bool makes_sense(const struct boot_report *report) {
        for (size_t i = 0; i < BOOT_REPORT_NUMBERS; i++)
                if (report->numbers[i] != 0 && !boot_report_knows(report, i))
                        return false;
        return report->known >> BOOT_REPORT_NUMBERS == 0 &&
               !has_more_cleared(report, BOOT_REPORT_EFI_CLEARED, BOOT_REPORT_EFI_RECORDS) &&
               !has_more_cleared(report, BOOT_REPORT_ERST_CLEARED, BOOT_REPORT_ERST_RECORDS) &&
               report->numbers[BOOT_REPORT_VARIABLES_REMAINING] <=
                       report->numbers[BOOT_REPORT_VARIABLES_TOTAL] &&
               is_text(bytes_of(report->program, sizeof(report->program)));
}

int boot_report_read(struct bytes bytes, struct boot_report *ret_report) {
        struct boot_report report;
        uint32_t version;

        if (bytes_load_u32(bytes, VERSION_AT, &version) < 0)
                return ERR_LENGTH;
        if (version != VERSION_NOW)
                return ERR_NOT_SUPPORTED;
        if (bytes.size != BOOT_REPORT_SIZE)
                return ERR_LENGTH;
        report.known = bytes_u32(bytes, KNOWN_AT);
        for (size_t i = 0; i < BOOT_REPORT_NUMBERS; i++)
                report.numbers[i] = bytes_u64(bytes, NUMBERS_AT + i * sizeof(uint64_t));
        memcpy(report.program, bytes_from(bytes, PROGRAM_AT).data, sizeof(report.program));
        if (!makes_sense(&report))
                return ERR_VALUE;
        *ret_report = report;
        return 0;
}

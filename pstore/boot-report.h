/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"
#include "base/guid.h"

/*
 * What the application leaves for the operating system that is started after it: a variable that is gone at
 * the next reset (UEFI 2.10, 8.2), of this name and vendor. All of it is little-endian:
 *
 *   0    version, 32 bits: 1
 *   4    which numbers are known, 32 bits: the first has bit 0
 *   8    the numbers, 64 bits each; one that is not known is 0
 *   136  the version of the program, 32 bytes: printable ASCII, and NULs up to the end
 */
#define BOOT_REPORT_NAME "PstoreFwReport"
#define BOOT_REPORT_SIZE 168

/* The vendor of all variables that are the application's own. */
extern const struct guid boot_report_vendor;

/* BOOTSERVICE_ACCESS | RUNTIME_ACCESS: a variable with others may be of an earlier boot. */
#define BOOT_REPORT_ATTRIBUTES 0x6

enum boot_report_number {
        BOOT_REPORT_TIME, /* seconds since 1970 */

        /* QueryVariableInfo() for variables as crash records are, after all that was done: bytes. */
        BOOT_REPORT_VARIABLES_TOTAL,
        BOOT_REPORT_VARIABLES_REMAINING,
        BOOT_REPORT_VARIABLE_LARGEST,

        /* Found, before any was cleared; and of these looked for again and gone. */
        BOOT_REPORT_EFI_RECORDS,
        BOOT_REPORT_EFI_CLEARED,
        BOOT_REPORT_ERST_RECORDS,
        BOOT_REPORT_ERST_CLEARED,

        BOOT_REPORT_ERST_PRESENT, /* 1, or 0: this machine has none */
        BOOT_REPORT_ERST_BASE,    /* of the error log address range (ACPI 6.5, 18.5.1.1) */
        BOOT_REPORT_ERST_LENGTH,
        BOOT_REPORT_ERST_ATTRIBUTES,

        /* What was dumped. */
        BOOT_REPORT_EVENTS_SAVED,
        BOOT_REPORT_RECORDS_SAVED,
        BOOT_REPORT_RECORDS_FAILED,
        BOOT_REPORT_FILES_NEW, /* 0: all that was to be saved had been before */

        BOOT_REPORT_NUMBERS,
};

struct boot_report {
        uint32_t known; /* a bit for each number */
        uint64_t numbers[BOOT_REPORT_NUMBERS];
        char program[32];
};

void boot_report_set(struct boot_report *report, enum boot_report_number number, uint64_t value);

static inline bool boot_report_knows(const struct boot_report *report, enum boot_report_number number) {
        return report->known >> number & 1;
}

void boot_report_write(const struct boot_report *report, uint8_t ret_bytes[BOOT_REPORT_SIZE]);

/*
 * Of the variable's data. ERR_NOT_SUPPORTED for another version; ERR_LENGTH for another size than this one
 * has; ERR_VALUE for a number that is neither known nor 0, for more records cleared than found or more bytes
 * left than there are, and for a version of the program that is no text.
 */
int boot_report_read(struct bytes bytes, struct boot_report *ret_report);

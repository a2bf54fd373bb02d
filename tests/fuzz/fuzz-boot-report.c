/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* Any bytes as the report of a boot: what is read has a text, and is written as the same bytes. */
#include "pstore/boot-report.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes input = bytes_of(data, size);
        uint8_t written[BOOT_REPORT_SIZE];
        struct boot_report report;

        if (boot_report_read(input, &report) < 0)
                return 0;
        fuzz_check(report.program[sizeof(report.program) - 1] == '\0');
        boot_report_write(&report, written);
        fuzz_check(bytes_equal(bytes_of(written, sizeof(written)), input));
        return 0;
}

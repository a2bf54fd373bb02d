/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "pstore/boot-report.h"
#include "tests/support/test.h"

/* One that was written, to be spoiled. */
static struct boot_report report;
static uint8_t bytes[BOOT_REPORT_SIZE + 1];

static int begin(NO_STATE) {
        report = (struct boot_report){ .program = "1.2.3" };
        memset(bytes, 0, sizeof(bytes));
        boot_report_set(&report, BOOT_REPORT_TIME, 1709210119);
        boot_report_set(&report, BOOT_REPORT_VARIABLES_TOTAL, 0x3ffb8);
        boot_report_set(&report, BOOT_REPORT_VARIABLES_REMAINING, 0x12345);
        boot_report_set(&report, BOOT_REPORT_EFI_RECORDS, 3);
        boot_report_set(&report, BOOT_REPORT_EFI_CLEARED, 3);
        boot_report_set(&report, BOOT_REPORT_ERST_PRESENT, 0);
        boot_report_set(&report, BOOT_REPORT_FILES_NEW, UINT64_MAX);
        boot_report_write(&report, bytes);
        return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

static int read_back(struct boot_report *ret_report) {
        return boot_report_read(bytes_of(bytes, BOOT_REPORT_SIZE), ret_report);
}

/* As docs/APPLICATION.md has them. */
static void test_layout(NO_STATE) {
        struct bytes view = bytes_of(bytes, BOOT_REPORT_SIZE);
        char vendor[GUID_TEXT_SIZE];

        assert_int_equal(bytes_u32(view, 0), 1);
        assert_int_equal(bytes_u32(view, 4), 1 << 0 | 1 << 1 | 1 << 2 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 15);
        assert_int_equal(bytes_u64(view, 8), 1709210119);
        assert_int_equal(bytes_u64(view, 24), 0x12345);
        assert_int_equal(bytes_u64(view, 40), 3);
        assert_true(bytes_u64(view, 128) == UINT64_MAX);
        assert_string_equal((const char *) bytes + 136, "1.2.3");
        assert_int_equal(BOOT_REPORT_SIZE, 168);
        guid_format(&boot_report_vendor, vendor);
        assert_string_equal(vendor, "4ab8a1f6-0d7c-4c5e-9d1b-6e532f80c739");
}

static void test_reads_what_was_written(NO_STATE) {
        struct boot_report read;

        assert_ok(read_back(&read));
        assert_int_equal(read.known, report.known);
        assert_memory_equal(read.numbers, report.numbers, sizeof(read.numbers));
        assert_string_equal(read.program, "1.2.3");
        assert_true(boot_report_knows(&read, BOOT_REPORT_ERST_PRESENT));
        assert_false(boot_report_knows(&read, BOOT_REPORT_ERST_BASE));
}

static void test_other_versions_and_sizes(NO_STATE) {
        struct boot_report read = { .known = 7 };

        for (size_t size = 0; size < BOOT_REPORT_SIZE; size++)
                assert_int_equal(boot_report_read(bytes_of(bytes, size), &read), ERR_LENGTH);
        assert_int_equal(boot_report_read(bytes_of(bytes, BOOT_REPORT_SIZE + 1), &read), ERR_LENGTH);
        store_u32(bytes, 2);
        assert_int_equal(read_back(&read), ERR_NOT_SUPPORTED);
        assert_int_equal(boot_report_read(bytes_of(bytes, 4), &read), ERR_NOT_SUPPORTED);
        assert_int_equal(read.known, 7);
}

static void assert_refused(void) {
        struct boot_report read;

        boot_report_write(&report, bytes);
        assert_int_equal(read_back(&read), ERR_VALUE);
        begin(NULL);
}

static void test_what_makes_no_sense(NO_STATE) {
        report.known |= 1 << BOOT_REPORT_NUMBERS;
        assert_refused();
        report.numbers[BOOT_REPORT_ERST_BASE] = 1; /* and not known */
        assert_refused();
        boot_report_set(&report, BOOT_REPORT_EFI_CLEARED, 4);
        assert_refused();
        boot_report_set(&report, BOOT_REPORT_ERST_CLEARED, 1);
        assert_refused();
        boot_report_set(&report, BOOT_REPORT_VARIABLES_REMAINING, 0x3ffb9);
        assert_refused();
}

static void test_program_is_a_text(NO_STATE) {
        struct boot_report read;

        memset(report.program, 'x', sizeof(report.program));
        assert_refused();
        report.program[1] = '\033';
        assert_refused();
        report.program[30] = 'x'; /* behind its NUL */
        assert_refused();
        memset(report.program, 0, sizeof(report.program));
        boot_report_write(&report, bytes);
        assert_ok(read_back(&read));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_layout),
                TEST(test_reads_what_was_written),
                TEST(test_other_versions_and_sizes),
                TEST(test_what_makes_no_sense),
                TEST(test_program_is_a_text),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

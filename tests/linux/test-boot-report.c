/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "linux/boot-report.h"
#include "tests/support/scratch.h"

#define FILE_OF "/sys/firmware/efi/efivars/PstoreFwReport-4ab8a1f6-0d7c-4c5e-9d1b-6e532f80c739"

static char *root;
static uint8_t file[4 + BOOT_REPORT_SIZE + 1];
static struct boot_report report;

static int begin(NO_STATE) {
        root = scratch_make();
        report = (struct boot_report){ .program = "1.2.3" };
        boot_report_set(&report, BOOT_REPORT_ERST_RECORDS, 5);
        store_u32(file, 6);
        boot_report_write(&report, file + 4);
        return 0;
}

static int end(NO_STATE) {
        scratch_remove(root);
        return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static int find(size_t size) {
        memset(&report, 0, sizeof(report));
        scratch_put(root, FILE_OF, "");
        scratch_write(scratch_path(root, &FILE_OF[1]), bytes_of(file, size));
        return boot_report_find(root, &report);
}

static void test_found(NO_STATE) {
        assert_error(boot_report_find(root, &report), ERR_NOT_FOUND);
        assert_ok(find(sizeof(file) - 1));
        assert_string_equal(report.program, "1.2.3");
        assert_int_equal(report.numbers[BOOT_REPORT_ERST_RECORDS], 5);
}

static void test_of_any_boot(NO_STATE) {
        store_u32(file, 7);
        assert_error(find(sizeof(file) - 1), ERR_VALUE);
        store_u32(file, 0x16);
        assert_error(find(sizeof(file) - 1), ERR_VALUE);
        assert_int_equal(report.program[0], '\0');
}

static void test_sizes_and_versions(NO_STATE) {
        assert_error(find(sizeof(file)), ERR_TOO_LARGE);
        assert_error(find(sizeof(file) - 2), ERR_LENGTH);
        assert_error(find(4), ERR_LENGTH);
        assert_error(find(3), ERR_LENGTH);
        assert_error(find(0), ERR_LENGTH);
        store_u32(file + 4, 2);
        assert_error(find(sizeof(file) - 1), ERR_NOT_SUPPORTED);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_found),
                TEST(test_of_any_boot),
                TEST(test_sizes_and_versions),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

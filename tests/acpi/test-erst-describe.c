/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "acpi/erst-describe.h"

/* Where a line would be longer than the console it goes on between two words; the section stays whole. */
static void test_findings_are_described_in_lines_of_the_console(NO_STATE) {
        static const struct {
                struct erst_finding finding;
                const char *text;
        } cases[] = {
                { { FINDING_WARNS, -1, -1, "the checksum is wrong", "ACPI 6.5, 5.2.6" },
                  "odd: the checksum is wrong (ACPI 6.5, 5.2.6)" },
                { { FINDING_BREAKS, 7, ERST_END_OPERATION, "the jump leaves the action",
                    "ACPI 6.5, 18.5.1.2" },
                  "breaks: entry 7: END_OPERATION: the jump leaves the action (ACPI 6.5, 18.5.1.2)" },
                { { FINDING_BREAKS, 77, ERST_END_OPERATION, "the jump leaves the action",
                    "ACPI 6.5, 18.5.1.2" },
                  "breaks: entry 77: END_OPERATION: the jump leaves the action (ACPI 6.5, 18.5.1.2)" },
                { { FINDING_BREAKS, 777, ERST_END_OPERATION, "the jump leaves the action",
                    "ACPI 6.5, 18.5.1.2" },
                  "breaks: entry 777: END_OPERATION: the jump leaves the action\n"
                  "        (ACPI 6.5, 18.5.1.2)" },
                { { FINDING_BREAKS, 4095, ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES,
                    "the register runs past the end of memory: address not assigned", "ACPI 6.5, 5.2.3.2" },
                  "breaks: entry 4095: GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES: the register runs\n"
                  "        past the end of memory: address not assigned (ACPI 6.5, 5.2.3.2)" },
                { { FINDING_BREAKS, 1, ERST_BEGIN_DUMMY_WRITE_OPERATION,
                    "a text that is so long that it takes one line and another one and reaches the third "
                    "line, "
                    "where the section is",
                    "ACPI 6.5, 18.5" },
                  "breaks: entry 1: BEGIN_DUMMY_WRITE_OPERATION: a text that is so long that it\n"
                  "        takes one line and another one and reaches the third line, where the\n"
                  "        section is (ACPI 6.5, 18.5)" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                char line[240];
                struct text text = TEXT_ON(line);

                erst_describe_finding(&cases[i].finding, &text);
                assert_string_equal(line, cases[i].text);
                assert_false(text.truncated);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_findings_are_described_in_lines_of_the_console),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

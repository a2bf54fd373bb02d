/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/bert.h"
#include "tests/support/test.h"

static uint8_t table[BERT_TABLE_SIZE];

static void make(uint32_t length, uint64_t address) {
        memset(table, 0, sizeof(table));
        memcpy(table, "BERT", 4);
        store_u32(table + 4, sizeof(table));
        store_u32(table + 36, length);
        store_u64(table + 40, address);
}

static void test_a_table(NO_STATE) {
        struct bert_table parsed;
        struct fault fault;

        make(0x8000, 0x7a000000);
        assert_ok(bert_table_parse(bytes_of(table, sizeof(table)), &parsed, &fault));
        assert_int_equal(parsed.address, 0x7a000000);
        assert_int_equal(parsed.length, 0x8000);
        make(0, 0); /* firmware that has a table and no region */
        assert_ok(bert_table_parse(bytes_of(table, sizeof(table)), &parsed, &fault));
        assert_int_equal(parsed.length, 0);
}

static void test_what_is_none(NO_STATE) {
        static const struct {
                uint32_t length;
                uint64_t address;
                size_t size;
                const char *signature;
                int error;
                size_t offset;
        } rows[] = {
                { 8, 8, 47, "BERT", ERR_TRUNCATED, 47 },
                { 8, 8, 48, "ERST", ERR_SIGNATURE, 0 },
                { BERT_REGION_MAX + 1, 8, 48, "BERT", ERR_LENGTH, 36 },
                { 8, 0, 48, "BERT", ERR_VALUE, 40 },
                { 8, UINT64_MAX - 6, 48, "BERT", ERR_VALUE, 40 },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct bert_table parsed = { 1, 2 };
                struct fault fault = { 0 };

                make(rows[i].length, rows[i].address);
                memcpy(table, rows[i].signature, 4);
                assert_error(bert_table_parse(bytes_of(table, rows[i].size), &parsed, &fault), rows[i].error);
                assert_int_equal(fault.offset, rows[i].offset);
                assert_true(parsed.address == 1 && parsed.length == 2);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_table),
                cmocka_unit_test(test_what_is_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

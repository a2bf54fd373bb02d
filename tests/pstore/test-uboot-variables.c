/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "pstore/uboot-variables.h"
#include "pstore/variable-name.h"
#include "tests/support/uboot-builder.h"

static const struct guid other_vendor =
        GUID_INIT(0x8be4df61, 0x93ca, 0x11d2, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c);

static struct bytes bytes_in(const struct uboot_file *file) {
        return bytes_of(file->bytes, file->size);
}

/* Offsets of the three variables. */
static void build(struct uboot_file *file, size_t at[3]) {
        uboot_file_init(file);
        at[0] = uboot_file_add(file, &other_vendor, "Boot0000", "12345678");
        at[1] = uboot_file_add(file, &variable_vendor_crash, "dump-type0-1-1-5-D", "Panic#1 Part1\nlog\n");
        at[2] = uboot_file_add(file, &variable_vendor_crash, "x", "");
}

static void test_each_variable(NO_STATE) {
        static const uint8_t name[] = { 'x', 0 };
        struct uboot_variables variables;
        struct variable_store_entry entry;
        struct uboot_file file;
        struct fault fault;
        size_t at[3], cursor = 0;

        build(&file, at);
        assert_true(uboot_variables_recognize(bytes_in(&file)));
        assert_ok(uboot_variables_open(bytes_in(&file), &variables, &fault));
        assert_ok(uboot_variables_check(&variables, &fault));
        assert_int_equal(uboot_variables_next(&variables, &cursor, &entry, &fault), 1);
        assert_int_equal(entry.offset, at[0]);
        assert_int_equal(entry.name.size, 16);
        assert_true(bytes_equal(entry.data, bytes_of("12345678", 8)));
        assert_true(guid_equal(&entry.vendor, &other_vendor));
        assert_int_equal(uboot_variables_next(&variables, &cursor, &entry, &fault), 1);
        assert_int_equal(entry.offset, at[1]);
        assert_int_equal(entry.size, at[2] - at[1]);
        assert_true(bytes_equal(entry.data, text_view("Panic#1 Part1\nlog\n")));
        assert_true(entry.live && !entry.salvaged && entry.attributes == 7);
        assert_int_equal(uboot_variables_next(&variables, &cursor, &entry, &fault), 1);
        assert_true(bytes_equal(entry.name, bytes_of(name, 2)));
        assert_int_equal(entry.data.size, 0);
        assert_int_equal(uboot_variables_next(&variables, &cursor, &entry, &fault), 0);
        assert_int_equal(uboot_variables_next(&variables, &cursor, &entry, &fault), 0);
}

/* The file may be longer than what is in it, and a file without a variable is none the worse. */
static void test_what_lies_behind(NO_STATE) {
        struct uboot_variables variables;
        struct variable_store_entry entry;
        struct uboot_file file;
        struct fault fault;
        size_t cursor = 0;

        uboot_file_init(&file);
        memset(file.bytes + file.size, 'x', 100);
        assert_ok(uboot_variables_open(bytes_of(file.bytes, file.size + 100), &variables, &fault));
        assert_ok(uboot_variables_check(&variables, &fault));
        assert_int_equal(uboot_variables_next(&variables, &cursor, &entry, &fault), 0);
}

static const struct {
        size_t offset, size, value, image_size;
        int error;
        const char *field;
} header_defects[] = {
        { 0, 0, 0, 23, ERR_TRUNCATED, "header" },
        { 8, 1, 'u', 0, ERR_SIGNATURE, "Magic" },
        { 15, 1, 2, 0, ERR_VALUE, "Revision" },
        { 16, 4, 23, 0, ERR_LENGTH, "Length" },
        { 16, 4, UBOOT_VARIABLES_SIZE_MAX + 1, 0, ERR_LENGTH, "Length" },
};

static void test_header_defects(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(header_defects); i++) {
                struct uboot_variables variables = { .end = 77 };
                struct uboot_file file;
                struct fault fault = { .field = "" };
                size_t at[3];

                build(&file, at);
                for (size_t k = 0; k < header_defects[i].size; k++)
                        file.bytes[header_defects[i].offset + k] =
                                (uint8_t) (header_defects[i].value >> 8 * k);
                if (header_defects[i].image_size > 0)
                        file.size = header_defects[i].image_size;
                assert_error(uboot_variables_open(bytes_in(&file), &variables, &fault),
                             header_defects[i].error);
                assert_string_equal(fault.field, header_defects[i].field);
                assert_int_equal(variables.end, 77);
        }
}

/* How many variables the file gives, then the walk's result. */
static size_t count(const struct uboot_file *file, size_t image_size, int checked, int walked,
                    const char *field) {
        struct uboot_variables variables;
        struct variable_store_entry entry;
        struct fault fault = { .field = "" };
        size_t cursor = 0, found = 0;
        int r;

        assert_ok(uboot_variables_open(bytes_of(file->bytes, image_size), &variables, &fault));
        assert_error(uboot_variables_check(&variables, &fault), checked);
        while ((r = uboot_variables_next(&variables, &cursor, &entry, &fault)) > 0)
                found++;
        assert_error(r, walked);
        assert_string_equal(fault.field, field);
        assert_int_equal(uboot_variables_next(&variables, &cursor, &entry, &fault), 0);
        return found;
}

static void test_damage_is_told_and_the_rest_is_read(NO_STATE) {
        struct uboot_file file;
        size_t at[3];

        build(&file, at);
        file.bytes[at[1] + 80] ^= 1;
        assert_int_equal(count(&file, file.size, ERR_CHECKSUM, 0, "Crc32"), 3);

        build(&file, at); /* torn by a loss of power */
        assert_int_equal(count(&file, at[2] + 10, ERR_TRUNCATED, ERR_LENGTH, "VariableName"), 2);
        assert_int_equal(count(&file, at[2], ERR_TRUNCATED, 0, "Length"), 2);

        store_u32(file.bytes + at[1], UINT32_MAX);
        assert_int_equal(count(&file, file.size, ERR_CHECKSUM, ERR_LENGTH, "DataSize"), 1);

        build(&file, at); /* a name without an end */
        memset(file.bytes + at[2] + 32, 'y', file.size - at[2] - 32);
        uboot_file_fix_checksum(&file);
        assert_int_equal(count(&file, file.size, 0, ERR_LENGTH, "VariableName"), 2);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_variable),
                cmocka_unit_test(test_what_lies_behind),
                cmocka_unit_test(test_header_defects),
                cmocka_unit_test(test_damage_is_told_and_the_rest_is_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

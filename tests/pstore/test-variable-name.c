/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "pstore/variable-name.h"

static const struct {
        const char *text;
        struct variable_name name;
} names[] = {
        { "dump-type0-1-1709210119", { VARIABLE_NAME_TIME, 0, 1, 0, 1709210119, 0, 0 } },
        { "dump-type2-3-0", { VARIABLE_NAME_TIME, 2, 3, 0, 0, 0, 0 } },
        { "dump-type0-1-2-1709210119", { VARIABLE_NAME_COUNT, 0, 1, 2, 1709210119, 0, 0 } },
        { "dump-type0-15-2-1709210120-C",
          { VARIABLE_NAME_COMPRESSION, 0, 15, 2, 1709210120, VARIABLE_COMPRESSION_YES, 'C' } },
        { "dump-type0-1-1-1709210119-D",
          { VARIABLE_NAME_COMPRESSION, 0, 1, 1, 1709210119, VARIABLE_COMPRESSION_NO, 'D' } },
        /* efi_pstore takes whatever stands there, and for all but a C no decompression */
        { "dump-type0-1-1-1709210119-X",
          { VARIABLE_NAME_COMPRESSION, 0, 1, 1, 1709210119, VARIABLE_COMPRESSION_NO, 'X' } },
        { "dump-type0-1-1-1709210119-c",
          { VARIABLE_NAME_COMPRESSION, 0, 1, 1, 1709210119, VARIABLE_COMPRESSION_NO, 'c' } },
        { "dump-type0-1-1-1709210119-1",
          { VARIABLE_NAME_COMPRESSION, 0, 1, 1, 1709210119, VARIABLE_COMPRESSION_NO, '1' } },
        { "dump-type0-1-1-1709210119--",
          { VARIABLE_NAME_COMPRESSION, 0, 1, 1, 1709210119, VARIABLE_COMPRESSION_NO, '-' } },
        { "dump-type4294967295-4294967295-4294967295-18446744073709551615-C",
          { VARIABLE_NAME_COMPRESSION, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT64_MAX,
            VARIABLE_COMPRESSION_YES, 'C' } },
        { "dump-type1-2-18446744073709551615", { VARIABLE_NAME_TIME, 1, 2, 0, UINT64_MAX, 0, 0 } },
};

static void test_every_generation_is_read(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                struct variable_name name;

                assert_ok(variable_name_parse(text_view(names[i].text), &name));
                assert_int_equal(name.generation, names[i].name.generation);
                assert_true(name.type == names[i].name.type);
                assert_true(name.part == names[i].name.part);
                assert_true(name.count == names[i].name.count);
                assert_true(name.seconds == names[i].name.seconds);
                assert_int_equal(name.compression, names[i].name.compression);
                assert_int_equal(name.ending, names[i].name.ending);
        }
}

static void test_every_generation_is_written(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                char buffer[128];
                struct text text = TEXT_ON(buffer);

                variable_name_format(&names[i].name, &text);
                assert_string_equal(buffer, names[i].text);
        }
}

/* Whoever makes a name says whether its data is compressed, and need not know the letters. */
static void test_the_ending_of_a_new_name(NO_STATE) {
        struct variable_name name = { VARIABLE_NAME_COMPRESSION, 0, 1, 1, 5, VARIABLE_COMPRESSION_NO, 0 };
        char plain[64], packed[64];
        struct text plain_text = TEXT_ON(plain), packed_text = TEXT_ON(packed);

        variable_name_format(&name, &plain_text);
        name.compression = VARIABLE_COMPRESSION_YES;
        variable_name_format(&name, &packed_text);
        assert_string_equal(plain, "dump-type0-1-1-5-D");
        assert_string_equal(packed, "dump-type0-1-1-5-C");
}

static void test_what_is_no_name_of_the_kernels(NO_STATE) {
        static const char *const texts[] = {
                "",
                "dump-type",
                "dump-type0",
                "dump-type0-1",
                "dump-type0-1-",
                "dump-type0-1-1709210119-",
                "dump-type0-1-1709210119-C", /* the first generation has no such ending */
                "dump-type0-1-1-1709210119-",
                "dump-type0-1-1-1709210119- ",
                "dump-type0-1-1-1709210119-\x7f",
                "dump-type0-1-1-1709210119-\n",
                "dump-type0-1-1-1709210119-CC",
                "dump-type0-1-1-1709210119-C-",
                "dump-type0-1-1-1709210119-C\n",
                "dump-type0-1-1-1709210119C",
                "dump-type0-1-1-1709210119x",
                "dump-type0-1--1-1709210119-C",
                "dump-type0--1-1-1709210119-C",
                "dump-type-1-1-1-1709210119-C",
                "dump-type 0-1-1-1709210119-C",
                "dump-type0-1-1-+1709210119-C",
                "dump-type0x1-1-1-1709210119-C",
                "Dump-type0-1-1-1709210119-C",
                " dump-type0-1-1-1709210119-C",
                "dump-type4294967296-1-1-1709210119-C",
                "dump-type0-4294967296-1-1709210119-C",
                "dump-type0-1-4294967296-1709210119-C",
                "dump-type0-1-1-18446744073709551616-C",
                "dump-type0-1-1-99999999999999999999999-C",
                "BootOrder",
        };
        struct variable_name name = { .part = 77 };

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
                if (variable_name_parse(text_view(texts[i]), &name) >= 0)
                        fail_msg("\"%s\" is a name", texts[i]);
        assert_int_equal(name.part, 77);
}

static void test_every_cut_is_bounded(NO_STATE) {
        static const char text[] = "dump-type0-15-2-1709210120-C";
        struct variable_name name;

        for (size_t size = 0; size < sizeof(text); size++) {
                char *cut = malloc(size + 1);

                memcpy(cut, text, size);
                (void) variable_name_parse(bytes_of(cut, size), &name);
                cut = realloc(cut, size + (size == 0));
                (void) variable_name_parse(bytes_of(cut, size), &name);
                free(cut);
        }
}

static void test_the_vendor_is_linux_crash_guid(NO_STATE) {
        char text[GUID_TEXT_SIZE];

        guid_format(&variable_vendor_crash, text);
        assert_string_equal(text, "cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0");
        assert_int_equal(variable_vendor_crash.bytes[0], 0x79);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_generation_is_read),
                cmocka_unit_test(test_every_generation_is_written),
                cmocka_unit_test(test_the_ending_of_a_new_name),
                cmocka_unit_test(test_what_is_no_name_of_the_kernels),
                cmocka_unit_test(test_every_cut_is_bounded),
                cmocka_unit_test(test_the_vendor_is_linux_crash_guid),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

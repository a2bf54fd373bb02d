/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "pstore/cper.h"
#include "pstore/record.h"

#define ERST_ID   0x65e079fe00000001
#define ERST_NAME "65e079fe00000001"
#define EFI_STEM  "dump-type0-1-2-1709210119"

static uint8_t raw[1024];

static struct record make(enum record_store store, const char *name) {
        struct record record;

        assert_ok(record_init(&record, store, text_view(name)));
        return record;
}

static struct bytes build(uint64_t id, const char *text) {
        size_t size;

        assert_ok(cper_build_dmesg(id, 1709210113, text_view(text), raw, sizeof(raw), &size));
        return bytes_of(raw, size);
}

static const char *id_of(const struct record *record) {
        static char id[RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);

        record_format_id(record, &text);
        assert_false(text.truncated);
        return id;
}

static const char *file_of(const struct record *record) {
        static char name[4 * RECORD_ID_SIZE];
        struct text text = TEXT_ON(name);

        record_format_file_name(record, &text);
        return name;
}

/* --- ids ---------------------------------------------------------------------------------------- */

static void test_ids_and_file_names(NO_STATE) {
        struct record erst = make(RECORD_STORE_ERST, ERST_NAME);
        struct record efi = make(RECORD_STORE_EFI, EFI_STEM "-C");
        struct record odd = make(RECORD_STORE_EFI, "a:b/c\\d e\xc3\xa4*?.x");

        assert_string_equal(id_of(&erst), "erst:" ERST_NAME);
        assert_string_equal(file_of(&erst), "erst-" ERST_NAME);
        assert_string_equal(id_of(&efi), "efi:" EFI_STEM "-C");
        assert_string_equal(file_of(&efi), "efi-" EFI_STEM "-C");
        assert_string_equal(file_of(&odd), "efi-a_3ab_2fc_5cd_20e_c3_a4_2a_3f.x");
}

static void test_names_have_a_longest(NO_STATE) {
        char name[RECORD_NAME_SIZE + 1];
        struct record record = { .boot = 77 };

        memset(name, 'n', sizeof(name));
        assert_error(record_init(&record, RECORD_STORE_EFI, bytes_of(name, RECORD_NAME_SIZE)), ERR_TOO_LARGE);
        assert_int_equal(record.boot, 77);
        assert_ok(record_init(&record, RECORD_STORE_EFI, bytes_of(name, RECORD_NAME_SIZE - 1)));
        assert_int_equal(strlen(record.name), RECORD_NAME_SIZE - 1);
        assert_int_equal(strlen(id_of(&record)), RECORD_NAME_SIZE + 3);
        assert_int_equal(record.type, RECORD_TYPE_UNKNOWN);
}

static void test_an_id_is_its_store_and_its_name(NO_STATE) {
        struct record erst = make(RECORD_STORE_ERST, ERST_NAME);

        assert_true(record_has_id(&erst, "erst:" ERST_NAME));
        assert_false(record_has_id(&erst, "efi:" ERST_NAME));
        assert_false(record_has_id(&erst, "erst:65e079fe00000002"));
        assert_false(record_has_id(&erst, "erst-" ERST_NAME));
        assert_false(record_has_id(&erst, "erst" ERST_NAME));
        assert_false(record_has_id(&erst, "erst:" ERST_NAME "-C"));
        assert_false(record_has_id(&erst, "erst:"));
        assert_false(record_has_id(&erst, "erst"));
        assert_false(record_has_id(&erst, "e"));
        assert_false(record_has_id(&erst, ""));
}

static void test_the_ending_that_pstore_hides_may_be_left_out(NO_STATE) {
        static const struct {
                const char *stored, *id;
                bool same;
        } rows[] = {
                { EFI_STEM "-C", "efi:" EFI_STEM "-C", true },
                { EFI_STEM "-C", "efi:" EFI_STEM, true },
                { EFI_STEM, "efi:" EFI_STEM "-D", true },
                { EFI_STEM, "efi:" EFI_STEM, true },
                { EFI_STEM "-C", "efi:" EFI_STEM "-D", false },
                { EFI_STEM "-C", "efi:" EFI_STEM "-", false },
                { EFI_STEM "-C", "efi:" EFI_STEM "0", false },
                { "odd-C", "efi:odd", false },
                { "odd-C", "efi:odd-C", true },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct record stored = make(RECORD_STORE_EFI, rows[i].stored);
                struct record other = make(RECORD_STORE_EFI, rows[i].id + 4);

                if (record_has_id(&stored, rows[i].id) != rows[i].same)
                        fail_msg("%s and %s", rows[i].stored, rows[i].id);
                assert_int_equal(record_same_id(&stored, &other), rows[i].same);
                assert_int_equal(record_same_id(&other, &stored), rows[i].same);
                assert_true(record_compare_id(&stored, &other) == -record_compare_id(&other, &stored));
                assert_true(record_compare_id(&stored, &other) == 0 || !rows[i].same);
                other.store = RECORD_STORE_ERST;
                assert_false(record_same_id(&stored, &other));
                assert_true(record_compare_id(&stored, &other) > 0 && record_compare_id(&other, &stored) < 0);
        }
}

/* K6.1 drivers/firmware/efi/cper.c: two forms, of which the second begins in 2038. */
static void test_erst_ids_tell_their_boot(NO_STATE) {
        assert_int_equal(record_erst_boot(ERST_ID), 0x65e079fe);
        assert_int_equal(record_erst_boot(0x7fffffffffffffff), 0x7fffffff);
        assert_true(record_erst_boot(UINT64_C(0x8000000000000000) | UINT64_C(0x80000000) << 24 | 5) ==
                    0x80000000);
        assert_true(record_erst_boot(UINT64_C(0x8000000000000000) | UINT64_C(0x100000001) << 24 | 0xffffff) ==
                    0x100000001);
        assert_int_equal(record_erst_boot(1), 0);
}

/* --- what records say of themselves ------------------------------------------------------------- */

static void test_an_erst_record_of_linux(NO_STATE) {
        struct record record = make(RECORD_STORE_ERST, ERST_NAME);
        struct bytes built = build(ERST_ID, "Panic#1 Part2\nlog\n");

        /* An exchange buffer is longer than what lies in it. */
        assert_ok(record_parse(&record, bytes_of(raw, sizeof(raw))));
        assert_int_equal(record.type, RECORD_TYPE_DMESG);
        assert_int_equal(record.raw.size, built.size);
        assert_true(bytes_equal(record.payload, text_view("Panic#1 Part2\nlog\n")));
        assert_int_equal(record.compression, RECORD_COMPRESSION_NO);
        assert_true(record.has_time);
        assert_int_equal(record.seconds, 1709210113);
        assert_int_equal(record.boot, 0x65e079fe);
        assert_true(guid_equal(&record.section_type, &cper_section_dmesg));
        assert_false(record.decoded);
        assert_false(record_is_part(&record));
}

static void test_each_section_type_of_linux(NO_STATE) {
        static const struct {
                const struct guid *section;
                enum record_type type;
                enum record_compression compression;
        } rows[] = {
                { &cper_section_dmesg, RECORD_TYPE_DMESG, RECORD_COMPRESSION_NO },
                { &cper_section_dmesg_compressed, RECORD_TYPE_DMESG, RECORD_COMPRESSION_YES },
                { &cper_section_mce, RECORD_TYPE_MCE, RECORD_COMPRESSION_NO },
                { &cper_creator_linux, RECORD_TYPE_FOREIGN, RECORD_COMPRESSION_UNKNOWN },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct record record = make(RECORD_STORE_ERST, ERST_NAME);
                struct bytes built = build(ERST_ID, "x");

                memcpy(raw + 128 + 16, rows[i].section->bytes, GUID_SIZE);
                assert_ok(record_parse(&record, built));
                assert_int_equal(record.type, rows[i].type);
                assert_int_equal(record.compression, rows[i].compression);
                assert_true(guid_equal(&record.section_type, rows[i].section));
        }
}

static void test_a_foreign_creator(NO_STATE) {
        struct record record = make(RECORD_STORE_ERST, ERST_NAME);
        struct bytes built = build(ERST_ID, "Panic#1 Part2\nlog\n");

        raw[64] ^= 1;
        store_u64(raw + 24, 0x2026112100075124);
        assert_ok(record_parse(&record, built));
        assert_int_equal(record.type, RECORD_TYPE_FOREIGN);
        assert_int_equal(record.raw.size, built.size);
        assert_true(record.has_time);
        assert_int_equal(record.seconds, 1795247484);
        store_u16(raw + 10, 0);
        record = make(RECORD_STORE_ERST, ERST_NAME);
        assert_ok(record_parse(&record, built));
        assert_int_equal(record.type, RECORD_TYPE_FOREIGN);
        assert_int_equal(record.payload.size, 0);
}

static void assert_malformed(const char *name, struct bytes bytes, int error, size_t offset,
                             const char *field) {
        struct record record = make(RECORD_STORE_ERST, name);

        assert_error(record_parse(&record, bytes), error);
        assert_error(record.error, error);
        assert_int_equal(record.type, RECORD_TYPE_UNKNOWN);
        assert_string_equal(record.fault.field, field);
        assert_int_equal(record.fault.offset, offset);
        assert_int_equal(record.payload.size, 0);
        assert_int_equal(record.raw.size, bytes.size); /* what there is can still be saved */
}

static void test_malformed_erst_records_say_where(NO_STATE) {
        struct bytes built = build(ERST_ID, "x");

        assert_malformed("65e079fe00000002", built, ERR_VALUE, 96, "record id");
        assert_malformed("65e079fe0000001", built, ERR_VALUE, 96, "record id");
        assert_malformed(ERST_NAME "0", built, ERR_VALUE, 96, "record id");
        assert_malformed("", built, ERR_VALUE, 96, "record id");
        assert_malformed(ERST_NAME, bytes_first(built, 200), ERR_LENGTH, 20, "record length");
        assert_malformed(ERST_NAME, bytes_first(built, 0), ERR_TRUNCATED, 0, "record header");
}

/* Torn within the log: the error stands, and the beginning of the log is there. */
static void test_a_torn_record_keeps_what_it_has(NO_STATE) {
        struct record record = make(RECORD_STORE_ERST, ERST_NAME);
        struct bytes built = build(ERST_ID, "Panic#1 Part2\nlog\n");

        assert_error(record_parse(&record, bytes_first(built, built.size - 4)), ERR_LENGTH);
        assert_int_equal(record.type, RECORD_TYPE_DMESG);
        assert_true(bytes_equal(record.payload, text_view("Panic#1 Part2\n")));
        assert_int_equal(record.boot, ERST_ID >> 32);
        assert_true(record.has_time);
        /* Another's record, or another id: nothing of it is ours to understand. */
        record = make(RECORD_STORE_ERST, "65e079fe000000ff");
        assert_error(record_parse(&record, bytes_first(built, built.size - 4)), ERR_LENGTH);
        assert_int_equal(record.type, RECORD_TYPE_UNKNOWN);
        raw[64] ^= 1;
        assert_malformed(ERST_NAME, bytes_first(built, built.size - 4), ERR_LENGTH, 20, "record length");
}

static void test_a_hardware_error_variable_is_a_cper_record(NO_STATE) {
        struct record record = make(RECORD_STORE_EFI, "HwErrRec00fA");
        struct bytes built = build(ERST_ID, "x");

        raw[64] ^= 1;
        store_u64(raw + 24, 0x2026112100075124);
        assert_ok(record_parse(&record, built));
        assert_true(record_is_hardware_error(&record));
        assert_int_equal(record.type, RECORD_TYPE_FOREIGN);
        assert_int_equal(record.seconds, 1795247484);
        assert_true(record.has_time);
        raw[0] = 'X';
        record = make(RECORD_STORE_EFI, "HwErrRec00fA");
        assert_error(record_parse(&record, built), ERR_SIGNATURE);
        record = make(RECORD_STORE_EFI, "HwErrRec00fg");
        assert_error(record_parse(&record, built), ERR_VALUE);
        assert_string_equal(record.fault.field, "variable name");
}

static void test_a_variable_is_told_by_its_name(NO_STATE) {
        static const struct {
                const char *name;
                enum record_type type;
                uint64_t seconds;
                enum record_compression compression;
        } rows[] = {
                { "dump-type0-1-2-1709210119-C", RECORD_TYPE_DMESG, 1709210119, RECORD_COMPRESSION_YES },
                { "dump-type0-1-2-1709210119-D", RECORD_TYPE_DMESG, 1709210119, RECORD_COMPRESSION_NO },
                { "dump-type0-1-2-1709210119-X", RECORD_TYPE_DMESG, 1709210119, RECORD_COMPRESSION_NO },
                { "dump-type1-1-2-5", RECORD_TYPE_MCE, 5, RECORD_COMPRESSION_UNKNOWN },
                { "dump-type2-1-7", RECORD_TYPE_CONSOLE, 7, RECORD_COMPRESSION_UNKNOWN },
                { "dump-type8-1-7", RECORD_TYPE_PPC_OPAL, 7, RECORD_COMPRESSION_UNKNOWN },
                { "dump-type9-1-7", RECORD_TYPE_UNKNOWN, 7, RECORD_COMPRESSION_UNKNOWN },
                { "dump-type255-1-7", RECORD_TYPE_UNKNOWN, 7, RECORD_COMPRESSION_UNKNOWN },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct record record = make(RECORD_STORE_EFI, rows[i].name);

                assert_ok(record_parse(&record, text_view("data")));
                assert_int_equal(record.type, rows[i].type);
                assert_true(record.has_time);
                assert_true(record.seconds == rows[i].seconds);
                assert_int_equal(record.compression, rows[i].compression);
                assert_true(bytes_equal(record.payload, text_view("data")));
                assert_int_equal(record.boot, 0);
        }
}

static void test_a_variable_of_another_name_is_kept(NO_STATE) {
        struct record record = make(RECORD_STORE_EFI, "cfg-something");

        assert_error(record_parse(&record, text_view("data")), ERR_VALUE);
        assert_int_equal(record.type, RECORD_TYPE_UNKNOWN);
        assert_string_equal(record.fault.field, "variable name");
        assert_int_equal(record.payload.size, 0);
        assert_true(bytes_equal(record.raw, text_view("data")));
        assert_false(record.has_time);
}

/* --- text --------------------------------------------------------------------------------------- */

static void test_only_dmesg_with_a_header_line_is_a_part(NO_STATE) {
        struct record record = make(RECORD_STORE_EFI, EFI_STEM);

        record_describe(&record, RECORD_TYPE_DMESG, 5);
        assert_false(record_is_part(&record));
        record_set_text(&record, text_view("Oops#2 Part3\nlog\n"), "text");
        assert_true(record_is_part(&record));
        assert_int_equal(record.header.part, 3);
        assert_string_equal(record.codec, "text");
        assert_true(bytes_equal(record_log(&record), text_view("log\n")));

        record = make(RECORD_STORE_EFI, EFI_STEM);
        record_describe(&record, RECORD_TYPE_DMESG, 5);
        record_set_text(&record, text_view("something\n"), "text");
        assert_false(record_is_part(&record));
        assert_true(bytes_equal(record_log(&record), text_view("something\n")));

        record = make(RECORD_STORE_EFI, EFI_STEM);
        record_describe(&record, RECORD_TYPE_CONSOLE, 5);
        record_set_text(&record, text_view("Oops#2 Part3\nlog\n"), "text");
        assert_false(record_is_part(&record));
        assert_int_equal(record_log(&record).size, 17);
}

static void test_a_description_knows_its_boot(NO_STATE) {
        struct record record = make(RECORD_STORE_ERST, ERST_NAME);

        record_describe(&record, RECORD_TYPE_DMESG, 1709210113);
        assert_int_equal(record.boot, 0x65e079fe);
        assert_true(record.has_time);
        assert_int_equal(record.seconds, 1709210113);
        assert_int_equal(record.raw.size, 0);
}

static void test_types_have_the_kernels_names(NO_STATE) {
        static const char *const names[] = { "dmesg",          "mce",  "console",
                                             "ftrace",         "rtas", "powerpc-ofw",
                                             "powerpc-common", "pmsg", "powerpc-opal" };

        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                assert_string_equal(record_type_name((enum record_type) i), names[i]);
                assert_int_equal(record_type_find(text_view(names[i])), i);
        }
        assert_string_equal(record_type_name(RECORD_TYPE_FOREIGN), "foreign");
        assert_string_equal(record_type_name((enum record_type) 77), "unknown");
        assert_error(record_type_find(text_view("dmes")), ERR_VALUE);
        assert_error(record_type_find(text_view("")), ERR_VALUE);
        assert_string_equal(record_store_name(RECORD_STORE_ERST), "erst");
        assert_string_equal(record_store_name(RECORD_STORE_EFI), "efi");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_ids_and_file_names),
                cmocka_unit_test(test_names_have_a_longest),
                cmocka_unit_test(test_an_id_is_its_store_and_its_name),
                cmocka_unit_test(test_the_ending_that_pstore_hides_may_be_left_out),
                cmocka_unit_test(test_erst_ids_tell_their_boot),
                cmocka_unit_test(test_an_erst_record_of_linux),
                cmocka_unit_test(test_each_section_type_of_linux),
                cmocka_unit_test(test_a_foreign_creator),
                cmocka_unit_test(test_malformed_erst_records_say_where),
                cmocka_unit_test(test_a_torn_record_keeps_what_it_has),
                cmocka_unit_test(test_a_hardware_error_variable_is_a_cper_record),
                cmocka_unit_test(test_a_variable_is_told_by_its_name),
                cmocka_unit_test(test_a_variable_of_another_name_is_kept),
                cmocka_unit_test(test_only_dmesg_with_a_header_line_is_a_part),
                cmocka_unit_test(test_a_description_knows_its_boot),
                cmocka_unit_test(test_types_have_the_kernels_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

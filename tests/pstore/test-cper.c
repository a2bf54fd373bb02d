/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "pstore/cper-names.h"
#include "pstore/cper.h"

/* Two sections: descriptors at 128 and 200, bodies of 16 and 24 bytes right behind them. */
#define SECTIONS_END    272
#define RECORD_SIZE     (SECTIONS_END + 16 + 24)
#define RECORD_ROOM     (RECORD_SIZE + 64)

#define LENGTH_AT       20
#define SECTION_COUNT   10
#define VALIDATION_AT   16
#define TIMESTAMP_AT    24
#define CREATOR_AT      64
#define DESCRIPTOR_1    128
#define DESCRIPTOR_2    200
#define LINUX_RECORD_ID 0x65e079fe00000001

/* UEFI 2.10, N.2.4.2: firmware's "Platform Memory" section, and a creator that is not Linux */
static const struct guid section_memory =
        GUID_INIT(0xa5bc1114, 0x6f64, 0x4ede, 0xb8, 0x63, 0x3e, 0x83, 0xed, 0x7c, 0x83, 0xb1);
static const struct guid creator_windows =
        GUID_INIT(0xcf07c4bd, 0xb789, 0x4e18, 0xb3, 0xc4, 0x1f, 0x73, 0x2c, 0xb5, 0x71, 0x31);

static void put_descriptor(uint8_t *record, size_t at, uint32_t offset, uint32_t length) {
        store_u32(record + at, offset);
        store_u32(record + at + 4, length);
        store_u32(record + at + 12, 1);
        memcpy(record + at + 16, section_memory.bytes, GUID_SIZE);
        store_u32(record + at + 48, CPER_SEVERITY_CORRECTED);
}

static void build(uint8_t record[RECORD_ROOM]) {
        memset(record, 0, RECORD_ROOM);
        memcpy(record, "CPER", 4);
        store_u16(record + 4, 0x0101);
        store_u32(record + 6, 0xffffffff);
        store_u16(record + SECTION_COUNT, 2);
        store_u32(record + 12, CPER_SEVERITY_RECOVERABLE);
        store_u32(record + VALIDATION_AT, 7);
        store_u32(record + LENGTH_AT, RECORD_SIZE);
        memset(record + 32, 0x11, 16);
        memset(record + 48, 0x22, 16);
        memcpy(record + CREATOR_AT, creator_windows.bytes, GUID_SIZE);
        memset(record + 80, 0x33, 16);
        store_u64(record + 96, 0x0123456789abcdef);
        store_u32(record + 104, 5);
        put_descriptor(record, DESCRIPTOR_1, SECTIONS_END, 16);
        put_descriptor(record, DESCRIPTOR_2, SECTIONS_END + 16, 24);
        memset(record + SECTIONS_END, 'a', 16);
        memset(record + SECTIONS_END + 16, 'b', 24);
}

static void test_each_field_is_where_the_specification_puts_it(NO_STATE) {
        struct cper_record parsed;
        uint8_t record[RECORD_ROOM];
        struct fault fault;

        build(record);
        assert_ok(cper_parse(bytes_of(record, sizeof(record)), &parsed, &fault));
        assert_ptr_equal(parsed.raw.data, record);
        assert_int_equal(parsed.raw.size, RECORD_SIZE);
        assert_int_equal(parsed.revision, 0x0101);
        assert_int_equal(parsed.section_count, 2);
        assert_int_equal(parsed.severity, CPER_SEVERITY_RECOVERABLE);
        assert_int_equal(parsed.validation, 7);
        assert_memory_equal(parsed.platform.bytes, record + 32, 16);
        assert_memory_equal(parsed.partition.bytes, record + 48, 16);
        assert_true(guid_equal(&parsed.creator, &creator_windows));
        assert_memory_equal(parsed.notification.bytes, record + 80, 16);
        assert_true(parsed.record_id == 0x0123456789abcdef);
        assert_int_equal(parsed.flags, 5);
}

static void test_each_section_is_its_own_body(NO_STATE) {
        struct cper_section section = { .flags = 77 };
        struct cper_record parsed;
        uint8_t record[RECORD_ROOM];
        struct fault fault;

        build(record);
        assert_ok(cper_parse(bytes_of(record, sizeof(record)), &parsed, &fault));
        assert_error(cper_section(&parsed, 2, &section), ERR_INVALID_ARGUMENT);
        assert_error(cper_section(&parsed, SIZE_MAX, &section), ERR_INVALID_ARGUMENT);
        assert_int_equal(section.flags, 77);
        for (size_t i = 0; i < 2; i++) {
                assert_ok(cper_section(&parsed, i, &section));
                assert_ptr_equal(section.body.data, record + SECTIONS_END + 16 * i);
                assert_int_equal(section.body.size, i == 0 ? 16 : 24);
                assert_true(bytes_are_all(section.body, i == 0 ? 'a' : 'b'));
                assert_true(guid_equal(&section.type, &section_memory));
                assert_int_equal(section.severity, CPER_SEVERITY_CORRECTED);
                assert_int_equal(section.flags, 1);
        }
}

static void test_a_record_of_no_section_is_one(NO_STATE) {
        struct cper_section section;
        struct cper_record parsed;
        uint8_t record[RECORD_ROOM];
        struct fault fault;

        build(record);
        store_u16(record + SECTION_COUNT, 0);
        store_u32(record + LENGTH_AT, CPER_HEADER_SIZE);
        assert_ok(cper_parse(bytes_of(record, CPER_HEADER_SIZE), &parsed, &fault));
        assert_int_equal(parsed.section_count, 0);
        assert_error(cper_section(&parsed, 0, &section), ERR_INVALID_ARGUMENT);
}

static const struct defect {
        const char *what;
        size_t offset, width;
        uint64_t value;
        size_t size;
        int error;
        size_t fault_offset;
        const char *field;
} defects[] = {
        { "nothing at all", 0, 0, 0, 0, ERR_TRUNCATED, 0, "record header" },
        { "short header", 0, 0, 0, 127, ERR_TRUNCATED, 127, "record header" },
        { "signature", 3, 1, 'X', RECORD_SIZE, ERR_SIGNATURE, 0, "signature start" },
        { "signature end", 9, 1, 0xfe, RECORD_SIZE, ERR_SIGNATURE, 6, "signature end" },
        { "length one larger", 20, 4, RECORD_SIZE + 1, RECORD_SIZE, ERR_LENGTH, 20, "record length" },
        { "length of all ones", 20, 4, UINT32_MAX, RECORD_SIZE, ERR_LENGTH, 20, "record length" },
        { "length 0", 20, 4, 0, RECORD_SIZE, ERR_LENGTH, 20, "record length" },
        { "length ends in the descriptors", 20, 4, 271, RECORD_SIZE, ERR_LENGTH, 20, "record length" },
        { "65535 sections", 10, 2, 65535, RECORD_SIZE, ERR_LENGTH, 20, "record length" },
        { "one section too many", 10, 2, 3, RECORD_SIZE, ERR_LENGTH, 20, "record length" },
        { "length cuts the last section", 20, 4, RECORD_SIZE - 1, RECORD_SIZE, ERR_LENGTH, 204,
          "section length" },
        { "section in the header", 128, 4, 0, RECORD_SIZE, ERR_VALUE, 128, "section offset" },
        { "section in the descriptors", 128, 4, 271, RECORD_SIZE, ERR_VALUE, 128, "section offset" },
        { "second section in the descriptors", 200, 4, 200, RECORD_SIZE, ERR_VALUE, 200, "section offset" },
        { "section starts behind the record", 128, 4, RECORD_SIZE + 1, RECORD_SIZE, ERR_LENGTH, 132,
          "section length" },
        { "section starts at all ones", 128, 4, UINT32_MAX, RECORD_SIZE, ERR_LENGTH, 132, "section length" },
        { "section ends one behind the record", 204, 4, 25, RECORD_SIZE, ERR_LENGTH, 204, "section length" },
        { "section as long as wraps 32 bits", 204, 4, UINT32_MAX - 287, RECORD_SIZE, ERR_LENGTH, 204,
          "section length" },
        { "section reaches what lies behind the record", 204, 4, 26, RECORD_ROOM, ERR_LENGTH, 204,
          "section length" },
};

static void test_each_defect_has_its_place(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(defects); i++) {
                const struct defect *defect = &defects[i];
                struct cper_record parsed = { .flags = 77 };
                struct fault fault = { .field = "none" };
                uint8_t built[RECORD_ROOM], *record;
                int r;

                build(built);
                for (size_t k = 0; k < defect->width; k++)
                        built[defect->offset + k] = (uint8_t) (defect->value >> 8 * k);
                record = malloc(defect->size + (defect->size == 0)); /* so that ASan sees each byte behind */
                memcpy(record, built, defect->size);
                r = cper_parse(bytes_of(record, defect->size), &parsed, &fault);
                free(record);
                if (r != defect->error || strcmp(fault.field, defect->field) != 0 ||
                    fault.offset != defect->fault_offset)
                        fail_msg("%s: %s, %s at %zu", defect->what, error_name(r), fault.field, fault.offset);
                assert_non_null(fault.reason);
                assert_int_equal(parsed.flags, 77);
        }
}

static void test_the_smallest_and_the_empty_section_fit(NO_STATE) {
        struct cper_section section;
        struct cper_record parsed;
        uint8_t record[RECORD_ROOM];
        struct fault fault;

        build(record);
        store_u32(record + DESCRIPTOR_2, RECORD_SIZE); /* at the very end */
        store_u32(record + DESCRIPTOR_2 + 4, 0);
        assert_ok(cper_parse(bytes_of(record, RECORD_SIZE), &parsed, &fault));
        assert_ok(cper_section(&parsed, 1, &section));
        assert_int_equal(section.body.size, 0);
}

/* --- time --------------------------------------------------------------------------------------- */

static bool time_of(const struct guid *creator, uint32_t validation, uint64_t timestamp,
                    uint64_t *ret_seconds) {
        struct cper_record parsed;
        uint8_t record[RECORD_ROOM];
        struct fault fault;

        build(record);
        memcpy(record + CREATOR_AT, creator->bytes, GUID_SIZE);
        store_u32(record + VALIDATION_AT, validation);
        store_u64(record + TIMESTAMP_AT, timestamp);
        assert_ok(cper_parse(bytes_of(record, RECORD_SIZE), &parsed, &fault));
        return cper_time(&parsed, ret_seconds);
}

static void test_linux_time_is_plain_seconds(NO_STATE) {
        uint64_t seconds = 0;

        assert_true(time_of(&cper_creator_linux, 2, 1709210113, &seconds));
        assert_int_equal(seconds, 1709210113);
        assert_true(time_of(&cper_creator_linux, 2, 0x123456789a, &seconds));
        assert_true(seconds == 0x123456789a);
}

static void test_other_time_is_bcd(NO_STATE) {
        uint64_t seconds = 0;

        /* century, year, month, day, flags, hours, minutes, seconds: 2026-11-21 07:51:24 */
        assert_true(time_of(&creator_windows, 2, 0x2026112100075124, &seconds));
        assert_int_equal(seconds, 1795247484);
        /* "precise" in the byte of flags changes nothing */
        assert_true(time_of(&creator_windows, 7, 0x2026112101075124, &seconds));
        assert_int_equal(seconds, 1795247484);
        assert_true(time_of(&creator_windows, 2, 0x1970010100000000, &seconds));
        assert_int_equal(seconds, 0);
        assert_true(time_of(&creator_windows, 2, 0x9999123100235959, &seconds));
        assert_true(seconds == 253402300799);
}

static void test_time_that_is_none_is_not_told(NO_STATE) {
        static const uint64_t timestamps[] = {
                0,                  /* no such month and day */
                0x2026112a00075124, /* a nibble above 9 */
                0x20261121000751a4,
                0xa026112100075124,
                0x2026112100075160, /* second 60 */
                0x2026112100245124, /* hour 24 */
                0x2026022900075124, /* no leap year */
                0x1969123100235959, /* before 1970 */
                UINT64_MAX,
        };
        uint64_t seconds = 77;

        for (size_t i = 0; i < ARRAY_SIZE(timestamps); i++)
                if (time_of(&creator_windows, 2, timestamps[i], &seconds))
                        fail_msg("%016llx is a time", (unsigned long long) timestamps[i]);
        assert_false(time_of(&creator_windows, 5, 0x2026112100075124, &seconds));
        assert_false(time_of(&cper_creator_linux, 5, 1709210113, &seconds));
        assert_int_equal(seconds, 77);
}

/* --- building ----------------------------------------------------------------------------------- */

static void test_what_is_built_is_read(NO_STATE) {
        static const char text[] = "Panic#1 Part1\n<0>[    1.0] Kernel panic\n";
        uint8_t record[CPER_LINUX_PAYLOAD_OFFSET + sizeof(text)];
        struct cper_section section;
        struct cper_record parsed;
        uint64_t seconds = 0;
        struct fault fault;
        size_t size = 0;

        memset(record, 0xa5, sizeof(record));
        assert_ok(cper_build_dmesg(LINUX_RECORD_ID, 1709210113, bytes_of(text, sizeof(text)), record,
                                   sizeof(record), &size));
        assert_int_equal(size, sizeof(record));
        assert_ok(cper_parse(bytes_of(record, size), &parsed, &fault));
        assert_int_equal(parsed.raw.size, size);
        assert_true(parsed.record_id == LINUX_RECORD_ID);
        assert_true(guid_equal(&parsed.creator, &cper_creator_linux));
        assert_true(cper_time(&parsed, &seconds));
        assert_int_equal(seconds, 1709210113);
        assert_ok(cper_section(&parsed, 0, &section));
        assert_true(guid_equal(&section.type, &cper_section_dmesg));
        assert_true(bytes_equal(section.body, bytes_of(text, sizeof(text))));
}

static void test_an_empty_log_is_built(NO_STATE) {
        uint8_t record[CPER_LINUX_PAYLOAD_OFFSET];
        struct cper_record parsed;
        struct fault fault;
        size_t size = 0;

        assert_ok(cper_build_dmesg(1, 0, bytes_of(NULL, 0), record, sizeof(record), &size));
        assert_int_equal(size, CPER_LINUX_PAYLOAD_OFFSET);
        assert_ok(cper_parse(bytes_of(record, size), &parsed, &fault));
}

static void test_no_record_gets_an_id_that_names_none(NO_STATE) {
        uint8_t record[CPER_LINUX_PAYLOAD_OFFSET + 1] = { 0x5a };
        struct bytes text = text_view("x");
        size_t size = 77;

        assert_error(cper_build_dmesg(0, 1, text, record, sizeof(record), &size), ERR_INVALID_ARGUMENT);
        assert_error(cper_build_dmesg(UINT64_MAX, 1, text, record, sizeof(record), &size),
                     ERR_INVALID_ARGUMENT);
        assert_error(cper_build_dmesg(1, 1, text, record, sizeof(record) - 1, &size), ERR_BUFFER_TOO_SMALL);
        assert_error(cper_build_dmesg(1, 1, bytes_of("x", SIZE_MAX), record, sizeof(record), &size),
                     ERR_BUFFER_TOO_SMALL);
        assert_int_equal(size, 77);
        assert_int_equal(record[0], 0x5a);
        assert_ok(cper_build_dmesg(1, 1, text, record, sizeof(record), &size));
        assert_ok(cper_build_dmesg(UINT64_MAX - 1, 1, text, record, sizeof(record), &size));
}

/*
 * The same header as a real kernel's: built from a real record's id, time and payload, all but the section's
 * type is the same, as the kernel's was compressed.
 */
static void assert_built_like(struct bytes real) {
        uint8_t *built = malloc(real.size), *expected = malloc(real.size);
        struct cper_section section;
        struct cper_record parsed;
        uint64_t seconds = 0;
        struct fault fault;
        size_t size = 0;

        assert_ok(cper_parse(real, &parsed, &fault));
        assert_ok(cper_section(&parsed, 0, &section));
        assert_true(cper_time(&parsed, &seconds));
        assert_true(guid_equal(&section.type, &cper_section_dmesg_compressed));
        assert_ok(cper_build_dmesg(parsed.record_id, seconds, section.body, built, real.size, &size));
        assert_int_equal(size, real.size);
        memcpy(expected, real.data, real.size);
        memcpy(expected + DESCRIPTOR_1 + 16, cper_section_dmesg.bytes, GUID_SIZE);
        assert_memory_equal(built, expected, real.size);
        free(built);
        free(expected);
}

static void test_a_real_kernel_builds_the_same(NO_STATE) {
        static const char *const paths[] = {
                "crash/6.1-erst-panic/erstdbg/0000",
                "crash/6.1-erst-panic/erstdbg/0001",
                "crash/6.1-erst-oops-panic/erstdbg/0003",
        };

        for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
                const char *path = test_corpus(paths[i]);
                struct bytes real;

                if (!path)
                        skip();
                real = test_read_file(path);
                assert_built_like(real);
                free((void *) real.data);
        }
}

static void test_section_types_have_names(NO_STATE) {
        assert_string_equal(cper_section_type_name(&cper_section_dmesg), "dmesg");
        assert_string_equal(cper_section_type_name(&cper_section_dmesg_compressed), "dmesg, compressed");
        assert_string_equal(cper_section_type_name(&cper_section_mce), "machine check");
        assert_null(cper_section_type_name(&creator_windows));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_field_is_where_the_specification_puts_it),
                cmocka_unit_test(test_each_section_is_its_own_body),
                cmocka_unit_test(test_a_record_of_no_section_is_one),
                cmocka_unit_test(test_each_defect_has_its_place),
                cmocka_unit_test(test_the_smallest_and_the_empty_section_fit),
                cmocka_unit_test(test_linux_time_is_plain_seconds),
                cmocka_unit_test(test_other_time_is_bcd),
                cmocka_unit_test(test_time_that_is_none_is_not_told),
                cmocka_unit_test(test_what_is_built_is_read),
                cmocka_unit_test(test_an_empty_log_is_built),
                cmocka_unit_test(test_no_record_gets_an_id_that_names_none),
                cmocka_unit_test(test_a_real_kernel_builds_the_same),
                cmocka_unit_test(test_section_types_have_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

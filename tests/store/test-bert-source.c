/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/cper.h"
#include "pstore/description.h"
#include "store/bert-source.h"
#include "tests/support/test.h"

static uint8_t region[4096];
static size_t region_size;
static int load_error;

static int load(void *context, struct buffer *buffer, struct fault *ret_fault) {
        (void) context;
        (void) ret_fault;
        buffer_append(buffer, bytes_of(region, region_size));
        return load_error < 0 ? load_error : buffer_error(buffer);
}

static struct bert_source bert;
static struct record_source source;

static int set_up(void **state) {
        (void) state;
        memset(region, 0, sizeof(region));
        region_size = sizeof(region);
        load_error = 0;
        bert = (struct bert_source){ .load = load };
        bert_source_init(&bert, &system_allocator, &source);
        return 0;
}

static int tear_down(void **state) {
        (void) state;
        source.operations->close(&source);
        return 0;
}

/* A block of sections of memory that have a time and four bytes; returns where the next one goes. */
static size_t put_block(size_t at, uint32_t status, uint32_t severity, unsigned sections) {
        static const uint8_t memory[] = { 0x14, 0x11, 0xbc, 0xa5, 0x64, 0x6f, 0xde, 0x4e,
                                          0xb8, 0x63, 0x3e, 0x83, 0xed, 0x7c, 0x83, 0xb1 };
        uint8_t *block = region + at;

        store_u32(block, status);
        store_u32(block + 12, sections * 76);
        store_u32(block + 16, severity);
        for (unsigned i = 0; i < sections; i++) {
                uint8_t *entry = block + 20 + 76 * i;

                memcpy(entry, memory, sizeof(memory));
                store_u32(entry + 16, i == 1 ? CPER_SEVERITY_FATAL : CPER_SEVERITY_CORRECTED);
                store_u16(entry + 20, 0x300);
                entry[22] = 6; /* FRU text and time */
                store_u32(entry + 24, 4);
                memcpy(entry + 44, "DIMM_A1", 7);
                entry[50] = (uint8_t) ('1' + i);
                store_u64(entry + 64, 0x2024022900123510);
        }
        return at + 20 + sections * 76;
}

/* How many there are, or the first error. */
static int walk(void) {
        struct source_entry entry;
        int count = 0, r;

        assert_ok(source.operations->open(&source));
        while ((r = source.operations->next(&source, &entry)) > 0) {
                char name[12];

                snprintf(name, sizeof(name), "%d", ++count);
                assert_string_equal(entry.name, name);
                assert_int_equal(entry.store, RECORD_STORE_BERT);
        }
        return r < 0 ? r : count;
}

static void read_record(const char *name, struct buffer *buffer, struct record *ret_record) {
        assert_ok(source.operations->read(&source, name, buffer));
        assert_ok(record_init(ret_record, RECORD_STORE_BERT, text_view(name)));
        assert_ok(record_parse(ret_record, buffer_bytes(buffer)));
}

static void test_records(NO_STATE) {
        _cleanup_buffer_ struct buffer buffer;
        char title[RECORD_TITLE_SIZE];
        struct text text = TEXT_ON(title);
        struct record record;
        size_t end = put_block(0, 0x11, CPER_SEVERITY_CORRECTED, 1);

        buffer_init(&buffer, &system_allocator);
        put_block(end, 0x31, CPER_SEVERITY_FATAL, 3);
        assert_int_equal(walk(), 2);
        read_record("2", &buffer, &record);
        assert_int_equal(record.raw.size, 20 + 3 * 76);
        assert_int_equal(record.type, RECORD_TYPE_FOREIGN);
        assert_true(record_is_hardware_error(&record));
        assert_true(record.has_time && record.seconds == 1709210110);
        record_put_title(&record, &text);
        assert_string_equal(title, "fatal memory error, DIMM_A2, and 2 more");
        assert_error(source.operations->read(&source, "3", &buffer), ERR_NOT_FOUND);
        assert_error(source.operations->read(&source, "0", &buffer), ERR_NOT_FOUND);
        assert_error(source.operations->read(&source, "x", &buffer), ERR_NOT_FOUND);
}

/* Linux writes 0 over the block status of what it has printed: the record is the same. */
static void test_records_that_linux_has_seen(NO_STATE) {
        _cleanup_buffer_ struct buffer before, after;
        size_t end = put_block(0, 0x11, CPER_SEVERITY_CORRECTED, 1);

        buffer_init(&before, &system_allocator);
        buffer_init(&after, &system_allocator);
        put_block(end, 0x21, CPER_SEVERITY_FATAL, 2);
        assert_int_equal(walk(), 2);
        assert_ok(source.operations->read(&source, "1", &before));
        memset(region, 0, 4);
        memset(region + end, 0, 4);
        assert_int_equal(walk(), 2);
        assert_ok(source.operations->read(&source, "1", &after));
        assert_true(bytes_equal(buffer_bytes(&before), buffer_bytes(&after)));
}

static void test_where_records_end(NO_STATE) {
        size_t end;

        assert_int_equal(walk(), 0); /* nothing to report */
        end = put_block(0, 0x11, 0, 1);
        put_block(end + 100, 0x11, 0, 1); /* behind the end */
        assert_int_equal(walk(), 1);
        memset(region + end, 0xff, sizeof(region) - end);
        memset(region + end, 0, 4); /* no status, and what nobody ever wrote */
        assert_int_equal(walk(), 1);
        region_size = end + 19; /* no room for a block */
        assert_int_equal(walk(), 1);
        region_size = 0;
        assert_int_equal(walk(), 0);
}

static void test_a_region_that_is_malformed(NO_STATE) {
        size_t end = put_block(0, 0x11, 0, 1);

        put_block(end, 0x11, 0, 1);
        store_u32(region + end + 12, sizeof(region));
        assert_error(walk(), ERR_LENGTH);
        assert_int_equal(source.fault.offset, end + 12);
        assert_string_equal(source.fault.field, "data length");
        store_u32(region + end + 12, 76 + 3); /* a rest that is no section */
        assert_error(walk(), ERR_LENGTH);
        assert_int_equal(source.fault.offset, end + 20 + 76);
        put_block(end, 0x11, 0, 1);
        store_u32(region + end + 8, 4); /* raw data where the sections are */
        store_u32(region + end + 4, 20);
        assert_error(walk(), ERR_VALUE);
        store_u32(region + end + 4, sizeof(region) - 2);
        assert_error(walk(), ERR_LENGTH);
        store_u32(region + end + 4, 20 + 76 + 8);
        put_block(end + 20 + 76 + 8 + 4, 0x11, 0, 1);
        assert_int_equal(walk(), 3);
}

static void test_no_region(NO_STATE) {
        load_error = ERR_NO_STORE;
        assert_error(source.operations->open(&source), ERR_NO_STORE);
        assert_null(source.operations->erase);
        assert_null(source.operations->write);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_records, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_records_that_linux_has_seen, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_where_records_end, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_a_region_that_is_malformed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_no_region, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "acpi/erst.h"
#include "tests/support/fake-erst.h"

static const enum fake_erst_style styles[] = { FAKE_ERST_QEMU, FAKE_ERST_MAILBOX };

/* A machine with its store opened. */
struct setup {
        struct fake_erst fake;
        struct acpi_io io;
        struct erst_table table;
        struct erst erst;
        uint8_t buffer[FAKE_ERST_EXCHANGE_SIZE];
};

static struct setup s;

static void parse(enum fake_erst_style style) {
        struct erst_fault fault;

        fake_erst_init(&s.fake, style);
        s.io = fake_erst_io(&s.fake);
        assert_ok(erst_table_parse(fake_erst_table(&s.fake), &s.table, &fault));
}

static void reopen(void) {
        assert_ok(erst_open(&s.erst, &s.table, &s.io));
}

static void setup(enum fake_erst_style style) {
        parse(style);
        reopen();
}

/* The table without one action, or with entry changes, is parsed anew. */
static void rename_action(uint8_t from, uint8_t to) {
        struct erst_fault fault;

        for (size_t i = 0; i < s.fake.builder.count; i++)
                if (s.fake.builder.raw[ERST_HEADER_SIZE + i * ERST_ENTRY_SIZE] == from)
                        s.fake.builder.raw[ERST_HEADER_SIZE + i * ERST_ENTRY_SIZE] = to;
        assert_ok(erst_table_parse(fake_erst_table(&s.fake), &s.table, &fault));
}

static struct bytes make(uint64_t id, size_t size) {
        static uint8_t record[FAKE_ERST_EXCHANGE_SIZE + 1];

        return fake_erst_make_record(record, size, id);
}

/* The bytes of make() as a store holds them after erst_write(). */
static struct bytes made_and_signed(uint64_t id, size_t size) {
        struct bytes record = make(id, size);

        memcpy((uint8_t *) record.data + ERST_CPER_PERSISTENCE, "ER", 2);
        return record;
}

static bool holds(uint64_t id, size_t size) {
        return bytes_equal(fake_erst_find(&s.fake, id), make(id, size)) ||
               bytes_equal(fake_erst_find(&s.fake, id), made_and_signed(id, size));
}

static void put_three(void) {
        fake_erst_put(&s.fake, make(101, 300));
        fake_erst_put(&s.fake, make(102, 400));
        fake_erst_put(&s.fake, make(103, 500));
}

static int read_record(uint64_t id, size_t capacity, size_t *ret_size) {
        memset(s.buffer, 0, sizeof(s.buffer));
        return erst_read(&s.erst, id, s.buffer, capacity, ret_size);
}

static int read_error(uint64_t id) {
        size_t size = 12345;
        int r = read_record(id, sizeof(s.buffer), &size);

        if (r < 0)
                assert_int_equal(size, 12345);
        return r;
}

/* --- open --------------------------------------------------------------------------------------- */

static void test_open_learns_the_range(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                setup(styles[i]);
                assert_int_equal(s.erst.range_address, FAKE_ERST_EXCHANGE_ADDRESS);
                assert_int_equal(s.erst.range_length, FAKE_ERST_EXCHANGE_SIZE);
                assert_int_equal(s.erst.attributes, 0);
                assert_int_equal(s.erst.timeout_us, ERST_TIMEOUT_FLOOR_US);
                assert_int_equal(s.erst.nominal_us, 0);
                assert_int_equal(erst_record_capacity(&s.erst), FAKE_ERST_EXCHANGE_SIZE);
                assert_int_equal(s.fake.wild, 0);
                assert_int_equal(s.fake.executes, 0);
        }
}

/* 12- and 13-entry tables of 2009 to 2013 lack them. */
static void test_open_needs_the_three_range_actions(void **state) {
        (void) state;
        for (uint8_t action = ERST_GET_ERROR_LOG_ADDRESS_RANGE;
             action <= ERST_GET_ERROR_LOG_ADDRESS_RANGE_ATTRIBUTES; action++) {
                parse(FAKE_ERST_QEMU);
                rename_action(action, 0x42);
                s.erst.range_length = 77;
                assert_error(erst_open(&s.erst, &s.table, &s.io), ERR_ACTION_MISSING);
                assert_int_equal(s.fake.accesses, 0);
                assert_int_equal(s.erst.range_length, 77);
        }
}

static void test_timings_are_microseconds(void **state) {
        static const struct {
                uint64_t timings, attributes, timeout_us, nominal_us;
        } cases[] = {
                { (uint64_t) 100 << 32 | 10, 0, ERST_TIMEOUT_FLOOR_US, 10 },
                { (uint64_t) 1000000 << 32 | 20, 0, 1000000, 20 }, /* NVIDIA TH500 */
                { (uint64_t) 100 << 32 | 10, ERST_ATTRIBUTE_SLOW, ERST_TIMEOUT_SLOW_FLOOR_US, 10 },
                { (uint64_t) 7000000 << 32, ERST_ATTRIBUTE_SLOW, 7000000, 0 },
                { UINT64_MAX, 0, ERST_TIMEOUT_CEILING_US, UINT32_MAX },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                parse(FAKE_ERST_MAILBOX);
                s.fake.timings = cases[i].timings;
                s.fake.attributes = cases[i].attributes;
                reopen();
                assert_int_equal(s.erst.timeout_us, cases[i].timeout_us);
                assert_int_equal(s.erst.nominal_us, cases[i].nominal_us);
        }
}

static void test_timings_are_optional(void **state) {
        (void) state;
        parse(FAKE_ERST_QEMU);
        rename_action(ERST_GET_EXECUTE_OPERATION_TIMINGS, 0x42);
        reopen();
        assert_int_equal(s.erst.timeout_us, ERST_TIMEOUT_FLOOR_US);
}

/* Reads of registers that give a fixed value: what a range is refused for. */
static uint64_t fixed_values[16];

static int fixed_read(void *context, uint8_t space, uint64_t address, unsigned width, uint64_t *ret_value) {
        (void) context, (void) space, (void) width;
        *ret_value = fixed_values[address & 15];
        return 0;
}

static int open_fixed(uint64_t address, uint64_t length, uint64_t attributes) {
        const struct acpi_io io = { .read_register = fixed_read };
        struct erst_builder builder;
        struct erst_fault fault;

        erst_builder_init(&builder);
        for (uint8_t action = 0xd; action <= 0xf; action++)
                erst_builder_add(&builder, (struct erst_entry){ action,
                                                                ERST_READ_REGISTER,
                                                                0,
                                                                0,
                                                                { 0, 64, 0, 4, 0x100 + action },
                                                                0,
                                                                UINT64_MAX });
        fixed_values[0xd] = address;
        fixed_values[0xe] = length;
        fixed_values[0xf] = attributes;
        assert_ok(erst_table_parse(erst_builder_finish(&builder), &s.table, &fault));
        return erst_open(&s.erst, &s.table, &io);
}

static void test_open_refuses_an_impossible_range(void **state) {
        (void) state;
        assert_ok(open_fixed(0x1000, ERST_CPER_HEADER_SIZE, 0));
        assert_error(open_fixed(0x1000, ERST_CPER_HEADER_SIZE - 1, 0), ERR_VALUE);
        assert_error(open_fixed(0, 0x2000, 0), ERR_VALUE);
        assert_error(open_fixed(UINT64_MAX - 0x1000, 0x2000, 0), ERR_VALUE);
        assert_ok(open_fixed(0x1000, UINT32_MAX, 0));
        assert_int_equal(erst_record_capacity(&s.erst), ERST_RECORD_SIZE_MAX);
}

/* --- read, write, clear --------------------------------------------------------------------------- */

static void test_write_stores_the_record_with_its_signature(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                struct bytes stored;

                setup(styles[i]);
                assert_ok(erst_write(&s.erst, make(7, 1000)));
                stored = fake_erst_find(&s.fake, 7);
                assert_int_equal(stored.size, 1000);
                assert_memory_equal(stored.data, made_and_signed(7, 1000).data, 1000);
                assert_int_equal(fake_erst_count(&s.fake), 1);
                assert_int_equal(s.fake.begins, 1);
                assert_int_equal(s.fake.executes, 1);
                assert_int_equal(s.fake.ends, 1);
                assert_int_equal(s.fake.wild, 0);
        }
}

static void test_write_leaves_the_callers_record_alone(void **state) {
        uint8_t before[1000];
        struct bytes record = make(7, 1000);

        (void) state;
        setup(FAKE_ERST_QEMU);
        memcpy(before, record.data, sizeof(before));
        assert_ok(erst_write(&s.erst, record));
        assert_memory_equal(record.data, before, sizeof(before));
}

static void test_write_keeps_the_platforms_six_bytes(void **state) {
        struct bytes record = make(7, 200);

        (void) state;
        setup(FAKE_ERST_QEMU);
        memcpy((uint8_t *) record.data + ERST_CPER_PERSISTENCE, "XXabcdefYY", 10);
        assert_ok(erst_write(&s.erst, record));
        assert_memory_equal(fake_erst_find(&s.fake, 7).data + ERST_CPER_PERSISTENCE, "ERabcdefYY", 10);
}

static void test_write_replaces_the_same_identifier(void **state) {
        (void) state;
        setup(FAKE_ERST_MAILBOX);
        put_three();
        assert_ok(erst_write(&s.erst, make(102, 4096)));
        assert_int_equal(fake_erst_count(&s.fake), 3);
        assert_true(holds(101, 300) && holds(102, 4096) && holds(103, 500));
}

static void test_write_takes_the_whole_range(void **state) {
        (void) state;
        setup(FAKE_ERST_QEMU);
        assert_ok(erst_write(&s.erst, make(7, FAKE_ERST_EXCHANGE_SIZE)));
        assert_true(holds(7, FAKE_ERST_EXCHANGE_SIZE));
        assert_error(erst_write(&s.erst, make(8, FAKE_ERST_EXCHANGE_SIZE + 1)), ERR_TOO_LARGE);
        assert_int_equal(s.fake.executes, 1);
}

static void test_write_refuses_what_is_no_record(void **state) {
        uint64_t accesses;

        (void) state;
        setup(FAKE_ERST_QEMU);
        accesses = s.fake.accesses;
        assert_error(erst_write(&s.erst, make(ERST_ID_UNSPECIFIED, 200)), ERR_INVALID_ARGUMENT);
        assert_error(erst_write(&s.erst, make(ERST_ID_NONE, 200)), ERR_INVALID_ARGUMENT);
        assert_error(erst_write(&s.erst, bytes_first(make(7, 200), 199)), ERR_INVALID_ARGUMENT);
        assert_error(erst_write(&s.erst, bytes_first(make(7, 200), 127)), ERR_INVALID_ARGUMENT);
        assert_error(erst_write(&s.erst, bytes_of(NULL, 0)), ERR_INVALID_ARGUMENT);
        assert_int_equal(s.fake.accesses, accesses);
}

static void test_full_store_says_so_and_keeps_its_records(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                setup(styles[i]);
                s.fake.slots = 3;
                put_three();
                assert_error(erst_write(&s.erst, make(104, 300)), ERR_NO_SPACE);
                assert_int_equal(s.erst.last_status, 1);
                assert_true(holds(101, 300) && holds(102, 400) && holds(103, 500));
                assert_int_equal(s.fake.ends, 1);
                assert_ok(erst_clear(&s.erst, 102));
                assert_ok(erst_write(&s.erst, make(104, 300)));
                assert_true(holds(101, 300) && holds(104, 300) && holds(103, 500));
        }
}

static void test_read_gives_the_record(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                size_t size = 0;

                setup(styles[i]);
                put_three();
                assert_ok(read_record(102, sizeof(s.buffer), &size));
                assert_int_equal(size, 400);
                assert_memory_equal(s.buffer, make(102, 400).data, 400);
                assert_ok(read_record(101, 300, &size));
                assert_int_equal(size, 300);
                assert_int_equal(s.fake.ends, 2);
                assert_int_equal(s.fake.wild, 0);
        }
}

static void test_read_into_a_small_buffer_learns_the_size(void **state) {
        size_t size = 0;

        (void) state;
        setup(FAKE_ERST_QEMU);
        put_three();
        assert_error(read_record(103, 499, &size), ERR_BUFFER_TOO_SMALL);
        assert_int_equal(size, 500);
        assert_true(bytes_are_all(bytes_of(s.buffer, sizeof(s.buffer)), 0));
        assert_error(erst_read(&s.erst, 103, NULL, 0, &size), ERR_BUFFER_TOO_SMALL);
        assert_int_equal(s.fake.ends, 2);
}

static void test_read_of_what_is_not_there(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                setup(styles[i]);
                assert_error(read_error(5), ERR_STORE_EMPTY);
                put_three();
                assert_error(read_error(5), ERR_NOT_FOUND);
                assert_int_equal(s.fake.ends, 2);
                assert_error(read_error(ERST_ID_UNSPECIFIED), ERR_INVALID_ARGUMENT);
                assert_error(read_error(ERST_ID_NONE), ERR_INVALID_ARGUMENT);
                assert_int_equal(s.fake.begins, 2);
        }
}

static void test_read_trusts_nothing_that_came(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                setup(styles[i]);
                put_three();
                s.fake.lies = FAKE_ERST_READ_GIVES_ANOTHER;
                assert_error(read_error(102), ERR_MISMATCH);
                s.fake.lies = FAKE_ERST_LENGTH_TOO_LONG;
                assert_error(read_error(102), ERR_LENGTH);
                s.fake.lies = FAKE_ERST_LENGTH_TOO_SHORT;
                assert_error(read_error(102), ERR_LENGTH);
                assert_int_equal(s.fake.wild, 0);
                assert_int_equal(s.fake.ends, 3);
                s.fake.lies = 0;
                assert_ok(read_error(102));
        }
}

/* Whether a record makes sense is not the transport's to say: what can be saved of it is handed out. */
static void test_torn_record_is_handed_out(void **state) {
        size_t size = 0;

        (void) state;
        setup(FAKE_ERST_QEMU);
        put_three();
        s.fake.lies = FAKE_ERST_BODY_TORN;
        assert_ok(read_record(102, sizeof(s.buffer), &size));
        assert_int_equal(size, 400);
        assert_memory_equal(s.buffer, make(102, 400).data, 200);
        assert_true(bytes_are_all(bytes_of(s.buffer + 200, 200), 0xff));
}

static void test_clear_removes_one_record(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                setup(styles[i]);
                assert_error(erst_clear(&s.erst, 101), ERR_STORE_EMPTY);
                put_three();
                assert_ok(erst_clear(&s.erst, 102));
                assert_int_equal(fake_erst_count(&s.fake), 2);
                assert_true(holds(101, 300) && holds(103, 500));
                assert_error(erst_clear(&s.erst, 102), ERR_NOT_FOUND);
                assert_error(erst_clear(&s.erst, ERST_ID_UNSPECIFIED), ERR_INVALID_ARGUMENT);
                assert_error(erst_clear(&s.erst, ERST_ID_NONE), ERR_INVALID_ARGUMENT);
                assert_int_equal(s.fake.ends, 3);
        }
}

/* Success is what the platform says; the caller who wants to know reads again. */
static void test_lies_about_success_are_seen_by_reading(void **state) {
        (void) state;
        setup(FAKE_ERST_QEMU);
        put_three();
        s.fake.lies = FAKE_ERST_WRITE_STORES_NOTHING | FAKE_ERST_CLEAR_CLEARS_NOTHING;
        assert_ok(erst_write(&s.erst, make(104, 300)));
        assert_error(read_error(104), ERR_NOT_FOUND);
        assert_ok(erst_clear(&s.erst, 101));
        assert_ok(read_error(101));
}

static void test_dummy_write_stores_nothing(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                setup(styles[i]);
                put_three();
                assert_ok(erst_dummy_write(&s.erst));
                assert_int_equal(fake_erst_count(&s.fake), 3);
                assert_int_equal(s.fake.executes, 1);
                assert_int_equal(s.fake.ends, 1);
        }
        rename_action(ERST_BEGIN_DUMMY_WRITE_OPERATION, 0x42);
        assert_error(erst_dummy_write(&s.erst), ERR_ACTION_MISSING);
}

/* The offset that an earlier user of the platform left is not ours. */
static void test_offset_is_set_to_the_ranges_begin(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                setup(styles[i]);
                s.fake.offset = s.fake.mailbox[1] = 64;
                assert_ok(erst_write(&s.erst, make(7, 200)));
                assert_true(holds(7, 200));
                s.fake.offset = s.fake.mailbox[1] = 64;
                assert_ok(read_error(7));
        }
}

/* --- status, time, optional actions --------------------------------------------------------------- */

static void test_each_status_is_one_error(void **state) {
        static const struct {
                uint64_t status;
                int error;
        } cases[] = {
                { 1, ERR_NO_SPACE },  { 2, ERR_HARDWARE }, { 3, ERR_FAILED },    { 4, ERR_STORE_EMPTY },
                { 5, ERR_NOT_FOUND }, { 6, ERR_STATUS },   { 0xff, ERR_STATUS },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
                for (size_t j = 0; j < ARRAY_SIZE(styles); j++) {
                        setup(styles[j]);
                        put_three();
                        s.fake.fixed_status = cases[i].status;
                        assert_error(read_error(101), cases[i].error);
                        assert_error(erst_write(&s.erst, make(7, 200)), cases[i].error);
                        assert_error(erst_clear(&s.erst, 101), cases[i].error);
                        assert_int_equal(s.erst.last_status, cases[i].status);
                        assert_int_equal(s.erst.status_shift, 0);
                        assert_int_equal(s.fake.ends, 3);
                }
}

/* HiSilicon D06: the neighbour field is read into bits 63:32. */
static void test_upper_half_of_the_status_is_ignored(void **state) {
        (void) state;
        setup(FAKE_ERST_QEMU);
        put_three();
        s.fake.fixed_status = 0xabcd00000005;
        assert_error(read_error(101), ERR_NOT_FOUND);
        assert_int_equal(s.erst.last_status, 0xabcd00000005);
}

/* Intel S5520UR: bit offset 0 and mask 0x1fe where NVIDIA has bit offset 1 and mask 0xff. */
static void test_doubled_status_is_halved(void **state) {
        struct erst_fault fault;
        size_t index;

        (void) state;
        parse(FAKE_ERST_MAILBOX);
        s.fake.slots = 3;
        put_three();
        assert_ok(erst_table_find(&s.table, ERST_GET_COMMAND_STATUS, 0, &index));
        s.fake.builder.raw[ERST_HEADER_SIZE + index * ERST_ENTRY_SIZE + 6] = 0;
        store_u64(s.fake.builder.raw + ERST_HEADER_SIZE + index * ERST_ENTRY_SIZE + 24, 0x1fe);
        assert_ok(erst_table_parse(fake_erst_table(&s.fake), &s.table, &fault));
        reopen();
        assert_error(erst_write(&s.erst, make(104, 300)), ERR_NO_SPACE);
        assert_int_equal(s.erst.last_status, 2);
        assert_int_equal(s.erst.status_shift, 1);
        assert_ok(erst_clear(&s.erst, 101));
}

static void test_slow_platform_is_waited_for(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                setup(styles[i]);
                s.fake.busy_us = 230000; /* NOR flash, 32 KiB */
                assert_ok(erst_write(&s.erst, make(7, 1000)));
                assert_true(holds(7, 1000));
                assert_in_range(s.fake.stalled_us, 230000, 232000);
                assert_ok(read_error(7));
                assert_ok(erst_clear(&s.erst, 7));
        }
}

static void test_quick_platform_is_not_waited_for(void **state) {
        (void) state;
        setup(FAKE_ERST_QEMU);
        assert_ok(erst_write(&s.erst, make(7, 1000)));
        assert_int_equal(s.fake.stalled_us, 0);
        s.fake.busy_us = 50;
        assert_ok(erst_write(&s.erst, make(7, 1000)));
        assert_in_range(s.fake.stalled_us, 50, 100);
}

static void test_longer_time_is_granted_when_asked_for(void **state) {
        (void) state;
        parse(FAKE_ERST_QEMU);
        s.fake.busy_us = 900000;
        reopen();
        assert_error(erst_write(&s.erst, make(7, 1000)), ERR_TIMEOUT);
        s.fake.timings = (uint64_t) 1000000 << 32;
        reopen();
        assert_ok(erst_write(&s.erst, make(7, 1000)));
        s.fake.timings = 0;
        s.fake.attributes = ERST_ATTRIBUTE_SLOW;
        reopen();
        assert_ok(erst_write(&s.erst, make(7, 1000)));
}

/* A slow platform that names a nominal time is not asked a thousand times meanwhile. */
static void test_slow_attribute_means_fewer_looks(void **state) {
        uint64_t accesses;

        (void) state;
        parse(FAKE_ERST_QEMU);
        s.fake.busy_us = 400000;
        s.fake.timings = (uint64_t) 1000000 << 32 | 20000;
        reopen();
        s.fake.accesses = 0;
        assert_ok(erst_write(&s.erst, make(7, 1000)));
        accesses = s.fake.accesses;
        s.fake.attributes = ERST_ATTRIBUTE_SLOW;
        reopen();
        s.fake.accesses = 0;
        assert_ok(erst_write(&s.erst, make(7, 1000)));
        assert_in_range(s.fake.accesses, 1, accesses / 5);
}

static void test_busy_for_ever_ends_and_END_is_run(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++)
                for (unsigned slow = 0; slow < 2; slow++) {
                        uint64_t before;

                        parse(styles[i]);
                        s.fake.attributes = slow ? ERST_ATTRIBUTE_SLOW : 0;
                        reopen();
                        put_three();
                        s.fake.busy_us = FAKE_ERST_BUSY_FOR_EVER;
                        before = s.fake.stalled_us;
                        assert_error(erst_write(&s.erst, make(7, 1000)), ERR_TIMEOUT);
                        assert_in_range(s.fake.stalled_us - before, s.erst.timeout_us,
                                        s.erst.timeout_us + 50000);
                        assert_error(read_error(101), ERR_TIMEOUT);
                        assert_error(erst_clear(&s.erst, 101), ERR_TIMEOUT);
                        assert_int_equal(s.fake.ends, 3);
                        s.fake.busy_us = 0;
                        assert_true(holds(101, 300) && holds(102, 400) && holds(103, 500));
                        assert_ok(read_error(101));
                        assert_ok(erst_write(&s.erst, make(7, 1000)));
                }
}

static void test_longest_timeout_is_reached_by_time_and_not_by_looks(void **state) {
        (void) state;
        parse(FAKE_ERST_QEMU);
        s.fake.timings = UINT64_MAX - 0xffffffff;
        reopen();
        s.fake.busy_us = FAKE_ERST_BUSY_FOR_EVER;
        assert_error(erst_dummy_write(&s.erst), ERR_TIMEOUT);
        assert_in_range(s.fake.stalled_us, ERST_TIMEOUT_CEILING_US, ERST_TIMEOUT_CEILING_US + 1000);
}

static void test_begin_and_end_are_optional(void **state) {
        (void) state;
        setup(FAKE_ERST_QEMU);
        put_three();
        rename_action(ERST_END_OPERATION, 0x42);
        assert_ok(read_error(101));
        assert_ok(erst_write(&s.erst, make(7, 200)));
        assert_ok(erst_clear(&s.erst, 101));
        assert_int_equal(s.fake.ends, 0);
        setup(FAKE_ERST_QEMU);
        put_three();
        rename_action(ERST_BEGIN_READ_OPERATION, 0x42);
        assert_error(read_error(102), ERR_FAILED); /* the device's own: it was not told what to do */
}

/* An action that answers nothing answers 0: the identifier set before it does not mean busy. */
static void test_empty_busy_action_is_not_busy(void **state) {
        (void) state;
        setup(FAKE_ERST_MAILBOX);
        put_three();
        rename_action(ERST_CHECK_BUSY_STATUS, 0x42);
        rename_action(ERST_ACTION_RESERVED, ERST_CHECK_BUSY_STATUS); /* a NOOP */
        assert_ok(read_error(101));
}

static void test_needed_actions_are_missed_before_anything_is_run(void **state) {
        static const struct {
                uint8_t action;
                bool for_write, for_read, for_clear;
        } cases[] = {
                { ERST_SET_RECORD_OFFSET, true, true, false },
                { ERST_EXECUTE_OPERATION, true, true, true },
                { ERST_CHECK_BUSY_STATUS, true, true, true },
                { ERST_GET_COMMAND_STATUS, true, true, true },
                { ERST_SET_RECORD_IDENTIFIER, false, true, true },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                setup(FAKE_ERST_QEMU);
                put_three();
                rename_action(cases[i].action, 0x42);
                s.fake.accesses = 0;
                if (cases[i].for_write)
                        assert_error(erst_write(&s.erst, make(7, 200)), ERR_ACTION_MISSING);
                if (cases[i].for_read)
                        assert_error(read_error(101), ERR_ACTION_MISSING);
                if (cases[i].for_clear)
                        assert_error(erst_clear(&s.erst, 101), ERR_ACTION_MISSING);
                assert_int_equal(s.fake.accesses, 0);
                if (!cases[i].for_write)
                        assert_ok(erst_write(&s.erst, make(7, 200)));
                if (!cases[i].for_clear)
                        assert_ok(erst_clear(&s.erst, 101));
        }
}

/* --- the walk ------------------------------------------------------------------------------------- */

static size_t walk(uint64_t *ids, size_t capacity) {
        size_t count = 12345;

        assert_ok(erst_walk(&s.erst, ids, capacity, &count));
        return count;
}

static bool contains(const uint64_t *ids, size_t count, uint64_t id) {
        size_t times = 0;

        for (size_t i = 0; i < count; i++)
                times += ids[i] == id;
        return times == 1;
}

static void assert_walk_finds_three(void) {
        uint64_t ids[FAKE_ERST_SLOTS] = { 0 };

        assert_int_equal(walk(ids, ARRAY_SIZE(ids)), 3);
        assert_true(contains(ids, 3, 101) && contains(ids, 3, 102) && contains(ids, 3, 103));
}

static const uint64_t *scripted_ids;

static int scripted_read(void *context, uint8_t space, uint64_t address, unsigned width,
                         uint64_t *ret_value) {
        (void) context, (void) space, (void) address, (void) width;
        *ret_value = *scripted_ids++;
        return 0;
}

static void test_walk_finds_each_record_once(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                setup(styles[i]);
                put_three();
                assert_walk_finds_three();
                assert_walk_finds_three();
                assert_int_equal(s.fake.begins, s.fake.ends);
                assert_int_equal(s.fake.wild, 0);
        }
}

static void test_walk_finds_all_of_a_full_store(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                uint64_t ids[FAKE_ERST_SLOTS];

                setup(styles[i]);
                for (uint64_t id = 1; id <= FAKE_ERST_SLOTS; id++)
                        fake_erst_put(&s.fake, make(id << 32, 128));
                assert_int_equal(walk(ids, ARRAY_SIZE(ids)), FAKE_ERST_SLOTS);
                for (uint64_t id = 1; id <= FAKE_ERST_SLOTS; id++)
                        assert_true(contains(ids, FAKE_ERST_SLOTS, id << 32));
        }
}

static void test_walk_of_an_empty_store_is_no_error(void **state) {
        uint64_t ids[4];

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                setup(styles[i]);
                assert_int_equal(walk(ids, ARRAY_SIZE(ids)), 0);
                s.fake.lies = FAKE_ERST_EMPTY_HAS_ID_0;
                assert_int_equal(walk(ids, ARRAY_SIZE(ids)), 0);
                assert_int_equal(walk(ids, 0), 0);
        }
}

/* One access for the count, one for each record and one for the end, and each is written to first. */
static void test_walk_asks_no_more_than_it_must(void **state) {
        (void) state;
        setup(FAKE_ERST_QEMU);
        put_three();
        s.fake.accesses = 0;
        assert_walk_finds_three();
        assert_int_equal(s.fake.accesses, 2 * (1 + 3 + 1));
}

/* Answers that repeat now and then, in front of a device that can do nothing else. */
static void test_walk_goes_on_while_there_is_news(void **state) {
        static const uint64_t script[] = { 1, 1, 2, 1, 2, 3, 3, 1, 4, 1, 2, 3, 4, 1, 5 };
        uint64_t ids[8];

        (void) state;
        setup(FAKE_ERST_QEMU);
        for (uint8_t action = 0; action <= ERST_GET_EXECUTE_OPERATION_TIMINGS; action++)
                if (action != ERST_GET_RECORD_IDENTIFIER)
                        rename_action(action, 0x42);
        scripted_ids = script;
        s.io.read_register = scripted_read;
        assert_int_equal(walk(ids, ARRAY_SIZE(ids)), 4); /* five answers without news are the end */
        for (uint64_t i = 0; i < 4; i++)
                assert_int_equal(ids[i], i + 1);
        assert_ptr_equal(scripted_ids, script + 14);
}

/* An earlier reader may have left the platform anywhere in its list. */
static void test_walk_begins_anywhere(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++)
                for (size_t cursor = 0; cursor <= 3; cursor++)
                        for (int error = -2; error <= 2; error++) {
                                if (error < 0 && cursor > 0)
                                        continue; /* the count says that one pass was enough */
                                setup(styles[i]);
                                put_three();
                                s.fake.cursor = cursor;
                                s.fake.count_error = error;
                                assert_walk_finds_three();
                        }
}

static void test_walk_needs_no_count(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                uint64_t count = 12345;

                setup(styles[i]);
                put_three();
                s.fake.cursor = 2;
                rename_action(ERST_GET_RECORD_COUNT, 0x42);
                assert_walk_finds_three();
                assert_error(erst_count(&s.erst, &count), ERR_ACTION_MISSING);
                assert_int_equal(count, 12345);
        }
}

static void test_walk_ends_when_the_first_repeats_for_ever(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                uint64_t ids[4];

                setup(styles[i]);
                put_three();
                s.fake.lies = FAKE_ERST_FIRST_ID_FOR_EVER;
                assert_int_equal(walk(ids, ARRAY_SIZE(ids)), 1);
                assert_int_equal(ids[0], 101);
        }
}

static void test_walk_ends_when_news_never_end(void **state) {
        static uint64_t ids[ERST_WALK_MAX + 1];
        size_t count = 0;

        (void) state;
        setup(FAKE_ERST_QEMU);
        put_three();
        s.fake.lies = FAKE_ERST_NEW_IDS_FOR_EVER;
        s.fake.accesses = 0;
        assert_error(erst_walk(&s.erst, ids, ARRAY_SIZE(ids), &count), ERR_LOOP);
        assert_int_equal(count, ERST_WALK_MAX);
        assert_in_range(s.fake.accesses, 1, 3 * ERST_WALK_MAX);
}

static void test_walk_into_a_small_array_is_told(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                uint64_t ids[3] = { 0, 0, 77 };
                size_t count = 0;

                setup(styles[i]);
                put_three();
                assert_error(erst_walk(&s.erst, ids, 2, &count), ERR_BUFFER_TOO_SMALL);
                assert_int_equal(count, 2);
                assert_int_equal(ids[2], 77);
                assert_error(erst_walk(&s.erst, NULL, 0, &count), ERR_BUFFER_TOO_SMALL);
                assert_int_equal(count, 0);
        }
}

/* The mailbox moves on only behind a read; reads that fail are no end of the walk, and it ends all the same.
 */
static void test_walk_survives_reads_that_fail(void **state) {
        uint64_t ids[4];

        (void) state;
        setup(FAKE_ERST_MAILBOX);
        put_three();
        s.fake.fixed_status = 3;
        assert_int_equal(walk(ids, ARRAY_SIZE(ids)), 1);
        assert_int_equal(ids[0], 101);
}

static void test_count_is_the_platforms(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
                uint64_t count = 0;

                setup(styles[i]);
                put_three();
                assert_ok(erst_count(&s.erst, &count));
                assert_int_equal(count, 3);
                s.fake.count_error = 4;
                assert_ok(erst_count(&s.erst, &count));
                assert_int_equal(count, 7);
        }
}

/* --- every access fails once ---------------------------------------------------------------------- */

static int do_open(void) {
        struct erst erst;

        return erst_open(&erst, &s.table, &s.io);
}

static int do_count(void) {
        uint64_t count;

        return erst_count(&s.erst, &count);
}

static int do_walk(void) {
        uint64_t ids[8];
        size_t count;

        return erst_walk(&s.erst, ids, ARRAY_SIZE(ids), &count);
}

static int do_read(void) {
        return read_error(102);
}

static int do_write(void) {
        return erst_write(&s.erst, make(104, 600));
}

static int do_clear(void) {
        return erst_clear(&s.erst, 102);
}

static int do_dummy_write(void) {
        return erst_dummy_write(&s.erst);
}

static const struct {
        const char *name;
        int (*run)(void);
        bool has_end;
        unsigned before_begin; /* accesses */
} operations[] = {
        { "open", do_open, false, 0 },
        { "count", do_count, false, 0 },
        { "walk", do_walk, false, 0 },
        { "read", do_read, true, 0 },
        { "write", do_write, true, 2 },
        { "clear", do_clear, true, 0 },
        { "dummy write", do_dummy_write, true, 0 },
};

/* Returns false when there was no access number n to fail. */
static bool fail_once(enum fake_erst_style style, size_t operation, uint64_t n) {
        bool failed;
        int r;

        setup(style);
        put_three();
        fake_erst_fail_at(&s.fake, n);
        r = operations[operation].run();
        failed = s.fake.accesses >= n;
        assert_int_equal(r, failed ? ERR_IO : 0);
        if (failed && operations[operation].has_end)
                assert_int_equal(s.fake.ends, n > operations[operation].before_begin && s.fake.accesses > n);
        assert_true(holds(101, 300));
        assert_true(operations[operation].run == do_clear || holds(102, 400));
        assert_true(holds(103, 500));
        return failed;
}

/* What comes after a failure works as if nothing had been. */
static void recover(size_t operation) {
        size_t size = 0;

        fake_erst_fail_at(&s.fake, 0);
        assert_ok(read_record(101, sizeof(s.buffer), &size));
        assert_memory_equal(s.buffer, make(101, 300).data, 300);
        if (!holds(102, 400))
                fake_erst_put(&s.fake, make(102, 400));
        assert_ok(operations[operation].run());
        assert_ok(erst_write(&s.erst, make(105, 700)));
        assert_true(holds(101, 300) && holds(103, 500) && holds(105, 700));
        assert_int_equal(s.fake.wild, 0);
}

static void test_each_access_of_each_operation_fails_cleanly(void **state) {
        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(styles); i++)
                for (size_t j = 0; j < ARRAY_SIZE(operations); j++) {
                        uint64_t n = 1;

                        for (; fail_once(styles[i], j, n); n++)
                                recover(j);
                        recover(j);
                        print_message("%s: %u accesses\n", operations[j].name, (unsigned) n - 1);
                        assert_in_range(n, 2, 200);
                }
}

static void test_finds_its_table_by_the_rsdp(void **state) {
        uint8_t buffer[2048];
        size_t size;

        (void) state;
        parse(FAKE_ERST_MAILBOX);
        assert_ok(acpi_find_table(&s.io, FAKE_ERST_RSDP_ADDRESS, "ERST", buffer, sizeof(buffer), &size));
        assert_true(bytes_equal(bytes_of(buffer, size), fake_erst_table(&s.fake)));
        fake_erst_remove_table(&s.fake);
        assert_error(acpi_find_table(&s.io, FAKE_ERST_RSDP_ADDRESS, "ERST", buffer, sizeof(buffer), &size),
                     ERR_NOT_FOUND);
        assert_int_equal(s.fake.wild, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_open_learns_the_range),
                cmocka_unit_test(test_open_needs_the_three_range_actions),
                cmocka_unit_test(test_timings_are_microseconds),
                cmocka_unit_test(test_timings_are_optional),
                cmocka_unit_test(test_open_refuses_an_impossible_range),
                cmocka_unit_test(test_write_stores_the_record_with_its_signature),
                cmocka_unit_test(test_write_leaves_the_callers_record_alone),
                cmocka_unit_test(test_write_keeps_the_platforms_six_bytes),
                cmocka_unit_test(test_write_replaces_the_same_identifier),
                cmocka_unit_test(test_write_takes_the_whole_range),
                cmocka_unit_test(test_write_refuses_what_is_no_record),
                cmocka_unit_test(test_full_store_says_so_and_keeps_its_records),
                cmocka_unit_test(test_read_gives_the_record),
                cmocka_unit_test(test_read_into_a_small_buffer_learns_the_size),
                cmocka_unit_test(test_read_of_what_is_not_there),
                cmocka_unit_test(test_read_trusts_nothing_that_came),
                cmocka_unit_test(test_torn_record_is_handed_out),
                cmocka_unit_test(test_clear_removes_one_record),
                cmocka_unit_test(test_lies_about_success_are_seen_by_reading),
                cmocka_unit_test(test_dummy_write_stores_nothing),
                cmocka_unit_test(test_offset_is_set_to_the_ranges_begin),
                cmocka_unit_test(test_each_status_is_one_error),
                cmocka_unit_test(test_upper_half_of_the_status_is_ignored),
                cmocka_unit_test(test_doubled_status_is_halved),
                cmocka_unit_test(test_slow_platform_is_waited_for),
                cmocka_unit_test(test_quick_platform_is_not_waited_for),
                cmocka_unit_test(test_longer_time_is_granted_when_asked_for),
                cmocka_unit_test(test_slow_attribute_means_fewer_looks),
                cmocka_unit_test(test_busy_for_ever_ends_and_END_is_run),
                cmocka_unit_test(test_longest_timeout_is_reached_by_time_and_not_by_looks),
                cmocka_unit_test(test_begin_and_end_are_optional),
                cmocka_unit_test(test_empty_busy_action_is_not_busy),
                cmocka_unit_test(test_needed_actions_are_missed_before_anything_is_run),
                cmocka_unit_test(test_walk_finds_each_record_once),
                cmocka_unit_test(test_walk_finds_all_of_a_full_store),
                cmocka_unit_test(test_walk_of_an_empty_store_is_no_error),
                cmocka_unit_test(test_walk_asks_no_more_than_it_must),
                cmocka_unit_test(test_walk_goes_on_while_there_is_news),
                cmocka_unit_test(test_walk_begins_anywhere),
                cmocka_unit_test(test_walk_needs_no_count),
                cmocka_unit_test(test_walk_ends_when_the_first_repeats_for_ever),
                cmocka_unit_test(test_walk_ends_when_news_never_end),
                cmocka_unit_test(test_walk_into_a_small_array_is_told),
                cmocka_unit_test(test_walk_survives_reads_that_fail),
                cmocka_unit_test(test_count_is_the_platforms),
                cmocka_unit_test(test_each_access_of_each_operation_fails_cleanly),
                cmocka_unit_test(test_finds_its_table_by_the_rsdp),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

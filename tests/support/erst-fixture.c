/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/erst-fixture.h"

void erst_fixture_parse(struct erst_fixture *fixture, enum fake_erst_style style) {
        struct erst_fault fault;

        fake_erst_init(&fixture->fake, style);
        fixture->io = fake_erst_io(&fixture->fake);
        assert_ok(erst_table_parse(fake_erst_table(&fixture->fake), &fixture->table, &fault));
}

void erst_fixture_open(struct erst_fixture *fixture) {
        assert_ok(erst_open(&fixture->erst, &fixture->table, &fixture->io));
}

void erst_fixture_begin(struct erst_fixture *fixture, enum fake_erst_style style) {
        erst_fixture_parse(fixture, style);
        erst_fixture_open(fixture);
}

void erst_fixture_rename(struct erst_fixture *fixture, uint8_t from, uint8_t to) {
        struct erst_builder *builder = &fixture->fake.builder;
        struct erst_fault fault;

        for (size_t i = 0; i < builder->count; i++)
                if (builder->raw[ERST_HEADER_SIZE + i * ERST_ENTRY_SIZE] == from)
                        builder->raw[ERST_HEADER_SIZE + i * ERST_ENTRY_SIZE] = to;
        assert_ok(erst_table_parse(fake_erst_table(&fixture->fake), &fixture->table, &fault));
}

struct bytes erst_fixture_make(uint64_t id, size_t size) {
        static uint8_t record[FAKE_ERST_EXCHANGE_SIZE + 1];

        return fake_erst_make_record(record, size, id);
}

struct bytes erst_fixture_make_signed(uint64_t id, size_t size) {
        struct bytes record = erst_fixture_make(id, size);

        memcpy((uint8_t *) record.data + ERST_CPER_PERSISTENCE, "ER", 2);
        return record;
}

bool erst_fixture_holds(const struct erst_fixture *fixture, uint64_t id, size_t size) {
        struct bytes stored = fake_erst_find(&fixture->fake, id);

        return bytes_equal(stored, erst_fixture_make(id, size)) ||
               bytes_equal(stored, erst_fixture_make_signed(id, size));
}

void erst_fixture_put_three(struct erst_fixture *fixture) {
        fake_erst_put(&fixture->fake, erst_fixture_make(101, 300));
        fake_erst_put(&fixture->fake, erst_fixture_make(102, 400));
        fake_erst_put(&fixture->fake, erst_fixture_make(103, 500));
}

int erst_fixture_read(struct erst_fixture *fixture, uint64_t id, size_t capacity, size_t *ret_size) {
        memset(fixture->buffer, 0, sizeof(fixture->buffer));
        return erst_read(&fixture->erst, id, fixture->buffer, capacity, ret_size);
}

int erst_fixture_read_error(struct erst_fixture *fixture, uint64_t id) {
        size_t size = 12345;
        int r = erst_fixture_read(fixture, id, sizeof(fixture->buffer), &size);

        if (r < 0)
                assert_int_equal(size, 12345);
        return r;
}

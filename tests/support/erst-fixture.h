/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "acpi/erst.h"
#include "tests/support/fake-erst.h"
#include "tests/support/test.h"

/*
 * A machine with its record store opened. It must not move: its parts point at each other.
 *
 *      erst_fixture_begin(&fixture, FAKE_ERST_QEMU);
 *      erst_fixture_put_three(&fixture);
 *      assert_ok(erst_clear(&fixture.erst, 102));
 */
struct erst_fixture {
        struct fake_erst fake;
        struct acpi_io io;
        struct erst_table table;
        struct erst erst;
        uint8_t buffer[FAKE_ERST_EXCHANGE_SIZE]; /* what erst_fixture_read() read */
};

/* A new machine, its table parsed, its store not yet opened. */
void erst_fixture_parse(struct erst_fixture *fixture, enum fake_erst_style style);

void erst_fixture_open(struct erst_fixture *fixture);

/* Both of them. */
void erst_fixture_begin(struct erst_fixture *fixture, enum fake_erst_style style);

/* Gives the entries of one action another, such as one that is not defined, and parses the table anew. */
void erst_fixture_rename(struct erst_fixture *fixture, uint8_t from, uint8_t to);

/* A record of fake_erst_make_record(); the next of these calls overwrites it. */
struct bytes erst_fixture_make(uint64_t id, size_t size);

/* The same as a store holds it after erst_write(): with "ER" in it. */
struct bytes erst_fixture_make_signed(uint64_t id, size_t size);

/* Whether the store has it, signed or not. */
bool erst_fixture_holds(const struct erst_fixture *fixture, uint64_t id, size_t size);

/* Records 101, 102 and 103 of 300, 400 and 500 bytes. */
void erst_fixture_put_three(struct erst_fixture *fixture);

/* erst_read() into the first `capacity` bytes of a buffer of zeros. */
int erst_fixture_read(struct erst_fixture *fixture, uint64_t id, size_t capacity, size_t *ret_size);

/* How erst_read() ends; asserts that a failure leaves the size alone. */
int erst_fixture_read_error(struct erst_fixture *fixture, uint64_t id);

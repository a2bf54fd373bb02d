/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/sink.h"
#include "store/work.h"
#include "tests/support/fake-allocator.h"
#include "tests/support/fake-source.h"
#include "tests/support/test.h"

/*
 * A machine with two stores, a catalog of them and a work on it, and a sink that keeps what it gets. Put
 * records in, load, use, end: the end asserts that no memory is left.
 */
struct store_fixture {
        struct fake_allocator memory;
        struct fake_source erst, efi;
        struct catalog catalog;
        struct work work;
        struct buffer output;
        struct sink sink;
};

void store_fixture_begin(struct store_fixture *fixture);

/* Begin and end for cmocka, where *state is the fixture. */
int store_fixture_setup(void **state);
int store_fixture_teardown(void **state);

/* Adds both sources to the catalog, ERST first, and joins them; asserts that all of it succeeds. */
void store_fixture_load(struct store_fixture *fixture);

/* Takes the catalog away and begins a new one of the same stores. */
void store_fixture_reload(struct store_fixture *fixture);

void store_fixture_end(struct store_fixture *fixture);

/* What the sink got since the last call of this, as a string. */
const char *store_fixture_output(struct store_fixture *fixture);

/* Takes *writes_left writes, fails one with ERR_IO and takes all others, so that an error ignored is lost. */
struct sink store_fixture_failing_sink(unsigned *writes_left);

/* Records of text as it stands, as Linux stores them; the id of an ERST record is `boot` << 32 | `number`. */
struct fake_entry *store_fixture_put_erst(struct store_fixture *fixture, uint64_t boot, uint32_t number,
                                          uint64_t seconds, const char *text);
struct fake_entry *store_fixture_put_efi(struct store_fixture *fixture, const char *name, const char *text);

/* "dump-type0-<part>-<count>-<seconds>-D" with "<why>#<count> Part<part>\n<log>" in it. */
struct fake_entry *store_fixture_put_efi_part(struct store_fixture *fixture, const char *why, uint32_t count,
                                              uint32_t part, uint64_t seconds, const char *log);
struct fake_entry *store_fixture_put_erst_part(struct store_fixture *fixture, uint64_t boot, uint32_t number,
                                               const char *why, uint32_t count, uint32_t part,
                                               uint64_t seconds, const char *log);

/* "x\n" in parts 1 and 2 of a panic, erst:65e079fe00000001 and ...2, and in part 1 of an oops a day later. */
void store_fixture_put_panic_and_oops(struct store_fixture *fixture);

/* The row of the record with this id, such as "erst:65e079fe00000001"; fails the test when there is none. */
const struct catalog_record *store_fixture_row(const struct store_fixture *fixture, const char *id);

/* What the work knows of it. */
struct work_state *store_fixture_state(struct store_fixture *fixture, const char *id);

/* Selects everything, or the given ids up to a NULL. */
void store_fixture_select_all(struct store_fixture *fixture);
void store_fixture_select(struct store_fixture *fixture, const char *id, ...) __attribute__((sentinel));

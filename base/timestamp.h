/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* Seconds since 1970-01-01T00:00:00Z, and the proleptic Gregorian calendar without leap seconds. */
struct civil_time {
        int64_t year;
        unsigned month, day, hour, minute, second; /* month and day from 1 */
};

#define TIMESTAMP_TEXT_SIZE 32

/* Years 1970..9999 is what a name can hold; anything later is clamped to the last second of 9999. */
void timestamp_to_civil(uint64_t seconds, struct civil_time *ret_civil);

/* ERR_VALUE for a date that does not exist or lies outside of 1970..9999. */
int timestamp_from_civil(const struct civil_time *civil, uint64_t *ret_seconds);

/* "20261121T075124Z", as in the names of events. */
void timestamp_format_compact(uint64_t seconds, char ret_text[TIMESTAMP_TEXT_SIZE]);

/* "2026-11-21 07:51:24 UTC", for people. */
void timestamp_format(uint64_t seconds, char ret_text[TIMESTAMP_TEXT_SIZE]);

/* "2026-11-21T07:51:24Z", RFC 3339, for JSON. */
void timestamp_format_rfc3339(uint64_t seconds, char ret_text[TIMESTAMP_TEXT_SIZE]);

/*
 * The reverse of the compact and of the RFC 3339 form, for the text at *offset, which moves behind it.
 * ERR_VALUE, and the offset stays, for any other form and for a date that does not exist.
 */
int timestamp_parse_compact(struct bytes text, size_t *offset, uint64_t *ret_seconds);
int timestamp_parse_rfc3339(struct bytes text, size_t *offset, uint64_t *ret_seconds);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * A bounded text writer. It never writes past `capacity`, always ends in a NUL, and remembers that
 * something did not fit: a writer can be filled without a check per call and asked once at the end.
 */
struct text {
        char *buffer;
        size_t capacity; /* of the buffer, with the NUL */
        size_t length;   /* without the NUL */
        bool truncated;
};

/* `capacity` must be at least 1. */
void text_init(struct text *text, char *buffer, size_t capacity);

#define TEXT_ON(array) text_on((array), sizeof(array))
static inline struct text text_on(char *buffer, size_t capacity) {
        struct text text;

        text_init(&text, buffer, capacity);
        return text;
}

void text_put_char(struct text *text, char c);
void text_put(struct text *text, const char *string);
void text_put_bytes(struct text *text, struct bytes bytes);

/* A byte that is no printable ASCII becomes visible: \xNN, in TEXT_VISIBLE_SIZE with the NUL. */
#define TEXT_VISIBLE_SIZE 5
void text_put_visible(struct text *text, uint8_t byte);

/*
 * Control characters and everything that is not ASCII become visible (\n stays out too: it is "\x0a"), and so
 * does a backslash, which makes it reversible. For names and identifiers from firmware, which may hold
 * anything.
 */
void text_put_escaped(struct text *text, struct bytes bytes);

/*
 * A subset of printf that the compiler still checks: %s %c %% %d %u %x %X with l, ll, z, h, hh,
 * a width with optional 0 or -, and %.*s. Nothing else; an unknown conversion is written as it stands.
 */
void text_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_format_list(struct text *text, const char *format, va_list arguments)
        __attribute__((format(printf, 2, 0)));

/* Two lower-case digits for each byte. */
void text_put_hex(struct text *text, struct bytes bytes);

/* The text so far, as bytes. */
static inline struct bytes text_bytes(const struct text *text) {
        return bytes_of(text->buffer, text->length);
}

size_t text_length(const char *string);
bool text_equal(const char *left, const char *right);

/* Case counts. All of a string is a beginning and an end of it, and so is "". */
bool text_starts_with(const char *string, const char *prefix);
bool text_ends_with(const char *string, const char *ending);

/* Whether it is one of a list, which ends in NULL. */
bool text_is_among(const char *string, const char *const *list);

static inline struct bytes text_view(const char *string) {
        return bytes_of(string, text_length(string));
}

/* What a noun gets behind this number: "" for one, else "s". */
static inline const char *text_plural(uint64_t count) {
        return count == 1 ? "" : "s";
}

char hex_digit(unsigned nibble);

/* 0..15, or ERR_VALUE for a character that is no hexadecimal digit. */
int hex_value(char digit);

static inline bool digit_is_decimal(uint8_t c) {
        return c >= '0' && c <= '9';
}

/*
 * Reads an unsigned decimal number at *offset and moves *offset behind it.
 * ERR_VALUE when there is no digit or the number exceeds `maximum`; *offset stays then.
 */
int decimal_parse(struct bytes view, size_t *offset, uint64_t maximum, uint64_t *ret_value);

/* Reads exactly `digits` hexadecimal digits at *offset and moves *offset behind them. ERR_VALUE otherwise. */
int hex_parse(struct bytes view, size_t *offset, size_t digits, uint64_t *ret_value);

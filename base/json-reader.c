/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/json-reader.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "base/utf8.h"

void json_reader_init(struct json_reader *reader, struct bytes document) {
        *reader = (struct json_reader){ .rest = document };
}

static void skip_space(struct json_reader *reader) {
        size_t length = 0;

        while (length < reader->rest.size) {
                uint8_t c = reader->rest.data[length];

                if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
                        break;
                length++;
        }
        reader->rest = bytes_from(reader->rest, length);
}

/* Takes this character if it is the next one that is no space. */
static bool take(struct json_reader *reader, char c) {
        skip_space(reader);
        if (reader->rest.size == 0 || reader->rest.data[0] != (uint8_t) c)
                return false;
        reader->rest = bytes_from(reader->rest, 1);
        return true;
}

static int no_json(const struct json_reader *reader) {
        return reader->rest.size == 0 ? ERR_TRUNCATED : ERR_VALUE;
}

/* How many bytes the escape at the start has, 0 for none. */
static size_t escape_size(struct bytes text) {
        static const char simple[] = "\"\\/bfnrt";
        size_t offset = 2;
        uint64_t unit;

        if (text.size < 2)
                return 0;
        if (text.data[1] == 'u')
                return hex_parse(text, &offset, 4, &unit) < 0 ? 0 : offset;
        for (size_t i = 0; simple[i]; i++)
                if (text.data[1] == (uint8_t) simple[i])
                        return offset;
        return 0;
}

/* Behind its first quote. */
static int read_string(struct json_reader *reader, struct bytes *ret_text) {
        struct bytes rest = reader->rest;
        size_t length = 0;

        while (length < rest.size && rest.data[length] != '"') {
                struct bytes at = bytes_from(rest, length);
                size_t size = at.data[0] == '\\' ? escape_size(at) : utf8_sequence(at);

                if (size == 0 || at.data[0] < 0x20)
                        return ERR_VALUE;
                length += size;
        }
        if (length >= rest.size)
                return ERR_TRUNCATED;
        *ret_text = bytes_first(rest, length);
        reader->rest = bytes_from(rest, length + 1);
        return 0;
}

static size_t digits_at(struct bytes text, size_t offset) {
        size_t end = offset;

        while (end < text.size && digit_is_decimal(text.data[end]))
                end++;
        return end - offset;
}

static bool is_at(struct bytes text, size_t offset, char c) {
        return offset < text.size && text.data[offset] == (uint8_t) c;
}

/* The length of the number (RFC 8259, 6) at the start, 0 for none. */
static size_t number_size(struct bytes text) {
        size_t offset = is_at(text, 0, '-'), digits = digits_at(text, offset);

        if (digits == 0 || (digits > 1 && text.data[offset] == '0'))
                return 0;
        offset += digits;
        if (is_at(text, offset, '.')) {
                digits = digits_at(text, offset + 1);
                if (digits == 0)
                        return 0;
                offset += 1 + digits;
        }
        if (is_at(text, offset, 'e') || is_at(text, offset, 'E')) {
                offset++;
                offset += is_at(text, offset, '+') || is_at(text, offset, '-');
                digits = digits_at(text, offset);
                if (digits == 0)
                        return 0;
                offset += digits;
        }
        return offset;
}

static int read_scalar(struct json_reader *reader, struct json_item *item) {
        static const struct {
                const char *text;
                enum json_kind kind;
        } words[] = { { "true", JSON_TRUE }, { "false", JSON_FALSE }, { "null", JSON_NULL } };
        size_t size;

        if (take(reader, '"')) {
                item->kind = JSON_STRING;
                return read_string(reader, &item->text);
        }
        size = number_size(reader->rest);
        item->kind = JSON_NUMBER;
        for (size_t i = 0; i < ARRAY_SIZE(words) && size == 0; i++)
                if (bytes_start_with(reader->rest, text_view(words[i].text))) {
                        size = text_length(words[i].text);
                        item->kind = words[i].kind;
                }
        if (size == 0)
                return no_json(reader);
        item->text = bytes_first(reader->rest, size);
        reader->rest = bytes_from(reader->rest, size);
        return 0;
}

static uint32_t level_bit(const struct json_reader *reader) {
        return reader->depth > 0 ? UINT32_C(1) << (reader->depth - 1) : 0;
}

/* An end goes for an item: it needs no comma before it, but the next one does. */
static void end_item(struct json_reader *reader) {
        reader->needs_comma = true;
        reader->is_over = reader->depth == 0;
}

static bool take_end(struct json_reader *reader, struct json_item *item) {
        bool in_object = reader->in_object & level_bit(reader);

        if (reader->depth == 0 || !take(reader, in_object ? '}' : ']'))
                return false;
        item->kind = in_object ? JSON_OBJECT_END : JSON_ARRAY_END;
        reader->in_object &= ~level_bit(reader);
        item->depth = --reader->depth;
        end_item(reader);
        return true;
}

static int begin_level(struct json_reader *reader, enum json_kind kind, struct json_item *item) {
        if (reader->depth == JSON_DEPTH_MAX)
                return ERR_TOO_LARGE;
        item->kind = kind;
        reader->depth++;
        if (kind == JSON_OBJECT)
                reader->in_object |= level_bit(reader);
        reader->needs_comma = false;
        return 0;
}

static int read_value(struct json_reader *reader, struct json_item *item) {
        int r;

        if (take(reader, '{'))
                return begin_level(reader, JSON_OBJECT, item);
        if (take(reader, '['))
                return begin_level(reader, JSON_ARRAY, item);
        r = read_scalar(reader, item);
        if (r == 0)
                end_item(reader);
        return r;
}

int json_read(struct json_reader *reader, struct json_item *ret_item) {
        struct json_item item = { .depth = reader->depth };
        int r;

        skip_space(reader);
        if (reader->is_over)
                return reader->rest.size == 0 ? 0 : ERR_VALUE;
        if (take_end(reader, &item)) {
                *ret_item = item;
                return 1;
        }
        if (reader->needs_comma && !take(reader, ','))
                return no_json(reader);
        if (reader->in_object & level_bit(reader)) {
                r = take(reader, '"') ? read_string(reader, &item.name) : no_json(reader);
                if (r == 0 && !take(reader, ':'))
                        r = no_json(reader);
                if (r < 0)
                        return r;
        }
        r = read_value(reader, &item);
        if (r < 0)
                return r;
        *ret_item = item;
        return 1;
}

int json_item_number(const struct json_item *item, uint64_t *ret_value) {
        uint64_t value;
        size_t offset = 0;

        if (item->kind != JSON_NUMBER || decimal_parse(item->text, &offset, UINT64_MAX, &value) < 0 ||
            offset != item->text.size)
                return ERR_VALUE;
        *ret_value = value;
        return 0;
}

/* The unit of "\\uXXXX" at the start; false for anything else. */
static bool unit_at(struct bytes text, uint64_t *ret_unit) {
        size_t offset = 2;

        return bytes_start_with(text, text_view("\\u")) && hex_parse(text, &offset, 4, ret_unit) == 0;
}

#define UNIT_ESCAPE_SIZE 6

static void put_code(struct text *text, uint64_t code) {
        static const struct {
                uint64_t end;
                unsigned lead, more; /* bits of the first byte, and how many bytes follow it */
        } rows[] = { { 0x80, 0, 0 }, { 0x800, 0xc0, 1 }, { 0x10000, 0xe0, 2 }, { 0x110000, 0xf0, 3 } };
        unsigned i = 0;

        while (code >= rows[i].end)
                i++;
        text_put_char(text, (char) (rows[i].lead | code >> 6 * rows[i].more));
        for (unsigned left = rows[i].more; left > 0; left--)
                text_put_char(text, (char) (0x80 | (code >> 6 * (left - 1) & 0x3f)));
}

/* How many bytes the escape has. */
static size_t put_escape(struct bytes escape, struct text *text) {
        static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
        uint8_t letter = bytes_u8(escape, 1);
        uint64_t unit, low;

        if (unit_at(escape, &unit)) {
                bool is_pair = unit >> 10 == 0xd800 >> 10 &&
                               unit_at(bytes_from(escape, UNIT_ESCAPE_SIZE), &low) &&
                               low >> 10 == 0xdc00 >> 10;

                put_code(text, is_pair ? 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff)) : unit);
                return is_pair ? 2 * UNIT_ESCAPE_SIZE : UNIT_ESCAPE_SIZE;
        }
        for (size_t i = 0; letters[i]; i++)
                if (letter == (uint8_t) letters[i])
                        letter = (uint8_t) meant[i];
        text_put_char(text, (char) letter);
        return 2;
}

void json_unescape(struct bytes raw, struct text *ret_text) {
        while (raw.size > 0) {
                size_t size = 1;

                if (raw.data[0] == '\\')
                        size = put_escape(raw, ret_text);
                else
                        text_put_char(ret_text, (char) raw.data[0]);
                raw = bytes_from(raw, size);
        }
}

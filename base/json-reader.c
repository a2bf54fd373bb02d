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

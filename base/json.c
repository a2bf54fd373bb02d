/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/json.h"
#include "base/error.h"
#include "base/text.h"
#include "base/utf8.h"

#define DEPTH_MAX 32

void json_init(struct json_writer *json, struct buffer *buffer) {
        *json = (struct json_writer){ .buffer = buffer };
}

void json_fail(struct json_writer *json, int error) {
        if (json->buffer->error == 0)
                json->buffer->error = error;
}

static void put_line_break(struct json_writer *json) {
        buffer_append_text(json->buffer, "\n");
        for (unsigned i = 0; i < json->depth; i++)
                buffer_append_text(json->buffer, "  ");
}

/* Of a sequence that utf8_sequence() has found. */
static uint32_t code_point(struct bytes sequence) {
        static const uint8_t first_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 }; /* RFC 3629, 3 */
        uint32_t code = sequence.data[0] & first_bits[sequence.size];

        for (size_t i = 1; i < sequence.size; i++)
                code = code << 6 | (sequence.data[i] & 0x3f);
        return code;
}

/* RFC 8259, 7: what has more than 16 bits is a pair of surrogates. */
static void put_code(struct buffer *buffer, uint32_t code) {
        if (code > 0xffff) {
                buffer_append_format(buffer, "\\u%04x", 0xd800 + ((code - 0x10000) >> 10));
                code = 0xdc00 + (code & 0x3ff);
        }
        buffer_append_format(buffer, "\\u%04x", code);
}

static void put_quoted(struct json_writer *json, struct bytes text) {
        buffer_append_text(json->buffer, "\"");
        while (text.size > 0) {
                size_t size = utf8_sequence(text);
                uint8_t c = text.data[0];

                if (size == 0)
                        buffer_append_text(json->buffer, "\\ufffd");
                else if (c == '"' || c == '\\')
                        buffer_append_format(json->buffer, "\\%c", c);
                else if (c < 0x20 || c == 0x7f || (json->is_ascii && c > 0x7f))
                        put_code(json->buffer, code_point(bytes_first(text, size)));
                else
                        buffer_append(json->buffer, bytes_first(text, size));
                text = bytes_from(text, size ? size : 1);
        }
        buffer_append_text(json->buffer, "\"");
}

static void begin_member(struct json_writer *json, const char *name) {
        uint32_t bit = json->depth ? UINT32_C(1) << (json->depth - 1) : 0;

        if (json->depth > 0) {
                if (json->has_members & bit)
                        buffer_append_text(json->buffer, ",");
                json->has_members |= bit;
                put_line_break(json);
        }
        if (name) {
                put_quoted(json, text_view(name));
                buffer_append_text(json->buffer, ": ");
        }
}

static void begin_level(struct json_writer *json, const char *name, const char *bracket) {
        begin_member(json, name);
        buffer_append_text(json->buffer, bracket);
        if (json->depth == DEPTH_MAX) {
                json_fail(json, ERR_BUG);
                return;
        }
        json->depth++;
        json->has_members &= ~(UINT32_C(1) << (json->depth - 1));
}

static void end_level(struct json_writer *json, const char *bracket) {
        bool had_members;

        if (json->depth == 0) {
                json_fail(json, ERR_BUG);
                return;
        }
        had_members = json->has_members & UINT32_C(1) << (json->depth - 1);
        json->depth--;
        if (had_members)
                put_line_break(json);
        buffer_append_text(json->buffer, bracket);
        if (json->depth == 0)
                buffer_append_text(json->buffer, "\n");
}

void json_begin_object(struct json_writer *json, const char *name) {
        begin_level(json, name, "{");
}

void json_end_object(struct json_writer *json) {
        end_level(json, "}");
}

void json_begin_array(struct json_writer *json, const char *name) {
        begin_level(json, name, "[");
}

void json_end_array(struct json_writer *json) {
        end_level(json, "]");
}

void json_put_text(struct json_writer *json, const char *name, struct bytes value) {
        begin_member(json, name);
        put_quoted(json, value);
}

void json_put_string(struct json_writer *json, const char *name, const char *value) {
        if (value)
                json_put_text(json, name, text_view(value));
        else
                json_put_null(json, name);
}

void json_put_number(struct json_writer *json, const char *name, uint64_t value) {
        begin_member(json, name);
        buffer_append_format(json->buffer, "%llu", (unsigned long long) value);
}

void json_put_bool(struct json_writer *json, const char *name, bool value) {
        begin_member(json, name);
        buffer_append_text(json->buffer, value ? "true" : "false");
}

void json_put_null(struct json_writer *json, const char *name) {
        begin_member(json, name);
        buffer_append_text(json->buffer, "null");
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/json.h"
#include "base/error.h"
#include "base/text.h"
#include "base/utf8.h"

#define DEPTH_MAX 32

void json_init(struct json_writer *json, struct buffer *buffer) {
        *json = (struct json_writer){ .buffer = buffer };
}

/* The buffer's first error stays. */
static void set_bug(struct json_writer *json) {
        if (json->buffer->error == 0)
                json->buffer->error = ERR_BUG;
}

static void put_line_break(struct json_writer *json) {
        buffer_append_text(json->buffer, "\n");
        for (unsigned i = 0; i < json->depth; i++)
                buffer_append_text(json->buffer, "  ");
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
                else if (c < 0x20 || c == 0x7f)
                        buffer_append_format(json->buffer, "\\u%04x", c);
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
                set_bug(json);
                return;
        }
        json->depth++;
        json->has_members &= ~(UINT32_C(1) << (json->depth - 1));
}

static void end_level(struct json_writer *json, const char *bracket) {
        bool had_members;

        if (json->depth == 0) {
                set_bug(json);
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
        json_put_text(json, name, text_view(value));
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

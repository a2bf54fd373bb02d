/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/allocator.h"

/*
 * Writes one JSON document (RFC 8259), indented by two spaces, into a buffer. It is there for what
 * both front ends write alike, the manifest byte for byte; in firmware there is no library for it. Errors are
 * the buffer's. Nesting deeper than 32, or an end without a begin, is ERR_BUG.
 */
struct json_writer {
        struct buffer *buffer;
        unsigned depth;
        uint32_t has_members; /* one bit for each open level */
        bool is_ascii;        /* other characters are escaped; set behind json_init() */
};

void json_init(struct json_writer *json, struct buffer *buffer);

/* What is to be written cannot be had: the buffer's error, unless it has one. */
void json_fail(struct json_writer *json, int error);

/* `name` is NULL for the document itself and for an element of an array. */
void json_begin_object(struct json_writer *json, const char *name);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json, const char *name);
void json_end_array(struct json_writer *json);

/* Bytes that are not valid UTF-8 are written as U+FFFD each: a manifest describes, the record has the bytes.
 */
void json_put_text(struct json_writer *json, const char *name, struct bytes value);
void json_put_string(struct json_writer *json, const char *name, const char *value); /* NULL: null */
void json_put_number(struct json_writer *json, const char *name, uint64_t value);
void json_put_bool(struct json_writer *json, const char *name, bool value);
void json_put_null(struct json_writer *json, const char *name);

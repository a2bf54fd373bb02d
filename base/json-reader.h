/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/text.h"

/*
 * Reads one JSON document (RFC 8259), which nobody has to have written, item by item. It is there for the
 * manifests that base/json.h wrote: what ends too early, or goes on behind the end, is none.
 */
enum json_kind {
        JSON_OBJECT,
        JSON_OBJECT_END,
        JSON_ARRAY,
        JSON_ARRAY_END,
        JSON_STRING,
        JSON_NUMBER,
        JSON_TRUE,
        JSON_FALSE,
        JSON_NULL,
};

/* Views are of the document, and valid as long as that is. */
struct json_item {
        enum json_kind kind;
        unsigned depth;    /* how many objects and arrays it lies in; an end has that of its beginning */
        struct bytes name; /* of a member, without its quotes, escapes as they stand; else empty */
        struct bytes text; /* of a string the same; of a number what stands there */
};

#define JSON_DEPTH_MAX 32

struct json_reader {
        struct bytes rest;
        unsigned depth;
        uint32_t in_object; /* one bit for each open level */
        bool needs_comma;   /* before the next item of this level */
        bool is_over;       /* the document's last item was read */
};

void json_reader_init(struct json_reader *reader, struct bytes document);

/*
 * 1 and the next item; 0 when the document was read to its end; ERR_TRUNCATED or ERR_VALUE where it ends too
 * early or is no JSON, ERR_TOO_LARGE where it nests deeper than JSON_DEPTH_MAX. After an error there is no
 * going on.
 */
int json_read(struct json_reader *reader, struct json_item *ret_item);

/* The value of a number that is whole, not negative and fits; ERR_VALUE for any other item. */
int json_item_number(const struct json_item *item, uint64_t *ret_value);

/*
 * Puts what the name or the string of an item means, with its escapes resolved. What is no character of its
 * own, such as half of a pair of surrogates, stands as it would if each unit were one (base/ucs2.h).
 */
void json_unescape(struct bytes text, struct text *ret_text);

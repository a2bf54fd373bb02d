/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <json-c/json.h>

#include "linux-tool/output/output.h"
#include "store/report-json.h"

/*
 * What --json prints: one object for each run, docs/schema. The pieces are json-c's objects: a new one
 * belongs to the caller until it is added to another. Without memory they are NULL, which json-c takes as
 * null.
 */

/* An object with "schema": "pstore-fw/<verb>/1". */
struct json_object *json_report_new(const char *verb);

/* Prints the report and frees it. 0, ERR_NO_MEMORY, or the sink's or output's error. */
int json_report_put(struct json_object *report, const struct sink *sink);
int json_report_print(struct json_object *report, struct output *output);

void json_add(struct json_object *object, const char *name, struct json_object *value);
void json_add_string(struct json_object *object, const char *name, const char *value); /* NULL: null */
void json_add_number(struct json_object *object, const char *name, uint64_t value);
void json_add_bool(struct json_object *object, const char *name, bool value);

/* A number that has a meaning in its bits: as text, "0x…", for readers whose numbers have 53 bits. */
void json_add_hex(struct json_object *object, const char *name, uint64_t value);

/*
 * What store/report-json.h writes, as an object: begin, write one value, end. The buffer is the caller's to
 * free; NULL when something failed, and for null.
 */
void json_piece_begin(struct json_writer *json, struct buffer *buffer);
struct json_object *json_piece_end(struct json_writer *json);

/* Each byte that is not UTF-8 becomes U+FFFD. */
struct json_object *json_from_text(struct bytes text);

/* As report_put_error(), report_put_findings() and report_put_record_id() have it. */
struct json_object *json_from_error(int error, const struct fault *fault);
struct json_object *json_from_findings(const struct findings *findings);
struct json_object *json_from_record_id(const struct record *record);

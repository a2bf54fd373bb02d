/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <json-c/json.h>

#include "linux-tool/output/output.h"
#include "store/catalog.h"
#include "store/event-crash.h"

/*
 * What --json prints: one object for each run, docs/schema. The pieces are json-c's objects: a new one
 * belongs to the caller until it is added to another. Without memory they are NULL, which json-c takes as
 * null.
 */

/* An object with "schema": "pstore-fw/<verb>/1". */
struct json_object *json_report_new(const char *verb);

/* Prints the report and frees it. 0, ERR_NO_MEMORY, or the output's error. */
int json_report_print(struct json_object *report, struct output *output);

void json_add(struct json_object *object, const char *name, struct json_object *value);
void json_add_string(struct json_object *object, const char *name, const char *value); /* NULL: null */
void json_add_number(struct json_object *object, const char *name, uint64_t value);
void json_add_bool(struct json_object *object, const char *name, bool value);

/* A number that has a meaning in its bits: as text, "0x…", for readers whose numbers have 53 bits. */
void json_add_hex(struct json_object *object, const char *name, uint64_t value);

/* Each byte that is not UTF-8 becomes U+FFFD. */
struct json_object *json_from_text(struct bytes text);

/* {"code": "ERR_…", "text": …}, with "offset", "field" and "reason" when the fault is known; NULL for 0. */
struct json_object *json_from_error(int error, const struct fault *fault);

struct json_object *json_from_record(const struct catalog_record *row);
struct json_object *json_from_record_id(const struct record *record);

/* What happened, of a record that is described (pstore/description.h); else NULL. */
struct json_object *json_from_record_title(const struct record *record);

/* What crashed, as the log that it was read of tells it. */
struct json_object *json_from_crash(struct bytes log, const struct log_crash *told);

/* The same of an event; NULL where its log tells of none. */
struct json_object *json_from_event_crash(const struct catalog *catalog, const struct event *event);

/* Source, location and kind; what else is to be said of the place, the caller adds. */
struct json_object *json_from_place(const struct record_source *source);

/* Where it lies: an array. */
struct json_object *json_from_places(const struct catalog *catalog, const struct event *event);

/* With its records. */
struct json_object *json_from_event(const struct catalog *catalog, const struct event *event);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/json.h"
#include "store/catalog.h"
#include "store/event-crash.h"
#include "store/finding.h"
#include "store/work.h"

/*
 * What --json prints of records, in both front ends: the one place that has the names of docs/schema. Pieces
 * are members called `name`, or elements of an array where that is NULL. Errors are the writer's buffer's,
 * ERR_NO_MEMORY too where a log cannot be joined.
 */

/* {"code": "ERR_…", "text": …}, with "offset", "field" and "reason" when the fault is known, which may be
 * NULL; null for 0. */
void report_put_error(struct json_writer *json, const char *name, int error, const struct fault *fault);

void report_put_time(struct json_writer *json, const char *name, bool known, uint64_t seconds);
void report_put_record_id(struct json_writer *json, const struct record *record);

/* What crashed, as the log that it was read of tells it; null for NULL. */
void report_put_crash(struct json_writer *json, struct bytes log, const struct log_crash *told);

/* The same of a log in a manifest: the members that a fleet counts by, or null. */
void report_put_crash_head(struct json_writer *json, struct bytes log);

/* All runs of missing parts, where a person is shown only as many as a line holds (store/list.h): an array of
 * {"first", "last"}. */
void report_put_missing(struct json_writer *json, const char *name, const struct catalog *catalog,
                        const struct event *event);

/* Members of an object that the caller has begun: source, location and kind; what else is to be said of the
 * place, the caller adds. */
void report_put_place(struct json_writer *json, const struct record_source *source);

/* An array of {"verdict", "text", "remedy"}. */
void report_put_findings(struct json_writer *json, const char *name, const struct findings *findings);

/* An object with "schema": "pstore-fw/<verb>/1", which the caller ends. */
void report_begin(struct json_writer *json, const char *verb);

/* The whole document of `list`, of `explain` and of `show`, of what the work has marked. */
void report_put_list(struct json_writer *json, const struct work *work);
void report_put_explained(struct json_writer *json, const struct work *work);
void report_put_shown(struct json_writer *json, const struct work *work, bool with_parts);

/* That of `explain` where it is asked for a log that is no record. */
void report_put_explained_log(struct json_writer *json, const char *path, struct bytes log,
                              const struct log_crash *told);

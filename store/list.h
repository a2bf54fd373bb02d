/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/catalog.h"
#include "store/sink.h"
#include "store/work.h"

/*
 * Writes a line per event, and below it, indented, what crashed and its records; then the records that belong
 * to no event. Lines keep to 80 columns as long as the ids allow it.
 */
int list_catalog(const struct catalog *catalog, const struct sink *sink);

/* The same of the selected records alone (store/selection.h). */
int list_selected(const struct work *work, const struct sink *sink);

/* "2, 5-7": the missing parts of an event, or nothing; what a line has no room for is "and more". */
void list_format_missing(const struct catalog *catalog, const struct event *event, struct text *text);

/* Why a record cannot be read: "offset 20: record length: larger than the bytes there are". */
void list_format_error(const struct record *record, struct text *text);

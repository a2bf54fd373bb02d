/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/sink.h"
#include "store/work.h"

enum show_form {
        SHOW_JOINED, /* an event's log in time order, without the parts' header lines */
        SHOW_PARTS,  /* with the header lines */
        SHOW_RAW,    /* the bytes as stored, nothing between records */
};

/*
 * Writes the selected records: events first, by time, then those that belong to none, described where they
 * have no text. Two or more events, or a record beside them, get a line "==> NAME <==" before each.
 * Missing parts are named where they are missing, except with SHOW_RAW. Returns the number of records
 * written, or the sink's error.
 */
int show_selected(const struct work *work, enum show_form form, const struct sink *sink);

/*
 * The joined log of one event: what dmesg.txt holds. Named gaps only when `name_gaps`. Returns the number of
 * records written, or the sink's error.
 */
int show_event_log(const struct catalog *catalog, const struct event *event, bool name_gaps,
                   const struct sink *sink);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/work.h"

/* Which records a verb works on. */
struct selection {
        const char *const *ids; /* of events or records */
        size_t id_count;        /* 0: all records */
        bool only_crashes;      /* without ids: not what firmware or Windows keeps (HwErrRec####) */
        bool limit_age;
        uint64_t made_before; /* seconds since 1970; a record without a time is never older */
        size_t keep_events;   /* leave the newest N events out; 0: none is left out */
        bool stores_alone;    /* what lies in archives alone is none of these N */
};

/*
 * Says of each record whether it is selected. Returns the number of selected records; ERR_UNKNOWN_ID, with
 * nothing selected and *ret_unknown set, when an id names nothing.
 */
int selection_mark(struct work *work, const struct selection *selection, const char **ret_unknown);

/*
 * What somebody wants who names nothing: the newest event, or, where there is none, every record. Returns the
 * number of selected records.
 */
int selection_mark_newest(struct work *work);

/* True when `id` has the form of an event's or a record's id at all: a typing mistake is the caller's. */
bool selection_id_is_valid(const char *id);

/* Deselects what no dump has saved in this run (work_state.saved); the number of records that stay. */
int selection_keep_saved(struct work *work);

/* True when any record of the event is selected. */
bool selection_touches_event(const struct work *work, const struct event *event);

/* True when every record of the event is selected. */
bool selection_has_event(const struct work *work, const struct event *event);

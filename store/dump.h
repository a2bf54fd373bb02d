/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/dump-target.h"
#include "store/work.h"

/*
 * Copies records to files, flushed, read back and compared.
 *
 *   <event>/dmesg.txt      the joined log
 *   <event>/records.bin    the bytes of all its records, as stored, one after another
 *   <event>/manifest.json  what the records are and where each of them lies; written last
 *   other/<id>.bin, .json  a record that belongs to no event, and what it is
 *
 * A copy is whole or it is not there (store/copy.h), and nothing that is whole is overwritten: what holds the
 * same records is the copy, and beside one that holds others, <event>.2/ or other/<id>.2.bin is made. A
 * record that is found in a copy, by its digest and its bytes, is safe, however few of its event are left.
 * What was found is flushed like what was made: nothing is called safe before.
 */

struct dump_origin {
        const char *program; /* "pstore-fw 0.1.0 (UEFI application)" */
        uint64_t seconds;    /* now, since 1970; 0 when there is no clock */
};

struct dump_result {
        size_t event_count;
        size_t record_count;  /* records that are safe on the target now */
        size_t file_count;    /* files that were written in this run; the others were there */
        size_t failed_count;  /* records that could not be saved */
        size_t refused_count; /* of them, those for which the target is to blame … */
        int target_error;     /* … and what it said first */
        bool is_volatile;     /* the target lies in memory */
        int first_error;
        char first_failed[RECORD_ID_SIZE];
};

/*
 * Called for each record: 0 when it is safe on the target, or why not, where that is a matter of the record.
 * What the target is to blame for is counted in struct dump_result instead. May be NULL.
 */
typedef void dump_report(void *context, const struct catalog_record *row, int error);

/*
 * Dumps the selected records, and of each event that has one the joined log and the manifest. What lies in
 * the target already as what an archive holds is safe there as it is. A record that fails does not stop the
 * others, as what does not fit may be followed by what does; but a target that fails again and again is left
 * alone. Returns 0, or the first error; *ret_result is always set.
 */
int dump_selected(struct work *work, const struct dump_target *target, const struct dump_origin *origin,
                  dump_report *report, void *report_context, struct dump_result *ret_result);

/* For a target that flushes many files at once: all copies wait for one flush. See struct dump_target_many.
 */
void dump_many(struct dumper *dumper, size_t count);

/*
 * All of the event lies in archives and stays there, so that no byte depends on the copy: one with the same
 * log is enough then, be it of stored bytes where the archive has text.
 */
bool dump_adopts(const struct catalog *catalog, const struct event *event);

/*
 * Of an event that lies in the target itself, so that its work tells no place: reads the copies of its name
 * and notes which of them holds each record; the same for all where one holds them all. Nothing is noted of
 * what lies there in no copy.
 */
void dump_find_place(struct work *work, const struct dump_target *target, const struct event *event);

/* "<event>", or "<event>.2" where its copy is beside one that holds others. */
void dump_format_place(const struct event *event, unsigned place, struct text *text);

/* "other/<id>", or "other/<id>.2": without the ends of its files. */
void dump_format_other_place(const struct record *record, unsigned place, struct text *text);

/*
 * Deselects the records of which the target holds no copy, and tells in *ret_result of those for which that
 * cannot be known or made sure. Returns how many stay selected.
 */
int dump_keep_dumped(struct work *work, const struct dump_target *target, struct dump_result *ret_result);

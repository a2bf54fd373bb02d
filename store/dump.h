/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/work.h"

/*
 * Copies records to files, flushed, read back and compared. Nothing that is there is overwritten: what is
 * there already with the same bytes is left alone, other bytes under the same name get a name of their own
 * ("….2.bin").
 *
 *   <event>/dmesg.txt          the joined log
 *   <event>/manifest.json      what the records are; written last
 *   <event>/records/<id>.bin   the bytes as stored
 *   <event>/records/<id>.txt   decoded, exactly what the kernel's pstore would show
 *   other/<id>.bin, .txt       records that belong to no event
 */

/* Where the files go. Paths are relative, with '/' between their parts, and hold only what FAT allows. */
struct dump_target {
        void *context;

        /* Makes the directory and those above it; one that exists is no error. */
        int (*make_directory)(void *context, const char *path);

        /* Creates or replaces the file and returns only after its bytes and its directory are flushed. */
        int (*write_file)(void *context, const char *path, struct bytes content);

        /* Replaces the buffer's content. ERR_NOT_FOUND when there is no such file. */
        int (*read_file)(void *context, const char *path, struct buffer *buffer);

        /* Whether a source with this location (store/source.h) lies here itself. NULL: none ever does. */
        bool (*is_at)(void *context, const char *location);
};

struct dump_origin {
        const char *program; /* "pstore-fw 0.1.0 (UEFI application)" */
        uint64_t seconds;    /* now, since 1970; 0 when there is no clock */
};

struct dump_result {
        size_t event_count;
        size_t record_count; /* records that are safe on the target now */
        size_t file_count;   /* files that were written in this run; the others were there */
        size_t failed_count; /* records that could not be saved */
        int first_error;
        char first_failed[RECORD_ID_SIZE];
};

/* Called for each record: 0 when it is safe on the target, or why not. May be NULL. */
typedef void dump_report(void *context, const struct catalog_record *row, int error);

/*
 * Dumps the selected records, and of each event that has one the joined log and the manifest. What lies in
 * the target already as what an archive holds is safe there as it is. A record that fails does not stop the
 * others. Returns 0, or the first error; *ret_result is always set.
 */
int dump_selected(struct work *work, const struct dump_target *target, const struct dump_origin *origin,
                  dump_report *report, void *report_context, struct dump_result *ret_result);

/* Deselects the records of which the target holds no complete copy; returns how many stay selected. */
int dump_keep_dumped(struct work *work, const struct dump_target *target);

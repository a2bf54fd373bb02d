/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux-tool/target/file-dump-target.h"
#include "store/session.h"
#include "store/sink.h"

/* Where dump and clear put copies: a directory, opened for as long as something is done in it. */
struct save_directory {
        const char *path;
        struct file_dump_target files;
        int error; /* why it could not be opened; 0 */
};

/* `directory` outlives the target; its path outlives both. An error of open() is told on standard error. */
struct session_target save_target(struct save_directory *directory);

/*
 * Why a record that was to be copied has no copy, or what a later step said of it; 0 when all went well.
 * Where the directory could not be opened nobody came as far as the record: then what open() said.
 */
int save_error_of(const struct save_directory *directory, const struct work_state *state);

/* The record's id, each byte of it made visible. */
void save_put_visible_id(const struct record *record, struct text *visible);

/* Tells of a record that was to be cleared and is not: a clear_report (store/clear.h). */
void save_tell_not_cleared(void *context, const struct catalog_record *row, int error);

/* Tells on standard error of what could not be saved: one line, not one for each record. */
void save_tell_failure(const struct save_directory *directory, const struct dump_result *result);

/*
 * A line for each event, or record of none, that was asked for and is safe in the directory; with `only_new`
 * for each that came there in this run. 0, or what the sink says.
 */
int save_print_lines(const struct work *work, const char *directory, bool only_new, const struct sink *sink);

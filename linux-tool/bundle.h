/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "linux-tool/target/file-tree.h"
#include "posix/reason.h"
#include "store/session.h"
#include "store/sink.h"

/*
 * What goes into one archive for a bug report: files in memory, and of each a line for README.txt, which is
 * the first of them. Lines tell as well what is not there.
 */
enum bundle_state {
        BUNDLE_HAS,      /* what the file is */
        BUNDLE_LEFT_OUT, /* why it is not there, as it should be */
        BUNDLE_FAILED,   /* why it, or some of it, could not be had */
};

struct bundle_line {
        enum bundle_state state;
        const char *name;
        struct reason text;
};

#define BUNDLE_LINES_MAX 32

/* More than a store and its archives have; what is beyond is told. */
#define BUNDLE_SIZE_MAX ((size_t) 256 * 1024 * 1024)

struct bundle {
        char name[48]; /* of the directory that all lies in: "pstore-fw-20261121T075124Z" */
        uint64_t seconds;
        struct file_tree files; /* all but README.txt */
        struct bundle_line lines[BUNDLE_LINES_MAX];
        size_t line_count;
        bool failed; /* one of them says so */
};

/* `seconds` is now, since 1970. bundle_free() is due. */
void bundle_init(struct bundle *bundle, uint64_t seconds);
void bundle_free(struct bundle *bundle);

/* `name` outlives the bundle. What failed is told on standard error, too. */
void bundle_tell(struct bundle *bundle, enum bundle_state state, const char *name, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

/* Writes README.txt: what was found is of the session. */
int bundle_put_readme(const struct bundle *bundle, const struct session *session, const struct sink *sink);

/* Writes all of it, `readme` first, as tar compressed with zstd. 0, ERR_NO_MEMORY, or the sink's error. */
int bundle_write(const struct bundle *bundle, struct bytes readme, const struct sink *sink);

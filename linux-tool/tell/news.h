/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "base/text.h"
#include "posix/reason.h"

/* Tells whoever looks after the machine that it has crashed: one entry of the journal, or one line of syslog.
 */

/*
 * What is told of one event; NULL, or 0, where something is not known. All of it may come from a kernel that
 * crashed: what is told in text is escaped, and cut where it is longer than NEWS_VALUE_MAX.
 */
struct crash_news {
        const char *event;     /* its name */
        const char *title;     /* what crashed, one line; NULL: it is told by its name */
        const char *signature; /* of the bug, the same on each machine: 16 hexadecimal digits */
        const char *reason;    /* "panic" … */
        const char *store;     /* where it was found: "erst" … */
        const char *kernel;    /* that crashed: its release */
        const char *missing;   /* parts that are not there: "2-3" */
        const char *path;      /* of the copy */
        uint64_t seconds;      /* when it crashed, since 1970 */
};

#define NEWS_VALUE_MAX 256 /* bytes, as they are told; a path has PATH_MAX */

/* Of systemd's journal: services/pstore-fw.catalog has the text for it. */
#define NEWS_MESSAGE_ID "e7f89530bf644287831ef15c9a9640d2"

/* By which ways it is told. */
struct news_ways {
        const char *library;       /* libsystemd's name */
        const char *journal;       /* the journal's socket, which libsystemd knows by itself: is it there? */
        const char *syslog;        /* syslog's socket */
        unsigned patience_seconds; /* for a reader that does not read */
};

/* Those of this machine. */
extern const struct news_ways news_ways;

/*
 * Returns after the journal has taken the entry; where there is no journal, or it does not take it, after
 * syslog has taken the line. Which of both it was is in *ret_way, "journal" or "syslog", unless that is NULL.
 *
 * Else the error of the last way that was tried, and in `ret_reason` why neither took it: nobody was told,
 * and it is to be tried again at the next run. Returns within twice the patience. Uses ITIMER_REAL and
 * SIGALRM.
 */
int news_tell(const struct crash_news *news, const struct news_ways *ways, const char **ret_way,
              struct reason *ret_reason);

/* --- what the ways share ------------------------------------------------------------------------- */

/* One thing that is told beside the title. */
struct news_item {
        const char *field; /* of the journal */
        const char *word;  /* in syslog's line */
        size_t offset;     /* of the text in struct crash_news */
};

#define NEWS_ITEM_COUNT 7
extern const struct news_item news_items[NEWS_ITEM_COUNT];

/* The text, or NULL where it is not known. */
const char *news_value(const struct crash_news *news, const struct news_item *item);

/* The title, or what stands for it, escaped and cut. */
void news_put_title(const struct crash_news *news, struct text *text);

/* This text escaped, and cut behind NEWS_VALUE_MAX bytes: then it ends in "...". */
void news_put_value(const char *value, struct text *text);

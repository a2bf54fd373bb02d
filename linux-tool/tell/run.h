/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "cli/options.h"
#include "linux-tool/settings.h"
#include "linux-tool/tell/news.h"
#include "store/dump.h"

/* What a run of `collect` over this machine's own sources has to tell of it. */
struct telling {
        const struct settings *settings;
        const struct options *options;    /* of the verb, for what `check` makes of the machine */
        const char *directory;            /* where copies lie */
        int directory_fd;                 /* open; -1: there is none yet */
        const struct dump_target *target; /* the directory as one */
        struct work *work;                /* whose records are saved there, or lie there themselves */
        bool saw_all;                     /* of what lies in the directory nothing is missing in the work */
        const struct news_ways *ways;     /* by which it is told */
        const char *exporter;             /* where metrics go that were given no directory, if it is there */
};

/*
 * Every crash that has a copy in the directory and was not told before goes to the journal or to syslog, and
 * is counted; then the page of metrics is written anew. Each goes on where another fails, and is told: 0, or
 * the first error. What could not be told, or not be noted, is the next run's.
 */
int telling_run(const struct telling *telling);

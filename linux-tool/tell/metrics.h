/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "linux-tool/tell/tally.h"
#include "posix/reason.h"
#include "store/finding.h"
#include "store/source.h"

/*
 * A page for the textfile collector of Prometheus' node exporter. Its series are few: those of the newest
 * signatures, of all others together, and of each store.
 */

/* Where Debian's node exporter looks. */
#define METRICS_DIRECTORY      "/var/lib/prometheus/node-exporter"
#define METRICS_FILE           "pstore_fw.prom"

#define METRICS_SIGNATURES_MAX 10

struct metrics_store {
        const char *name; /* "erst", "efivarfs" … */
        uint64_t waiting; /* records that lie there and have not been cleared */
        struct source_space space;
};

enum metrics_flag { METRICS_NO, METRICS_YES, METRICS_UNKNOWN };

struct metrics {
        const struct tally *tally;
        const struct metrics_store *stores;
        size_t store_count;
        enum verdict verdict;       /* of `check` */
        enum metrics_flag is_armed; /* a crash kernel is loaded that saves a dump */
        uint64_t now;               /* seconds since 1970 */
};

/* Appends the page. What is not known has no line. Errors are the buffer's. */
void metrics_put(const struct metrics *metrics, struct buffer *page);

/*
 * Writes the page into the directory, aside and then under its name, readable for all. Where nobody
 * asked for it, it is no error when there is no such directory. Else what the system says, with the line for
 * it in `ret_reason`; the old page stays then, and nothing else is left.
 */
int metrics_write(const char *directory, bool is_asked, const struct metrics *metrics,
                  struct reason *ret_reason);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>

#include "base/settings.h"
#include "posix/reason.h"
#include "store/collect.h"

/*
 * What an administrator chooses about everything but kdump, which has a file of its own (kdump/settings.h).
 * docs/COLLECT.md describes each.
 */

#define SETTINGS_PATH "/etc/pstore-fw/pstore-fw.conf"

struct settings {
        char directory[PATH_MAX]; /* where dumps go */
        unsigned keep_events;     /* so many stay, the newest; 0: all */
        uint64_t keep_bytes;      /* and no more than this, of their files; 0: all */
        enum collect_clear clear;
        bool journal;                     /* crashes are told to the journal, or to syslog */
        bool metrics;                     /* a page for Prometheus is written, */
        char metrics_directory[PATH_MAX]; /* here; "": where Debian's node exporter looks, if that is there */
};

/* What is in force when nothing is said. */
void settings_default(struct settings *ret_settings);

/*
 * What files say counts more: SETTINGS_PATH, then NAME.conf in pstore-fw.conf.d below /usr/lib/pstore-fw,
 * /run/pstore-fw and /etc/pstore-fw, in the order of names; of one name in two of them the last directory's
 * is read alone. With a `path` it is that file, which has to be there, and PATH.d. `root` stands before the
 * paths of the system, so that a test can make one up.
 *
 * All or nothing: with an error in any of them, ERR_VALUE, or one that cannot be read, the settings stay as
 * they are, and the reason names file and line.
 */
int settings_read(const char *root, const char *path, struct settings *settings, struct reason *ret_reason);

/* Every setting by name: services/pstore-fw.conf has them all. */
struct settings_table settings_table(struct settings *settings);

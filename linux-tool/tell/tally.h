/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "linux-tool/tell/news.h"

/*
 * What is remembered from run to run: which events of the archive were counted and told, and how many crashes
 * there were of each kind. It outlives the events, which are removed when they are old: a counter that goes
 * back is read as one that began anew.
 *
 * An event is counted in the same rename that makes it known, so it counts once whatever happens. It is told
 * before that is noted: a run that is killed in between tells it once more, and none is left out.
 */

/* In the archive. The dot is for those who look for records there. */
#define TALLY_FILE       ".pstore-fw-tally.json"

#define TALLY_LABEL_SIZE 48 /* with the NUL */

/* Kinds that are kept apart; of more, those whose last crash is the longest ago are one (`rest`). */
#define TALLY_KINDS_MAX 256

/* Reason and signature of `rest`, and of what is not known. */
#define TALLY_OTHER   "other"
#define TALLY_UNKNOWN "unknown"

/* Crashes of one reason and signature. Both are plain ASCII without blanks, quotes and backslashes. */
struct tally_kind {
        char reason[TALLY_LABEL_SIZE];
        char signature[TALLY_LABEL_SIZE];
        uint64_t count;
        uint64_t newest; /* seconds since 1970; 0: of none the time is known */
};

struct tally {
        struct tally_kind kinds[TALLY_KINDS_MAX];
        size_t kind_count;
        struct tally_kind rest; /* always there, also with none */
        void *events;           /* of <search.h> */
        size_t event_count;
};

enum tally_state {
        TALLY_NEW,     /* never seen */
        TALLY_COUNTED, /* but not told, as nobody listened */
        TALLY_TOLD,
};

/* A label as it is kept: cut, and what is not plain as "%" and two digits. NULL and "" are TALLY_UNKNOWN. */
void tally_set_label(char label[TALLY_LABEL_SIZE], const char *value);

/* No crash, no event. */
void tally_init(struct tally *tally);
void tally_free(struct tally *tally);

/*
 * Reads the archive's; one that is not there is empty. ERR_VALUE or ERR_TRUNCATED for one that is damaged, or
 * what the system says; then *tally is empty, and who goes on with it counts and tells all of the archive
 * anew. tally_free() is due in any case.
 */
int tally_load(int archive_fd, struct tally *tally);

/* What is known of this event; notes that it is still in the archive. */
enum tally_state tally_see(struct tally *tally, const char *event);

/* Counts the event, and notes that it is in the archive; one that was counted is not counted again. 0 or
 * ERR_NO_MEMORY. */
int tally_count(struct tally *tally, const struct crash_news *news);

/* Notes that an event that was counted was told. */
void tally_mark_told(struct tally *tally, const char *event);

/* Forgets the events that were neither seen nor counted since the load; not what they count. For who has seen
 * the whole archive. 0 or ERR_NO_MEMORY. */
int tally_prune(struct tally *tally);

/* Writes it, durable; the old one stays on failure: what the system says. */
int tally_save(int archive_fd, const struct tally *tally);

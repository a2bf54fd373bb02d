/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/canary.h"
#include "store/finding.h"
#include "store/session.h"

/*
 * The verb `prove` of both front ends: what is put into a store is looked for after a reset, and a machine
 * that was crashed on purpose is asked what came of it.
 */

/* --- canaries ------------------------------------------------------------------------------------ */

/*
 * Writes a canary; `seed` is random. `ret_name` is the record's name. What the source's write() says;
 * ERR_NOT_SUPPORTED for one that can only be read.
 */
int prove_arm(struct record_source *source, const uint8_t seed[CANARY_SEED_SIZE], uint64_t seconds,
              struct canary *ret_canary, char ret_name[RECORD_NAME_SIZE]);

enum prove_fate {
        PROVE_UNHARMED, /* it came back as it was written */
        PROVE_CHANGED,
        PROVE_GONE,
        PROVE_TOO_SOON, /* the machine was not reset since: whatever is found proves nothing */
};

/* "unharmed", "changed", "gone", "no reboot" */
const char *prove_fate_name(enum prove_fate fate);

/* What came of one. */
struct prove_canary {
        const struct canary *canary;
        const struct catalog_record *row;
        enum prove_fate fate;
        bool cleared; /* was to be, and `error` is what came of that; else it is left where it is */
        int error;
};

struct prove_front {
        void *context;

        /* Whether the machine of this record was not reset since. NULL: nothing tells. */
        bool (*is_too_soon)(void *context, const struct catalog_record *row, const struct canary *canary);

        void (*found)(void *context,
                      const struct prove_canary *canary); /* of each, at the end; may be NULL */
};

/*
 * Finds the canaries among all that the session has loaded, says of each what became of it, and clears those
 * that have their verdict, but for copies in an archive. How many there are.
 */
size_t prove_canaries(struct session *session, const struct prove_front *front, struct findings *findings);

/* --- crashes ------------------------------------------------------------------------------------- */

/* In the kernel's log of a machine that was crashed on purpose, and behind it the word of that crash. */
#define PROVE_CRASH_MARK "pstore-fw: test crash "

/* A panic whose log has that line. */
struct prove_crash {
        const struct event *event;
        const struct record_source *source;
        uint32_t missing_count; /* of its parts */
        size_t faulty_count;    /* of its records */
        size_t line_count;      /* behind that line, to the end of the log */
        bool has_message;       /* "Kernel panic - not syncing: …" is one of them */
        struct bytes last_line; /* of the log; shares the catalog's memory */
};

/*
 * The next one from event number *next on, which moves behind it; false when there is no more. `word` is that
 * of one crash, or "" for any.
 */
bool prove_next_crash(const struct catalog *catalog, const char *word, size_t *next,
                      struct prove_crash *ret_crash);

/* All of it came through, up to the panic's own last lines. */
bool prove_crash_is_whole(const struct prove_crash *crash);

/* Adds what there is to be said of it. */
void prove_judge_crash(const struct prove_crash *crash, struct findings *findings);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How much of what was dumped stays in its directory, and what goes: decided here for both front ends. What
 * is there, and how it goes, is theirs.
 */
struct retention_limits {
        uint64_t events; /* so many of either; 0: any */
        uint64_t bytes;  /* 0: any */
};

/* "other/" and the record's name is the longest. */
#define RETENTION_NAME_SIZE 1100

struct retained {
        char *name; /* of an event's directory, or of another record's files below other/, without their end
                     */
        bool is_event;
        bool stays;       /* whatever its age: it has just come, or lies in a store as well */
        uint64_t seconds; /* by which it is old */
        uint64_t bytes;
        size_t coming; /* of what is not here yet, see retention_plan(): its event's number from 1 */
};

struct retention {
        struct retained *rows; /* the newest first, events before the others */
        size_t count, capacity;
};

/* The order of rows, for a sort: the comparison tells any two apart. */
int retained_newest_first(const void *left, const void *right);

/*
 * Calls for each row that is too much, of rows in their order: what stays has its room before all, a wrong
 * clock may have put it anywhere; of the rest the newest have theirs, up to the first that has none.
 */
void retained_find_surplus(const struct retention *retention, const struct retention_limits *limits,
                           void (*call)(void *context, const struct retained *row), void *context);

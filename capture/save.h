/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "capture/dumps.h"
#include "capture/meminfo.h"
#include "capture/plan.h"
#include "capture/seal.h"
#include "capture/steps.h"
#include "capture/tools.h"

/*
 * Saves what a crashed kernel left into a new dump: the log before all else, then the image, then the
 * manifest. Each is written as "….part", flushed, renamed, and its directory flushed. What fails is a
 * step that says why, and the next best thing is tried. Where a log finds no room, dumps beyond `keep` go,
 * and it is tried once more; none within it goes before there is a new one in its place. A log that is safe
 * is sent to the plan's collector, where it has one, before the image is made.
 */

#define SAVE_LOG_TOOLS_MAX 2

struct save_job {
        const struct capture_plan *plan;           /* but for the place of the dumps */
        int directory_fd;                          /* of dumps */
        const char *directory;                     /* its name, for messages */
        const char *vmcore;                        /* "/proc/vmcore" */
        struct tool log_tools[SAVE_LOG_TOOLS_MAX]; /* tried in this order; an empty one is passed over */
        bool image_wanted;                         /* else only the log is saved */
        struct tool image_tool;                    /* empty: there is none, which was told */
        const char *tools;                         /* where `image_tools` are unpacked to */
        const char *image_tools;                   /* NULL, or where image_tool lies packed until then */
        const struct seal_key *public_key;         /* log and image are sealed to it; NULL: they are not */
        uint64_t deadline_ms;                      /* for all of it */
        struct meminfo *meminfo;
        struct steps *steps;
        atomic_bool *log_is_safe; /* set then; NULL where nobody asks */
};

/* A file of the dump, or why there is none. */
struct save_file {
        bool saved;
        uint64_t size;   /* bytes */
        char error[192]; /* empty: not wanted */
};

struct save_result {
        char name[DUMPS_NAME_SIZE]; /* of the dump */
        char release[80];           /* of the crashed kernel; empty: not known */
        uint64_t crash_seconds;     /* since 1970; by our clock when the crashed kernel did not say it */
        char message[DUMPS_MESSAGE_SIZE];
        char log_sha256[65]; /* of its file, as it is there */
        struct save_file log, image;
};

/*
 * 0 when the log is safe. ERR_NO_STORE: there is no vmcore, and nothing was made. Other errors say why there
 * is no dump, or why there is one without a log: *ret_result is set as soon as there is one, and only then.
 */
int save_dump(const struct save_job *job, struct save_result *ret_result);

/* The name of a file of the dump: with DUMPS_SEALED_SUFFIX where it is sealed. */
#define SAVE_NAME_SIZE 32
void save_file_name(const struct save_job *job, const char *name, char ret_name[SAVE_NAME_SIZE]);

/* Where no disk is to be had: the log to this file descriptor, a console, as it is. */
int save_log_to(const struct save_job *job, int fd);

/* Where no disk is to be had: the log, sealed, to the plan's collector. 0 when it has stored it. */
int save_log_to_collector(const struct save_job *job);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/text.h"
#include "crash/frame.h"
#include "crash/kind.h"

/*
 * What crashed, as a kernel's log tells it: one of its problems, with the function that it is about. Nothing
 * is concluded that is not there: of a log that begins in the middle it says what is left.
 */

#define CRASH_TITLE_SIZE   160
#define CRASH_FRAMES_MAX   16
#define CRASH_MODULES_MAX  8
#define CRASH_PROBLEMS_MAX 8

/* A problem that a log tells of. */
struct crash_problem {
        const struct crash_kind *kind;
        size_t offset; /* of its line in the log */
        bool has_time;
        uint64_t time_us; /* since the machine started */
};

/* Shares the memory of the log; what is not told is empty. */
struct crash {
        struct crash_problem problem;
        char title[CRASH_TITLE_SIZE]; /* "BUG: unable to handle page fault in nfs_readdir" */
        size_t title_words;           /* how much of it is before " in nfs_readdir" */
        struct bytes function;        /* of the title; empty where it has none */

        /* The trace, without what every such trace has (crash/frame.h). */
        struct crash_frame frames[CRASH_FRAMES_MAX];
        size_t frame_count;
        size_t function_frame; /* of the frame that has the title's function, or of the one behind it */

        struct bytes modules[CRASH_MODULES_MAX]; /* that are on the trace, each once */
        size_t module_count;
        struct bytes kernel, hardware, process, taint;
        bool has_pid, has_cpu;
        uint64_t pid, cpu;

        struct crash_problem problems[CRASH_PROBLEMS_MAX]; /* the first of the log's, in its order */
        size_t problem_count;                              /* of all; only those are kept */
};

/*
 * Reads the log. The problem is the first one; but a warning that the machine outlived by more than
 * CRASH_WARNING_SECONDS does not stand before an oops or a panic. False when the log tells of none. Cost is
 * that of looking at each byte once, and some more behind a problem.
 */
bool crash_read(struct bytes log, struct crash *ret_crash);

#define CRASH_WARNING_SECONDS 60

/* Another problem of the same log, one of crash->problems; its own are left empty. */
void crash_read_problem(struct bytes log, const struct crash_problem *problem, struct crash *ret_crash);

/* So many functions make a signature, and a line for each. */
#define CRASH_SIGNATURE_FUNCTIONS 3
#define CRASH_SIGNATURE_TEXT_SIZE 1024

/*
 * What the signature of a crash is the digest of: its words, numbers as N, then the functions, a line each.
 *
 *   BUG: unable to handle page fault
 *   nfs_readdir
 *   iterate_dir
 *
 * There are no offsets, addresses, CPUs and names of modules in it, so it is the same for the same bug on
 * another boot, machine and build.
 */
void crash_put_signature_text(const struct crash *crash, struct text *text);

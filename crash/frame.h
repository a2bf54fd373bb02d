/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"

/*
 * Functions as the kernel writes them: "ext4_mb_new_blocks.isra.0+0x1de3/0x4840 [ext4]". Everything shares
 * the memory of the log.
 */
struct crash_frame {
        struct bytes function; /* "ext4_mb_new_blocks": without what a compiler appends */
        struct bytes text;     /* all of it */
        struct bytes module;   /* "ext4"; empty in the kernel itself */
};

/* The first function with an offset at or behind `from`; false where there is none. */
bool crash_frame_find(struct bytes text, size_t from, struct crash_frame *ret_frame);

/*
 * A line of a trace that is one frame, of x86, arm64, arm, powerpc, riscv and s390. False for any other line,
 * and for a frame of which the kernel itself is not sure ("? foo+0x1/0x2").
 */
bool crash_frame_read(struct bytes text, struct crash_frame *ret_frame);

/* arm has two in a line, "callee from caller+0x54/0xa0": the other of them. */
bool crash_frame_read_callee(struct bytes text, struct crash_frame *ret_frame);

/*
 * Where the processor was: "RIP: 0010:foo+0x1/0x2", "pc : foo+0x1/0x2" and what others have for it. False for
 * another line, and for an address in a program; a place that has no name has an empty function.
 */
bool crash_frame_read_place(struct bytes text, struct crash_frame *ret_frame);

/*
 * True when a function is in a list: words with a blank between, each of which is found anywhere in the name,
 * but with '^' before only at its beginning and with '$' behind only at its end.
 */
bool crash_frame_is_in(struct bytes function, const char *list);

/* What every trace of that kind of crash has, whatever is broken: the machinery of reports, locks, lists … */
extern const char crash_frames_everywhere[];

/* By what a trace comes into the kernel: system calls, interrupts, threads. */
extern const char crash_frames_entry[];

/* The function without what the entry of a system call has before its name. */
struct bytes crash_frame_plain(struct bytes function);

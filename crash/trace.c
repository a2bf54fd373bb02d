/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "crash/trace.h"
#include "base/arith.h"
#include "base/text.h"
#include "crash/find.h"
#include "crash/report.h"

/* More frames than a stack has room for are none. */
#define FRAMES_READ_MAX 256

/* A walk over the lines of a report, in which a trace is looked for and the function in it. */
struct walk {
        struct crash *crash;
        const struct crash_kind *kind;
        const char *marker; /* what has to come before the trace; NULL: nothing */
        bool in_trace;      /* lines may be frames */
        unsigned frames_read;
        bool has_place; /* where the processor was is known */
        bool chosen;
        struct bytes previous; /* of a stall */
};

/* What a trace begins with, of the problem itself or of something else that is told with it. */
static bool starts_trace(struct bytes text) {
        static const char *const titles[] = {
                "Call Trace", "Call trace", "Backtrace:",  "Allocated by task", "Freed by task",
                "Allocated:", "Freed:",     "Uninit was ", "unwind_backtrace", /* of arm, where it is the
                                                                                  first line */
        };

        for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
                if (crash_has(text, titles[i]))
                        return true;
        return false;
}

/* Of whose interrupts a stall is seen. */
static bool is_interrupt(struct bytes text) {
        static const char *const entries[] = {
                "apic_timer_interrupt", "Exception stack", "el1h_64_irq", "el1_irq", "--- interrupt: ",
        };

        for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
                if (crash_has(text, entries[i]))
                        return true;
        return false;
}

static void choose(struct walk *walk, struct bytes function) {
        walk->crash->function = function;
        walk->crash->function_frame = walk->crash->frame_count;
        walk->chosen = true;
}

static void weigh_stall(struct walk *walk, struct bytes function) {
        static const char call[] = "smp_call_function";

        if (walk->previous.size == 0)
                walk->previous = function;
        if (!crash_frame_is_in(function, crash_stall_anchors)) {
                walk->previous = function;
                choose(walk, function);
                walk->chosen = false; /* until something hands out work */
                return;
        }
        /* All that waits for other processors waits alike. */
        if (crash_has(function, call))
                walk->previous =
                        bytes_first(bytes_from(function, crash_find(function, 0, call)), sizeof(call) - 1);
        walk->crash->function = walk->previous;
        walk->chosen = true;
}

/* All that waits for RCU, in whichever way, waits for the same. */
static bool find_wait(struct bytes function, struct bytes *ret_wait) {
        static const char *const waits[] = {
                "synchronize_rcu",
                "synchronize_srcu",
                "synchronize_net",
                "synchronize_sched",
        };

        for (size_t i = 0; i < ARRAY_SIZE(waits); i++) {
                size_t at = crash_find(function, 0, waits[i]);

                if (bytes_slice(function, at, text_length(waits[i]), ret_wait) == 0)
                        return true;
        }
        return false;
}

static void weigh_hang(struct walk *walk, struct bytes function) {
        struct bytes wait;

        if (find_wait(function, &wait))
                choose(walk, wait);
        else if (crash_has(function, "rtnl_lock"))
                choose(walk, function);
        else if (walk->crash->function.size == 0 && !crash_frame_is_in(function, crash_hang_left_out)) {
                choose(walk, function);
                walk->chosen = false; /* until something better comes */
        }
}

static void weigh(struct walk *walk, struct bytes function) {
        if (walk->chosen)
                return;
        if (walk->kind->choice == CRASH_CHOICE_STALL)
                weigh_stall(walk, function);
        else if (walk->kind->choice == CRASH_CHOICE_HANG)
                weigh_hang(walk, function);
        else
                choose(walk, function);
}

static void keep_module(struct crash *crash, struct bytes module) {
        for (size_t i = 0; i < crash->module_count; i++)
                if (bytes_equal(crash->modules[i], module))
                        return;
        if (module.size > 0 && crash->module_count < CRASH_MODULES_MAX)
                crash->modules[crash->module_count++] = module;
}

static void take(struct walk *walk, const struct crash_frame *frame) {
        struct crash *crash = walk->crash;
        struct bytes function = crash_frame_plain(frame->function);

        if (function.size == 0)
                return;
        keep_module(crash, frame->module);
        if (crash_frame_is_in(frame->function, crash_frames_everywhere) ||
            crash_frame_is_in(frame->function, crash_kind_left_out(walk->kind)))
                return;
        weigh(walk, function);
        if (crash->frame_count < CRASH_FRAMES_MAX && !crash_frame_is_in(frame->function, crash_frames_entry))
                crash->frames[crash->frame_count++] = *frame;
}

static bool repeats_last(const struct crash *crash, struct bytes text) {
        return crash->frame_count > 0 && bytes_equal(crash->frames[crash->frame_count - 1].text, text);
}

/* False when the trace has ended. */
static bool walk_line(struct walk *walk, struct bytes text) {
        struct crash_frame frame;
        size_t at;

        if (walk->marker) {
                if (walk->kind->flags & CRASH_BEHIND_IRQ ? is_interrupt(text)
                                                         : crash_has(text, walk->marker)) {
                        walk->marker = NULL;
                        walk->in_trace = true;
                }
                return true;
        }
        if (!(walk->kind->flags & CRASH_TRACE_ONLY) && !walk->has_place &&
            crash_frame_read_place(text, &frame)) {
                walk->has_place = true;
                walk->in_trace = true;
                take(walk, &frame);
                return true;
        }
        if (starts_trace(text)) {
                bool ends = walk->in_trace && walk->frames_read > 0;

                walk->in_trace = true;
                return !ends;
        }
        if (walk->kind->flags & CRASH_AT_LOCK && !walk->in_trace) {
                at = crash_find(text, 0, "at: ");
                if (at < text.size ? crash_frame_find(text, at, &frame) : crash_frame_read(text, &frame)) {
                        take(walk, &frame);
                        walk->crash->frame_count = 0; /* it is the first of the trace that follows, too */
                        walk->in_trace = walk->chosen;
                }
                return true;
        }
        if (walk->in_trace && crash_frame_read(text, &frame)) {
                struct crash_frame callee;

                if (walk->frames_read == 0 && crash_frame_read_callee(text, &callee))
                        take(walk, &callee);
                /* arm64's begins with where the processor was */
                if (walk->frames_read++ > 0 || !repeats_last(walk->crash, frame.text))
                        take(walk, &frame);
        }
        return walk->frames_read < FRAMES_READ_MAX;
}

static void start(struct walk *walk, struct crash *crash, const char *marker) {
        crash->function = bytes_of(NULL, 0);
        crash->frame_count = crash->function_frame = crash->module_count = 0;
        *walk = (struct walk){ .crash = crash, .kind = crash->problem.kind, .marker = marker };
}

static void walk_report(struct walk *walk, struct bytes log) {
        const struct crash_kind *kind = walk->kind;
        struct crash_report report;
        struct crash_line line;
        struct crash_frame frame;
        size_t at;

        crash_report_begin(&report, log, walk->crash->problem.offset);
        if (crash_report_next(&report, &line) && kind->flags & CRASH_IN_LINE) {
                walk->in_trace = true;
                if (crash_kind_find(line.text, &at) && crash_frame_find(line.text, at, &frame))
                        take(walk, &frame);
                walk->crash->frame_count = 0; /* as it is the first of the trace, too */
        }
        while (crash_report_next(&report, &line) && walk_line(walk, line.text))
                ;
}

static const char *marker_of(const struct crash_kind *kind) {
        if (kind->flags & CRASH_PAGE_OWNER)
                return "page last allocated";
        if (kind->flags & CRASH_LEAK)
                return "backtrace";
        if (kind->flags & CRASH_LOCK_ORDER)
                return "which became ";
        return kind->flags & CRASH_BEHIND_IRQ ? "interrupt" : NULL;
}

/* "WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo+0x1/0x2": all that a log may have of it. */
static void take_own_line(struct walk *walk, struct bytes log) {
        struct crash_line line;
        struct crash_frame frame;
        size_t offset = walk->crash->problem.offset, at;

        if (crash_line_next(log, &offset, &line) && crash_kind_find(line.text, &at) &&
            crash_frame_find(line.text, at, &frame))
                take(walk, &frame);
}

void crash_trace_read(struct bytes log, struct crash *crash) {
        const char *marker = marker_of(crash->problem.kind);
        struct walk walk;

        start(&walk, crash, marker);
        walk_report(&walk, log);
        if (marker && crash->function.size == 0) {
                start(&walk, crash, NULL);
                walk_report(&walk, log);
        }
        if (crash->function.size == 0 && !(crash->problem.kind->flags & CRASH_NO_FUNCTION))
                take_own_line(&walk, log);
}

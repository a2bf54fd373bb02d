/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "crash/crash.h"
#include "base/arith.h"
#include "crash/find.h"
#include "crash/report.h"
#include "crash/taint.h"
#include "crash/trace.h"

#define US_PER_SECOND 1000000

/* So far before a problem may the boot be that it is of. */
#define BOOT_SIZE (1024 * 1024)

/* Behind a problem, so many lines may be of it that look like another: "Oops: 0002 [#1]". */
#define JOINED_LINES 64

/* --- the facts beside the trace --- */

static struct bytes without_blanks(struct bytes text) {
        size_t start = 0;

        while (start < text.size && text.data[start] == ' ')
                start++;
        text = bytes_from(text, start);
        while (text.size > 0 && text.data[text.size - 1] == ' ')
                text.size--;
        return text;
}

static struct bytes word_at(struct bytes text, size_t at) {
        size_t end = crash_find_byte(text, at, ' ');

        return bytes_from(bytes_first(text, end), at);
}

static void take_number(struct bytes text, const char *label, bool *has, uint64_t *ret_number) {
        size_t at = crash_find(text, 0, label) + text_length(label);

        if (!*has && at < text.size && decimal_parse(text, &at, UINT32_MAX, ret_number) == 0)
                *has = true;
}

/* "Tainted: G        W  OE     6.1.0-56-amd64 #1" or "Not tainted 6.1.0 #1": what the kernel is called
 * follows. */
static void take_kernel(struct crash *crash, struct bytes text) {
        static const char tainted[] = "Tainted: ", clean[] = "Not tainted ";
        size_t at = crash_find(text, 0, tainted) + sizeof(tainted) - 1, start, end;

        if (crash->kernel.size > 0)
                return;
        if (at > text.size)
                at = crash_find(text, 0, clean) + sizeof(clean) - 1;
        start = end = at;
        while (at < text.size) {
                struct bytes word = word_at(text, at);

                if (word.size > 0 && !crash_taint_letters(word)) {
                        if (word.data[0] == '[')
                                return; /* a line of words, which newer kernels have beside that of letters */
                        crash->kernel = word;
                        break;
                }
                at += word.size + 1;
                if (word.size > 0)
                        end = at - 1;
        }
        if (start < end && end <= text.size)
                crash->taint = without_blanks(bytes_from(bytes_first(text, end), start));
}

/* "CPU: 0 UID: 0 PID: 100 Comm: init Tainted: G           OE      6.1.0-56-amd64 #1" */
static void take_where(struct crash *crash, struct bytes text) {
        static const char comm[] = "Comm: ";
        size_t at = crash_find(text, 0, comm) + sizeof(comm) - 1, end;

        if (at > text.size || crash->process.size > 0)
                return;
        take_number(text, "CPU: ", &crash->has_cpu, &crash->cpu);
        take_number(text, "PID: ", &crash->has_pid, &crash->pid);
        end = crash_find(text, at, " Tainted: ");
        if (end >= text.size)
                end = crash_find(text, at, " Not tainted ");
        crash->process = without_blanks(bytes_from(bytes_first(text, end), at));
}

/* "INFO: task jbd2/sda1-8:123 blocked for more than 120 seconds": it is not who tells of it. */
static void take_task(struct crash *crash, struct bytes text) {
        static const char task[] = "INFO: task ";
        size_t at = crash_find(text, 0, task) + sizeof(task) - 1, end = crash_find(text, 0, " blocked for"),
               colon;

        if (at > text.size || end >= text.size)
                return;
        colon = end;
        while (colon > at && text.data[colon] != ':')
                colon--;
        crash->process = bytes_from(bytes_first(text, colon), at);
        if (decimal_parse(text, &(size_t){ colon + 1 }, UINT32_MAX, &crash->pid) == 0)
                crash->has_pid = true;
}

static void take_fact(struct crash *crash, struct bytes text) {
        static const char hardware[] = "Hardware name: ";

        if (crash_stands_at(text, 0, hardware) && crash->hardware.size == 0)
                crash->hardware = without_blanks(bytes_from(text, sizeof(hardware) - 1));
        take_where(crash, text);
        take_kernel(crash, text);
}

/* What the boot said of it, where the report does not. The last one before it: a console has seen several. */
static void take_boot(struct bytes log, struct crash *crash) {
        static const char version[] = "Linux version ", hardware[] = "DMI: ";
        struct bytes kernel = crash->kernel, machine = crash->hardware;
        struct crash_line line;
        size_t at = crash->problem.offset > BOOT_SIZE ? crash->problem.offset - BOOT_SIZE : 0;

        while (at < crash->problem.offset && crash_line_next(log, &at, &line))
                if (crash_stands_at(line.text, 0, version))
                        kernel = word_at(line.text, sizeof(version) - 1);
                else if (crash_stands_at(line.text, 0, hardware))
                        machine = bytes_from(line.text, sizeof(hardware) - 1);
        if (crash->kernel.size == 0)
                crash->kernel = kernel;
        if (crash->hardware.size == 0)
                crash->hardware = machine;
}

/* --- the title --- */

/* "Read" of "Read of size 8 at addr …", which is not always the very next line */
static const char *find_access(struct bytes log, size_t offset) {
        static const char *const accesses[] = { "Read", "Write" };
        struct crash_report report;
        struct crash_line line;

        crash_report_begin(&report, log, offset);
        while (report.lines < 8 && crash_report_next(&report, &line))
                for (size_t i = 0; i < ARRAY_SIZE(accesses); i++) {
                        size_t at = crash_find(line.text, 0, accesses[i]) + text_length(accesses[i]);

                        if (crash_stands_at(line.text, at, " of size") ||
                            crash_stands_at(line.text, at, " at addr"))
                                return accesses[i];
                }
        return NULL;
}

/* What the '*' of a title stands for. */
static struct bytes title_detail(const struct crash_kind *kind, struct bytes text, size_t at) {
        static const char *const ends[] = { " in ", " at ", " on ", ", ", ": ", " ]---" };
        size_t start = at + text_length(kind->phrase), end = text.size;

        if (kind->flags & CRASH_TAKES_TAIL)
                start = crash_find(text, start, crash_kind_also(kind)) + text_length(crash_kind_also(kind));
        if (kind->flags & CRASH_TAKES_REST) {
                end = crash_find(text, start, " ]---");
        } else {
                for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
                        end = size_min(end, crash_find(text, start, ends[i]));
        }
        text = without_blanks(bytes_from(bytes_first(text, end), start));
        while (text.size > 0 && (text.data[text.size - 1] == '.' || text.data[text.size - 1] == ' ' ||
                                 text.data[text.size - 1] == ':'))
                text.size--;
        return text;
}

static void put_title(struct bytes log, struct crash *crash) {
        const struct crash_kind *kind = crash->problem.kind;
        struct text title = TEXT_ON(crash->title);
        struct crash_line line;
        const char *access;
        size_t offset = crash->problem.offset, at = 0;

        (void) crash_line_next(log, &offset, &line);
        (void) crash_kind_find(line.text, &at);
        for (const char *c = crash_kind_title(kind); *c; c++)
                if (*c == '*')
                        text_put_escaped(&title, title_detail(kind, line.text, at));
                else
                        text_put_char(&title, *c);
        access = kind->flags & CRASH_TAKES_ACCESS ? find_access(log, crash->problem.offset) : NULL;
        if (access)
                text_format(&title, " %s", access);
        crash->title_words = title.length;
        if (kind->flags & CRASH_NO_FUNCTION)
                crash->function = bytes_of(NULL, 0);
        if (crash->function.size == 0)
                return;
        text_put(&title, " in ");
        text_put_bytes(&title, crash->function);
}

/* --- the problem --- */

void crash_read_problem(struct bytes log, const struct crash_problem *problem, struct crash *ret_crash) {
        struct crash *crash = ret_crash;
        struct crash_report report;
        struct crash_line line;

        *crash = (struct crash){ .problem = *problem };
        crash_trace_read(log, crash);
        put_title(log, crash);
        crash_report_begin(&report, log, problem->offset);
        if (crash_report_next(&report, &line))
                take_task(crash, line.text);
        while (crash_report_next(&report, &line))
                take_fact(crash, line.text);
        take_boot(log, crash);
}

/* The next line at or behind *at that begins to tell of a problem. */
static bool next_problem(struct bytes log, size_t *at, unsigned *lines_since, struct crash_problem *ret) {
        static const char end[] = "---[ end";
        struct crash_line line;
        size_t where;

        while (crash_line_next(log, at, &line)) {
                const struct crash_kind *kind = crash_kind_find(line.text, &where);
                bool recent = *lines_since < JOINED_LINES;

                if (recent)
                        ++*lines_since;
                if (!kind || (recent && (kind->flags & CRASH_JOINS || crash_stands_at(line.text, 0, end))))
                        continue;
                *lines_since = 0;
                *ret = (struct crash_problem){
                        .kind = kind,
                        .offset = line.offset,
                        .has_time = line.has_time,
                        .time_us = line.time_us,
                };
                return true;
        }
        return false;
}

/* Whether `later` brought the machine down, and `first` did not. */
static bool outlived(const struct crash_problem *first, const struct crash_problem *later) {
        return first->kind->flags & CRASH_WARNS && !(later->kind->flags & CRASH_WARNS) && first->has_time &&
               later->has_time && later->time_us > first->time_us &&
               later->time_us - first->time_us > UINT64_C(1) * CRASH_WARNING_SECONDS * US_PER_SECOND;
}

bool crash_read(struct bytes log, struct crash *ret_crash) {
        struct crash_problem problems[CRASH_PROBLEMS_MAX], problem, found = { .kind = NULL };
        size_t at = 0, count = 0;
        unsigned lines_since = JOINED_LINES;

        while (next_problem(log, &at, &lines_since, &problem)) {
                if (count == 0 || outlived(&found, &problem))
                        found = problem;
                if (count < CRASH_PROBLEMS_MAX)
                        problems[count] = problem;
                count++;
        }
        if (count == 0)
                return false;
        crash_read_problem(log, &found, ret_crash);
        for (size_t i = 0; i < count && i < CRASH_PROBLEMS_MAX; i++)
                ret_crash->problems[i] = problems[i];
        ret_crash->problem_count = count;
        return true;
}

/* --- the signature --- */

/* A word of digits, or of hexadecimal ones with a decimal one among them, is a number. */
static void put_without_numbers(struct bytes words, struct text *text) {
        size_t at = 0;

        while (at < words.size) {
                size_t end = at;
                bool number = false;

                while (end < words.size &&
                       (hex_value((char) words.data[end]) >= 0 || words.data[end] == 'x')) {
                        number = number || digit_is_decimal(words.data[end]);
                        end++;
                }
                if (end == at)
                        end++;
                if (number)
                        text_put_char(text, 'N');
                else
                        text_put_bytes(text, bytes_from(bytes_first(words, end), at));
                at = end;
        }
        text_put_char(text, '\n');
}

void crash_put_signature_text(const struct crash *crash, struct text *text) {
        size_t wanted = CRASH_SIGNATURE_FUNCTIONS, frame = crash->function_frame;

        put_without_numbers(bytes_of(crash->title, crash->title_words), text);
        if (crash->function.size > 0) {
                text_put_bytes(text, crash->function);
                text_put_char(text, '\n');
                wanted--;
                if (frame < crash->frame_count &&
                    bytes_equal(crash_frame_plain(crash->frames[frame].function), crash->function))
                        frame++;
                /* Of what loops, only by whom it was called is the same each time. */
                if (crash->problem.kind->choice == CRASH_CHOICE_STALL)
                        return;
        }
        for (; wanted > 0 && frame < crash->frame_count; wanted--, frame++) {
                text_put_bytes(text, crash_frame_plain(crash->frames[frame].function));
                text_put_char(text, '\n');
        }
}

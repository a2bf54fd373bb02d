/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/explain.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "crash/taint.h"
#include "pstore/description.h"
#include "store/selection.h"

#define FIELD_SIZE 400
#define LINE_WIDTH 80

/* Heads of lines, as wide as each other. */
#define HEAD(words) "  " words
#define EMPTY_HEAD  HEAD("           ")

void explain_put_uptime(uint64_t time_us, struct text *text) {
        static const struct {
                uint64_t seconds;
                const char *name, *next;
                uint64_t next_seconds;
        } units[] = { { 86400, "d", "h", 3600 }, { 3600, "h", "min", 60 }, { 60, "min", "s", 1 } };
        uint64_t seconds = time_us / 1000000;

        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
                if (seconds >= units[i].seconds) {
                        text_format(text, "%llu %s %llu %s",
                                    (unsigned long long) (seconds / units[i].seconds), units[i].name,
                                    (unsigned long long) (seconds % units[i].seconds / units[i].next_seconds),
                                    units[i].next);
                        return;
                }
        text_format(text, "%llu.%03u s", (unsigned long long) seconds, (unsigned) (time_us / 1000 % 1000));
}

/* Nothing where the log does not tell. What it tells may hold anything. */
static int put_field(const struct sink *sink, const char *head, struct bytes value) {
        char said[FIELD_SIZE];
        struct text text = TEXT_ON(said);

        if (value.size == 0)
                return 0;
        text_put_escaped(&text, value);
        return sink_prose(sink, head, "%s", said);
}

void explain_put_process(const struct crash *crash, struct text *text) {
        text_put_escaped(text, bytes_first(crash->process, 64));
        if (crash->has_pid)
                text_format(text, "%spid %llu", text->length > 0 ? ", " : "",
                            (unsigned long long) crash->pid);
        if (crash->has_cpu)
                text_format(text, "%sCPU %llu", text->length > 0 ? ", " : "",
                            (unsigned long long) crash->cpu);
}

void explain_put_taint(const struct crash *crash, struct text *text) {
        for (size_t i = 0; i < crash->taint.size; i++) {
                const char *words = crash_taint_words(crash->taint.data[i]);

                if (words)
                        text_format(text, "%s%c: %s", text->length > 0 ? ", " : "", crash->taint.data[i],
                                    words);
        }
}

void explain_put_modules(const struct crash *crash, struct text *text) {
        for (size_t i = 0; i < crash->module_count; i++) {
                if (i > 0)
                        text_put_char(text, ' ');
                text_put_bytes(text, crash->modules[i]);
        }
}

/* A field of what one of the three above says. */
static int put_said(const struct sink *sink, const char *head, const struct crash *crash,
                    void (*put)(const struct crash *crash, struct text *text)) {
        char said[FIELD_SIZE];
        struct text text = TEXT_ON(said);

        put(crash, &text);
        return text.length > 0 ? sink_prose(sink, head, "%s", said) : 0;
}

static int put_trace(const struct sink *sink, const struct crash *crash) {
        int r = 0;

        for (size_t i = 0; i < crash->frame_count && r >= 0; i++)
                r = put_field(sink, i == 0 ? HEAD("trace      ") : EMPTY_HEAD, crash->frames[i].text);
        return r;
}

/* In the order of the log, so that it is seen which came first. */
static int put_problems(const struct sink *sink, struct bytes log, const struct crash *crash) {
        size_t kept = crash->problem_count < CRASH_PROBLEMS_MAX ? crash->problem_count : CRASH_PROBLEMS_MAX;
        int r = 0;

        if (crash->problem_count < 2)
                return 0;
        for (size_t i = 0; i < kept && r >= 0; i++) {
                struct crash problem;
                char time[48], title[LINE_WIDTH];
                struct text time_text = TEXT_ON(time), title_text = TEXT_ON(title);

                crash_read_problem(log, &crash->problems[i], &problem);
                if (problem.problem.has_time) {
                        text_put(&time_text, "at ");
                        explain_put_uptime(problem.problem.time_us, &time_text);
                        text_put(&time_text, ": ");
                }
                crash_put_short_title(&problem, LINE_WIDTH - sizeof(EMPTY_HEAD) - time_text.length - 3,
                                      &title_text);
                r = sink_format(sink, "%s%zu. %s%s\n", i == 0 ? HEAD("problems   ") : EMPTY_HEAD, i + 1, time,
                                title);
        }
        if (r >= 0 && crash->problem_count > kept)
                r = sink_format(sink, EMPTY_HEAD "and %zu more\n", crash->problem_count - kept);
        return r;
}

static int put_crash(const struct sink *sink, struct bytes log, const struct log_crash *told) {
        const struct crash *crash = &told->crash;
        char uptime[48];
        struct text text = TEXT_ON(uptime);
        int r;

        if (crash->problem.has_time)
                explain_put_uptime(crash->problem.time_us, &text);
        r = put_field(sink, HEAD("signature  "), text_view(told->signature));
        if (r >= 0)
                r = put_field(sink, HEAD("kernel     "), crash->kernel);
        if (r >= 0)
                r = put_field(sink, HEAD("hardware   "), crash->hardware);
        if (r >= 0)
                r = put_field(sink, HEAD("uptime     "), text_bytes(&text));
        if (r >= 0)
                r = put_said(sink, HEAD("process    "), crash, explain_put_process);
        if (r >= 0)
                r = put_said(sink, HEAD("taint      "), crash, explain_put_taint);
        if (r >= 0)
                r = put_said(sink, HEAD("modules    "), crash, explain_put_modules);
        if (r >= 0)
                r = put_trace(sink, crash);
        return r < 0 ? r : put_problems(sink, log, crash);
}

int explain_log(struct bytes log, const struct sink *sink) {
        struct log_crash told;
        int r;

        if (!log_crash_read(log, &told))
                return 0;
        r = sink_prose(sink, "", "%s", told.crash.title);
        if (r >= 0)
                r = put_crash(sink, log, &told);
        return r < 0 ? r : 1;
}

static int explain_event(const struct catalog *catalog, const struct event *event, const struct sink *sink) {
        char name[EVENT_NAME_SIZE], time[TIMESTAMP_TEXT_SIZE];
        struct text text = TEXT_ON(name);
        struct event_crash crash;
        int found = event_crash_read(catalog, event, &crash), r = found;

        event_format_name(event, &text);
        timestamp_format(event->seconds, time);
        if (found > 0)
                r = sink_prose(sink, "", "%s", crash.told.crash.title);
        else if (found == 0)
                r = sink_format(sink, "the log of this %s tells of no crash that is known\n",
                                event_reason_name(event->reason));
        if (r >= 0)
                r = sink_prose(sink, HEAD("event      "), "%s, %s", name, time);
        if (r >= 0 && found > 0)
                r = put_crash(sink, crash.log, &crash.told);
        event_crash_free(&crash);
        return r;
}

/* What holds no log describes itself: pstore/description.h. */
static int explain_record(const struct record *record, const struct sink *sink) {
        char id[RECORD_ID_SIZE], title[RECORD_TITLE_SIZE];
        struct text id_text = TEXT_ON(id), title_text = TEXT_ON(title);
        int r;

        record_format_id(record, &id_text);
        record_put_title(record, &title_text);
        r = sink_prose(sink, "", "%s", title);
        if (r >= 0)
                r = put_field(sink, HEAD("record     "), text_bytes(&id_text));
        for (size_t at = 0; r >= 0 && record->decoded && !record_has_log(record) && at < record->text.size;) {
                size_t end = at;

                while (end < record->text.size && record->text.data[end] != '\n')
                        end++;
                r = put_field(sink, at == 0 ? HEAD("holds      ") : EMPTY_HEAD,
                              bytes_from(bytes_first(record->text, end), at));
                at = end + 1;
        }
        return r;
}

int explain_selected(const struct work *work, const struct sink *sink) {
        const struct catalog *catalog = work->catalog;
        int count = 0, r = 0;

        for (size_t i = 0; i < catalog->event_count && r >= 0; i++) {
                if (!selection_touches_event(work, &catalog->events[i]))
                        continue;
                if (count++ > 0)
                        r = sink_format(sink, "\n");
                if (r >= 0)
                        r = explain_event(catalog, &catalog->events[i], sink);
        }
        for (size_t i = catalog->other_first; i < catalog->record_count && r >= 0; i++) {
                if (!work_is_selected(work, catalog->records[i]))
                        continue;
                if (count++ > 0)
                        r = sink_format(sink, "\n");
                if (r >= 0)
                        r = explain_record(catalog->records[i], sink);
        }
        return r < 0 ? r : count;
}

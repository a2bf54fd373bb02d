/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/show-html.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "pstore/description.h"
#include "store/check-judge.h"
#include "store/event-crash.h"
#include "store/explain.h"
#include "store/list.h"
#include "store/places.h"
#include "store/selection.h"
#include "store/show.h"

#define FIELD_SIZE 400
#define TITLE_SIZE (CRASH_TITLE_SIZE > RECORD_TITLE_SIZE ? CRASH_TITLE_SIZE : RECORD_TITLE_SIZE)

struct page {
        const struct session *session;
        const struct sink *sink;
        int error; /* the first of the sink's, behind which nothing is written */
        int count; /* of records */
        size_t section;
        size_t shown; /* sections in all */

        /* of the log that is being written */
        size_t offset;   /* in it */
        size_t marked;   /* where the line of the problem begins */
        bool has_marked; /* there is one */
        bool mid_line;
};

/* --- text ----------------------------------------------------------------------------------------- */

static void put_bytes(struct page *page, struct bytes bytes) {
        if (page->error >= 0)
                page->error = sink_put(page->sink, bytes);
}

static void put(struct page *page, const char *markup) {
        put_bytes(page, text_view(markup));
}

/* No conversion of it is of anything from outside. */
static void put_format(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put_format(struct page *page, const char *format, ...) {
        char line[FIELD_SIZE];
        struct text text = TEXT_ON(line);
        va_list arguments;

        va_start(arguments, format);
        text_format_list(&text, format, arguments);
        va_end(arguments);
        put_bytes(page, text_bytes(&text));
}

/* What cannot be seen, or makes what stands around it look otherwise than it is. */
static const struct {
        uint32_t first, last;
} unseen[] = {
        { 0x00, 0x08 },     { 0x0a, 0x1f },     { 0x7f, 0x9f },     { 0xad, 0xad },
        { 0x61c, 0x61c },   { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
        { 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff },
};

static bool is_seen(struct bytes sequence) {
        uint32_t character = sequence.data[0];

        if (sequence.size > 1)
                character &= 0x7fU >> sequence.size;
        for (size_t i = 1; i < sequence.size; i++)
                character = character << 6 | (sequence.data[i] & 0x3f);
        for (size_t i = 0; i < ARRAY_SIZE(unseen); i++)
                if (unseen[i].first <= character && character <= unseen[i].last)
                        return false;
        return (character & 0xfffe) != 0xfffe; /* no characters, of each plane */
}

static const char *entity_of(uint8_t c) {
        static const struct {
                char c;
                const char *entity;
        } entities[] = {
                { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" }
        };

        for (size_t i = 0; i < ARRAY_SIZE(entities); i++)
                if ((uint8_t) entities[i].c == c)
                        return entities[i].entity;
        return NULL;
}

static void put_unseen(struct page *page, struct bytes bytes) {
        char visible[TEXT_VISIBLE_SIZE * 4];
        struct text text = TEXT_ON(visible);

        for (size_t i = 0; i < bytes.size; i++)
                text_put_visible(&text, bytes.data[i]);
        put(page, "<i>");
        put_bytes(page, text_bytes(&text));
        put(page, "</i>");
}

/* Anything at all, as text. */
static void put_text(struct page *page, struct bytes text) {
        size_t from = 0, at = 0;

        while (at < text.size) {
                struct bytes rest = bytes_from(text, at);
                size_t length = utf8_sequence(rest);
                struct bytes character = bytes_first(rest, length > 0 ? length : 1);
                const char *entity = entity_of(rest.data[0]);
                bool as_it_is = length > 0 && !entity && is_seen(character);

                if (!as_it_is) {
                        put_bytes(page, bytes_from(bytes_first(text, at), from));
                        from = at + character.size;
                }
                if (entity)
                        put(page, entity);
                else if (!as_it_is)
                        put_unseen(page, character);
                at += character.size;
        }
        put_bytes(page, bytes_from(text, from));
}

static void put_string(struct page *page, const char *string) {
        put_text(page, text_view(string));
}

/* A row of a list of facts; none where there is nothing to be said. */
static void put_fact(struct page *page, const char *name, struct bytes value) {
        if (value.size == 0)
                return;
        put_format(page, "<dt>%s</dt><dd>", name);
        put_text(page, value);
        put(page, "</dd>\n");
}

static void put_said_fact(struct page *page, const char *name, const struct crash *crash,
                          void (*say)(const struct crash *crash, struct text *text)) {
        char said[FIELD_SIZE];
        struct text text = TEXT_ON(said);

        say(crash, &text);
        put_fact(page, name, text_bytes(&text));
}

/* A cell with a number; a dash where it is not known. */
static void put_number(struct page *page, bool known, uint64_t number) {
        if (known)
                put_format(page, "<td class=n>%llu</td>", (unsigned long long) number);
        else
                put(page, "<td class=n>&ndash;</td>");
}

/* --- what crashed --------------------------------------------------------------------------------- */

static void put_uptime(const struct crash *crash, struct text *text) {
        if (crash->problem.has_time)
                explain_put_uptime(crash->problem.time_us, text);
}

static void put_places(struct page *page, const struct place *places, size_t count) {
        for (size_t i = 0; i < count; i++) {
                put(page, i == 0 ? "<dt>lies in</dt><dd>" : ", ");
                put_string(page, place_name(places[i].source));
                put(page, places[i].complete ? "" : " (some parts)");
        }
        put(page, count > 0 ? "</dd>\n" : "");
}

static void put_facts(struct page *page, const struct event *event, const struct event_crash *told,
                      bool found) {
        const struct catalog *catalog = &page->session->catalog;
        const struct crash *crash = &told->told.crash;
        struct place places[CATALOG_SOURCES_MAX];
        char name[EVENT_NAME_SIZE], time[TIMESTAMP_TEXT_SIZE], missing[FIELD_SIZE];
        struct text name_text = TEXT_ON(name), missing_text = TEXT_ON(missing);

        event_format_name(event, &name_text);
        timestamp_format(event->seconds, time);
        list_format_missing(catalog, event, &missing_text);
        put(page, "<dl>\n");
        put_fact(page, "when", text_view(time));
        if (found) {
                put_said_fact(page, "uptime", crash, put_uptime);
                put_fact(page, "kernel", crash->kernel);
                put_fact(page, "machine", crash->hardware);
                put_said_fact(page, "process", crash, explain_put_process);
                put_said_fact(page, "taint", crash, explain_put_taint);
                put_said_fact(page, "modules", crash, explain_put_modules);
        }
        put_fact(page, "event", text_bytes(&name_text));
        if (found)
                put_fact(page, "signature", text_view(told->told.signature));
        put_places(page, places, places_of_event(catalog, event, places));
        put_fact(page, "missing parts", text_bytes(&missing_text));
        put(page, "</dl>\n");
}

static void put_trace(struct page *page, const struct crash *crash) {
        if (crash->frame_count == 0)
                return;
        put_format(page, "<h3 id=trace%zu>Trace</h3>\n<ol class=trace>\n", page->section);
        for (size_t i = 0; i < crash->frame_count; i++) {
                put(page, "<li>");
                put_text(page, crash->frames[i].text);
                put(page, "</li>\n");
        }
        put(page, "</ol>\n");
}

/* In the order of the log, so that it is seen which came first. */
static void put_problems(struct page *page, struct bytes log, const struct crash *crash) {
        size_t kept = crash->problem_count < CRASH_PROBLEMS_MAX ? crash->problem_count : CRASH_PROBLEMS_MAX;

        if (crash->problem_count < 2)
                return;
        put(page, "<h3>Problems, the first one first</h3>\n<ol>\n");
        for (size_t i = 0; i < kept; i++) {
                struct crash problem;
                char uptime[48];
                struct text text = TEXT_ON(uptime);

                crash_read_problem(log, &crash->problems[i], &problem);
                put(page, "<li>");
                put_string(page, problem.title);
                put_uptime(&problem, &text);
                put_format(page, "%s%s", text.length > 0 ? ", at " : "", uptime);
                put(page, "</li>\n");
        }
        put(page, "</ol>\n");
        if (crash->problem_count > kept)
                put_format(page, "<p>and %zu more</p>\n", crash->problem_count - kept);
}

/* --- parts ---------------------------------------------------------------------------------------- */

static void put_missing_row(struct page *page, uint32_t first, uint32_t last) {
        if (first == last)
                put_format(page, "<tr class=gap><td colspan=6>part %u is missing</td></tr>\n", first);
        else
                put_format(page, "<tr class=gap><td colspan=6>parts %u&ndash;%u are missing</td></tr>\n",
                           first, last);
}

static int part_row_gap(void *context, uint32_t first, uint32_t last) {
        struct page *page = context;

        put_missing_row(page, first, last);
        return page->error;
}

static int part_row(void *context, const struct record *record) {
        struct page *page = context;
        const struct catalog_record *row = catalog_row(record);
        char id[RECORD_ID_SIZE], error[128];
        struct text id_text = TEXT_ON(id), why = TEXT_ON(error);

        record_format_id(record, &id_text);
        put_format(page, "<tr><td class=n>%u</td>", record->header.part);
        put_number(page, record->raw.size > 0, record->raw.size);
        put_number(page, record_has_log(record), record_log(record).size);
        put(page, "<td>");
        put_string(page, record->codec ? record->codec : "");
        put(page, "</td><td>");
        put_text(page, text_bytes(&id_text));
        put(page, record->deleted ? " (deleted)" : record->salvaged ? " (salvaged)" : "");
        if (record->error != 0) {
                list_format_error(record, &why);
                put(page, "<br><em>");
                put_text(page, text_bytes(&why));
                put(page, "</em>");
        }
        put(page, "</td><td>");
        put_string(page, row->source->spec);
        put(page, "</td></tr>\n");
        return page->error;
}

static void put_parts(struct page *page, const struct event *event) {
        const struct catalog *catalog = &page->session->catalog;
        const struct show_walker walker = {
                .context = page,
                .with_copies = true,
                .part = part_row,
                .gap = part_row_gap,
        };
        uint64_t stored = 0;

        for (size_t i = 0; i < event->record_count; i++)
                stored += catalog->records[event->first + i]->raw.size;
        put_format(page, "<h3 id=parts%zu>Parts, in bytes</h3>\n<div class=wide><table>\n", page->section);
        put(page, "<thead><tr><th scope=col>part</th><th scope=col>stored</th><th scope=col>log</th>"
                  "<th scope=col>packed</th><th scope=col>record</th><th scope=col>store</th></tr></thead>\n"
                  "<tbody>\n");
        (void) show_walk(catalog, NULL, event, &walker); /* what it returns is the page's error */
        put(page, "</tbody>\n<tfoot><tr><td></td>");
        put_number(page, stored > 0, stored);
        put_number(page, true, event->log_size);
        put_format(page, "<td colspan=3>%zu record%s</td></tr></tfoot>\n</table></div>\n",
                   event->record_count, text_plural(event->record_count));
}

/* --- the log -------------------------------------------------------------------------------------- */

/* "<4>", of which the last three bits are the level (RFC 5424, 6.2.1): its length, or 0. */
static size_t level_read(struct bytes line, unsigned *ret_level) {
        uint64_t priority;
        size_t at = 1;

        if (line.size == 0 || line.data[0] != '<' || decimal_parse(line, &at, 1023, &priority) < 0 ||
            at >= line.size || line.data[at] != '>')
                return 0;
        *ret_level = priority & 7;
        return at + 1;
}

static void put_line(struct page *page, struct bytes line) {
        unsigned level = 0;
        size_t length = page->mid_line ? 0 : level_read(line, &level);
        bool marked = page->has_marked && page->offset == page->marked;

        if (marked)
                put_format(page, "<mark id=here%zu>", page->section);
        if (length > 0) {
                put_format(page, "<span class=l%u><b>", level);
                put_text(page, bytes_first(line, length));
                put(page, "</b>");
        }
        put_text(page, bytes_from(line, length));
        put(page, length > 0 ? "</span>" : "");
        put(page, marked ? "</mark>" : "");
}

static void put_log_bytes(struct page *page, struct bytes log) {
        for (size_t at = 0; at < log.size;) {
                size_t end = at;

                while (end < log.size && log.data[end] != '\n')
                        end++;
                put_line(page, bytes_from(bytes_first(log, end), at));
                page->mid_line = end == log.size;
                put(page, page->mid_line ? "" : "\n");
                end += !page->mid_line;
                page->offset += end - at;
                at = end;
        }
}

/* What is ours and not the log's: a line of its own, which no text of the log can look like. */
static void begin_note(struct page *page) {
        put(page, page->mid_line ? "\n<span class=gap>" : "<span class=gap>");
        page->mid_line = false;
}

static int log_gap(void *context, uint32_t first, uint32_t last) {
        struct page *page = context;

        begin_note(page);
        if (first == last)
                put_format(page, "part %u is missing here</span>\n", first);
        else
                put_format(page, "parts %u&ndash;%u are missing here</span>\n", first, last);
        return page->error;
}

static int log_part(void *context, const struct record *record) {
        struct page *page = context;
        char error[128];
        struct text text = TEXT_ON(error);

        put_log_bytes(page, record_log(record));
        page->count++;
        if (record->error == 0)
                return page->error;
        list_format_error(record, &text);
        begin_note(page);
        put_format(page, "part %u is cut here: ", record->header.part);
        put_text(page, text_bytes(&text));
        put(page, "</span>\n");
        return page->error;
}

static void put_log(struct page *page, const struct event *event, const struct event_crash *told,
                    bool found) {
        const struct work *work = &page->session->work;
        bool whole = selection_has_event(work, event);
        const struct show_walker walker = {
                .context = page,
                .part = log_part,
                .gap = whole ? log_gap : NULL,
        };

        page->offset = 0;
        page->mid_line = false;
        page->marked = told->told.crash.problem.offset;
        page->has_marked = found && whole;
        put_format(page, "<h3 id=log%zu>Log</h3>\n", page->section);
        put(page, "<p class=key><span class=l3>0&ndash;3 errors</span> <span class=l4>4 warning</span> "
                  "<span class=l5>5 notice</span> <span class=l6>6 information</span> "
                  "<span class=l7>7 debugging</span></p>\n<pre>\n");
        (void) show_walk(work->catalog, work, event, &walker); /* what it returns is the page's error */
        put(page, "</pre>\n");
}

/* --- sections ------------------------------------------------------------------------------------- */

static void put_jumps(struct page *page, bool found, bool has_trace) {
        put(page, "<p class=jumps>");
        if (found)
                put_format(page, "<a href=\"#here%zu\">its line in the log</a> ", page->section);
        if (has_trace)
                put_format(page, "<a href=\"#trace%zu\">trace</a> ", page->section);
        put_format(page, "<a href=\"#parts%zu\">parts</a> <a href=\"#log%zu\">log</a> ", page->section,
                   page->section);
        put(page, "<a href=\"#space\">space</a></p>\n");
}

static void begin_section(struct page *page, const char *title) {
        put_format(page, "<section id=s%zu>\n<h2>", ++page->section);
        put_string(page, title);
        put(page, "</h2>\n");
}

static void put_no_title(const struct event *event, struct text *text) {
        text_format(text, "%s of which the log tells no kind", event_reason_name(event->reason));
}

static void put_event(struct page *page, const struct event *event) {
        struct event_crash told;
        char untitled[TITLE_SIZE];
        struct text text = TEXT_ON(untitled);
        int found = event_crash_read(&page->session->catalog, event, &told);

        put_no_title(event, &text);
        if (found < 0 && page->error >= 0)
                page->error = found;
        begin_section(page, found > 0 ? told.told.crash.title : untitled);
        put_facts(page, event, &told, found > 0);
        put_jumps(page, found > 0 && selection_has_event(&page->session->work, event),
                  found > 0 && told.told.crash.frame_count > 0);
        if (found > 0) {
                put_trace(page, &told.told.crash);
                put_problems(page, told.log, &told.told.crash);
        }
        put_parts(page, event);
        put_log(page, event, &told, found > 0);
        put(page, "</section>\n");
        event_crash_free(&told);
}

/* A record of no event: its text, or what there is to be said of it. */
static void put_other(struct page *page, struct record *record) {
        const struct catalog *catalog = &page->session->catalog;
        struct place places[CATALOG_SOURCES_MAX];
        char title[RECORD_TITLE_SIZE], id[RECORD_ID_SIZE], time[TIMESTAMP_TEXT_SIZE] = "", error[128] = "";
        struct text title_text = TEXT_ON(title), id_text = TEXT_ON(id), text = TEXT_ON(error);

        record_put_title(record, &title_text);
        record_format_id(record, &id_text);
        if (record->has_time)
                timestamp_format(record->seconds, time);
        if (record->error != 0)
                list_format_error(record, &text);
        begin_section(page, title);
        put(page, "<dl>\n");
        put_fact(page, "record", text_bytes(&id_text));
        put_fact(page, "when", text_view(time));
        put_places(page, places, places_of_record(catalog, record, places));
        put_fact(page, "unreadable", text_view(error));
        put_format(page, "<dt>bytes</dt><dd>%zu</dd>\n</dl>\n", record->raw.size);
        page->count++;
        page->mid_line = page->has_marked = false;
        if (record->decoded) {
                put(page, "<pre>\n");
                put_log_bytes(page, record_log(record));
                put(page, "</pre>\n");
        }
        put(page, "</section>\n");
}

/* --- space ---------------------------------------------------------------------------------------- */

static void put_store(struct page *page, const struct check_store *store) {
        put(page, "<tr><td>");
        put_string(page, store->spec);
        put(page, "</td>");
        put_number(page, true, store->record_count);
        put_number(page, true, store->record_bytes);
        put_number(page, store->space.known, check_bytes_for_logs(&store->space));
        put_number(page, store->space.known, store->space.total);
        put(page, "</tr>\n");
}

/* Of all that was read, not only of what is shown: the room is of all records. */
static void put_space(struct page *page) {
        const struct session *session = page->session;

        put(page, "<section id=space>\n<h2>Space, in bytes</h2>\n<div class=wide><table>\n<thead><tr><th "
                  "scope=col>store</th>"
                  "<th scope=col>records</th><th scope=col>take</th><th scope=col>free for logs</th>"
                  "<th scope=col>in all</th></tr></thead>\n<tbody>\n");
        for (size_t i = 0; i < session->source_count; i++) {
                struct check_store store;

                check_look_at(session, i, &store);
                if (store.error != ERR_NO_STORE)
                        put_store(page, &store);
        }
        put(page,
            "</tbody>\n</table></div>\n"
            "<p>A dash: it is not told. ERST never tells an operating system its room.</p>\n</section>\n");
}

/* --- the page ------------------------------------------------------------------------------------- */

/*
 * The policy names the digest of this text (a test compares them): a browser takes no other style, and so
 * none that anybody would manage to put into a log.
 */
#define STYLE                                                                                                \
        "\n:root{color-scheme:light dark;--back:#fff;--text:#1b1f24;--dim:#59636e;--line:#d1d9e0;"           \
        "--panel:#f6f8fa;--error:#b3121d;--warn:#805000;--note:#0a5cbf;--mark:#fff3bf;--gap:#f3e0ff}\n"      \
        "@media (prefers-color-scheme:dark){:root{--back:#0d1117;--text:#e6edf3;--dim:#9198a1;"              \
        "--line:#3d444d;--panel:#151b23;--error:#ff8b85;--warn:#e3b341;--note:#79b8ff;--mark:#3a2e00;"       \
        "--gap:#3b2352}}\n"                                                                                  \
        "*{box-sizing:border-box}\n"                                                                         \
        "body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--back);color:var(--text);"          \
        "font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\n"                                       \
        "h1{font-size:1rem;margin:0;color:var(--dim);font-weight:normal}\n"                                  \
        "h2{font-size:1.4rem;line-height:1.25;margin:.3rem 0 .8rem}\n"                                       \
        "h3{font-size:1.05rem;margin:1.6rem 0 .4rem}\n"                                                      \
        "section{padding-bottom:1.5rem;margin-bottom:1.5rem;border-bottom:1px solid var(--line)}\n"          \
        "a{color:var(--note)}\n.jumps a{margin-right:1rem}\n"                                                \
        "dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:0}\n"                  \
        "dt{color:var(--dim)}\ndd{margin:0}\n"                                                               \
        "pre,.trace,td{font-family:ui-monospace,monospace;font-size:.8125rem;line-height:1.45}\n"            \
        "pre{margin:0;padding:.8rem;background:var(--panel);border:1px solid var(--line);"                   \
        "border-radius:6px;white-space:pre-wrap}\n"                                                          \
        "pre b,pre i{font-weight:normal;font-style:normal;opacity:.75}\n"                                    \
        ".l0,.l1,.l2,.l3{color:var(--error);font-weight:600}\n.l4{color:var(--warn)}\n"                      \
        ".l5{color:var(--note)}\n.l7{color:var(--dim)}\n"                                                    \
        "mark{background:var(--mark);color:inherit}\n"                                                       \
        ".key{margin:.2rem 0 .5rem;font-size:.8125rem}\n.key span{margin-right:.8rem}\n"                     \
        "pre .gap{display:block;padding:0 .5rem;background:var(--gap)}\n"                                    \
        ".wide{overflow-x:auto}\ntable{border-collapse:collapse;overflow-wrap:normal}\n"                     \
        "th,td{padding:.2rem .7rem .2rem 0;text-align:left;vertical-align:top;"                              \
        "border-bottom:1px solid var(--line)}\n"                                                             \
        "th{font-size:.8125rem;font-weight:600;color:var(--dim)}\n"                                          \
        ".n{text-align:right;font-variant-numeric:tabular-nums}\ntr.gap td{background:var(--gap)}\n"         \
        "tfoot td{font-weight:600}\nfooter{color:var(--dim);font-size:.8125rem}\n"                           \
        "@media (max-width:30rem){body{padding:.6rem}dl{grid-template-columns:1fr;gap:0}"                    \
        "dd{margin-bottom:.4rem}pre{padding:.5rem}pre,.trace,td{font-size:.75rem}"                           \
        ".trace{padding-left:1.6rem}}\n"                                                                     \
        "@media print{:root{--back:#fff;--text:#000;--panel:#fff}body{max-width:none;padding:0}"             \
        ".jumps{display:none}.wide{overflow:visible}pre{border:0;padding:0}"                                 \
        "tfoot{display:table-row-group}h2,h3{break-after:avoid}}\n"

#define STYLE_DIGEST "sha256-WWsztjsvN1/sA9vX8N0sP1nVY0T/lpqV1zA3WIeRkiU="

static void put_head(struct page *page, const char *title) {
        put(page, "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
                  "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
                  "style-src '" STYLE_DIGEST "'; base-uri 'none'; form-action 'none'\">\n"
                  "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=color-scheme content=\"light dark\">\n<title>");
        put_string(page, title);
        put(page, "</title>\n<style>");
        put(page, STYLE);
        put(page, "</style>\n</head>\n<body>\n");
}

/* What the only section is called, or how many there are. */
static void put_page_title(const struct page *page, struct text *text) {
        const struct work *work = &page->session->work;
        const struct catalog *catalog = work->catalog;

        if (page->shown != 1) {
                text_format(text, "%zu crashes and records", page->shown);
                return;
        }
        for (size_t i = 0; i < catalog->event_count; i++) {
                struct event_crash told;
                const struct event *event = &catalog->events[i];

                if (!selection_touches_event(work, event))
                        continue;
                if (event_crash_read(catalog, event, &told) > 0)
                        text_put(text, told.told.crash.title);
                else
                        put_no_title(event, text);
                event_crash_free(&told);
        }
        for (size_t i = catalog->other_first; i < catalog->record_count; i++)
                if (work_is_selected(work, catalog->records[i]))
                        record_put_title(catalog->records[i], text);
}

/* Of several: where each begins. The sections have numbers in the same order. */
static void put_contents(struct page *page) {
        const struct work *work = &page->session->work;
        const struct catalog *catalog = work->catalog;
        size_t section = 0;

        if (page->shown < 2)
                return;
        put(page, "<ol>\n");
        for (size_t i = 0; i < catalog->event_count; i++) {
                char name[EVENT_NAME_SIZE];
                struct text text = TEXT_ON(name);

                if (!selection_touches_event(work, &catalog->events[i]))
                        continue;
                event_format_name(&catalog->events[i], &text);
                put_format(page, "<li><a href=\"#s%zu\">", ++section);
                put_text(page, text_bytes(&text));
                put(page, "</a></li>\n");
        }
        if (section < page->shown)
                put_format(page, "<li><a href=\"#s%zu\">%zu of no event</a></li>\n", section + 1,
                           page->shown - section);
        put(page, "</ol>\n");
}

int show_html(const struct session *session, const char *program, const struct sink *sink) {
        const struct work *work = &session->work;
        const struct catalog *catalog = work->catalog;
        struct page page = { .session = session, .sink = sink, .shown = show_count(work) };
        char title[TITLE_SIZE];
        struct text text = TEXT_ON(title);

        put_page_title(&page, &text);
        put_head(&page, title);
        put(&page, "<header><h1>");
        put_string(&page, page.shown == 1 ? "Crash record" : title);
        put(&page, "</h1>\n");
        put_contents(&page);
        put(&page, "</header>\n<main>\n");
        for (size_t i = 0; i < catalog->event_count; i++)
                if (selection_touches_event(work, &catalog->events[i]))
                        put_event(&page, &catalog->events[i]);
        for (size_t i = catalog->other_first; i < catalog->record_count; i++)
                if (work_is_selected(work, catalog->records[i]))
                        put_other(&page, catalog->records[i]);
        put_space(&page);
        put(&page, "</main>\n<footer>Made by ");
        put_string(&page, program);
        put(&page, ". Nothing is loaded from anywhere, and no script runs.</footer>\n</body>\n</html>\n");
        return page.error < 0 ? page.error : page.count;
}

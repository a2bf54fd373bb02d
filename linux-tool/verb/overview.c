/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* What the command answers to nothing: what a person came for, and what to type next. */

#include "base/arith.h"
#include "base/timestamp.h"
#include "linux-tool/inventory.h"
#include "linux-tool/judgement.h"
#include "linux-tool/output/message.h"
#include "linux-tool/output/output.h"
#include "linux-tool/verb/verbs.h"
#include "linux/dump-directory.h"
#include "store/crashes.h"
#include "store/event-crash.h"
#include "store/places.h"

#define LINE_WIDTH 80

/* What there is to do next depends on these. */
enum situation {
        CRASHED = 1 << 0,
        NOT_COPIED = 1 << 1, /* no archive has the newest crash */
        IN_STORE = 1 << 2,   /* and it takes room there */
        TO_CHECK = 1 << 3,
        ALWAYS = 1 << 4,
};

static int print_places(const struct catalog *catalog, const struct event *event, const struct sink *sink,
                        unsigned *situation) {
        struct place places[CATALOG_SOURCES_MAX];
        size_t count = places_of_event(catalog, event, places);
        int r = 0;

        *situation |= CRASHED | NOT_COPIED;
        for (size_t i = 0; i < count && r >= 0; i++) {
                if (places[i].source->is_archive)
                        *situation &= ~(unsigned) NOT_COPIED;
                else
                        *situation |= IN_STORE;
                r = sink_prose(sink, "  ", "%s %s%s", i == 0 ? "in" : "and in", place_name(places[i].source),
                               places[i].complete ? "" : " (some parts)");
        }
        return r < 0 || !(*situation & NOT_COPIED) ? r : sink_prose(sink, "  ", "no copy of it was found");
}

/* They come by time. A shutdown that a kernel has saved is no crash, but where there is nothing else. */
static const struct event *newest_of(const struct catalog *catalog) {
        for (size_t i = catalog->event_count; i > 0; i--)
                if (crashes_counts(&catalog->events[i - 1]))
                        return &catalog->events[i - 1];
        return &catalog->events[catalog->event_count - 1];
}

static int print_newest(const struct catalog *catalog, const struct sink *sink, unsigned *situation) {
        const struct event *event = newest_of(catalog);
        char name[EVENT_NAME_SIZE], time[TIMESTAMP_TEXT_SIZE], title[LINE_WIDTH + 1];
        struct text name_text = TEXT_ON(name), title_text = TEXT_ON(title);
        struct event_crash crash;
        int r = event_crash_read(catalog, event, &crash);

        if (r > 0)
                crash_put_short_title(&crash.told.crash, LINE_WIDTH, &title_text);
        else
                text_format(&title_text, "%s: its log tells of no crash that is known",
                            event_reason_name(event->reason));
        event_crash_free(&crash);
        event_format_name(event, &name_text);
        timestamp_format(event->seconds, time);
        r = sink_format(sink, "%s\n", title);
        if (r >= 0 && catalog->event_count > 1)
                r = sink_prose(sink, "  ", "%s, %s, the newest of %zu events", time, name,
                               catalog->event_count);
        else if (r >= 0)
                r = sink_prose(sink, "  ", "%s, %s", time, name);
        return r < 0 ? r : print_places(catalog, event, sink, situation);
}

/* What lies in an archive that was named says nothing of a machine. */
static bool names_archive(const struct session *session) {
        for (size_t i = 0; i < session->source_count; i++)
                if (session->named && session->sources[i]->is_archive)
                        return true;
        return false;
}

static enum verdict print_verdict(const struct options *options, const struct sink *sink) {
        _cleanup_judgement_ struct judgement *judgement = NULL;
        enum verdict verdict = VERDICT_UNKNOWN;
        const char *worst = "what a crash would leave could not be found out";

        if (judgement_make(options, &judgement) == 0) {
                verdict = findings_worst(&judgement->findings);
                worst = findings_first(&judgement->findings, verdict)->text;
        }
        (void) sink_prose(sink, "", "%s: %s", verdict_name(verdict), worst);
        return verdict;
}

static int print_next(unsigned situation, bool named, const struct sink *sink) {
        static const struct {
                unsigned when;
                const char *command, *what;
        } rows[] = {
                { CRASHED, "pstore-fw explain", "what crashed, in full" },
                { CRASHED, "pstore-fw show", "its log, whole and in order" },
                { NOT_COPIED, "pstore-fw dump", "copy all of it to " DUMP_DIRECTORY },
                { IN_STORE, "pstore-fw clear --dumped", "erase what has been copied" },
                { TO_CHECK, "pstore-fw check", "will the next crash leave a trace?" },
                { ALWAYS, "pstore-fw --help", "all verbs" },
        };
        int r = sink_format(sink, "next%s:\n", named ? ", with the same --source" : "");

        for (size_t i = 0; i < ARRAY_SIZE(rows) && r >= 0; i++)
                if (rows[i].when & situation)
                        r = sink_format(sink, "  %-25s %s\n", rows[i].command, rows[i].what);
        return r;
}

static int overview_run(const struct options *options, void *context) {
        struct output *output = context;
        const struct sink *sink = &output->sink;
        _cleanup_inventory_ struct session session = { 0 };
        unsigned situation = ALWAYS;
        int r;

        if (options_have(options, &option_json)) {
                message_error("--json: needs a verb; try 'pstore-fw --help'");
                return EXIT_USAGE;
        }
        if (inventory_load(&session, options) < 0)
                return EXIT_FAILED;
        if (session.catalog.event_count > 0)
                r = print_newest(&session.catalog, sink, &situation);
        else
                r = sink_format(sink, "no crash is stored here\n");
        if (r >= 0 && !names_archive(&session) &&
            (print_verdict(options, sink) != VERDICT_OK || !(situation & CRASHED)))
                situation |= TO_CHECK;
        if (r >= 0)
                r = print_next(situation, session.named, sink);
        return r < 0 || session.failed ? EXIT_FAILED : EXIT_DONE;
}

static const struct option *const options_taken[] = { &option_source, NULL };

/* It has no name that can be typed: it is what no name means. */
const struct verb verb_overview = {
        .name = "pstore-fw without a verb",
        .operands = "",
        .summary = "the newest crash, what check says, and what to type next",
        .description = "",
        .options = options_taken,
        .run = overview_run,
};

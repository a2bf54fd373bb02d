/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* What the command answers to nothing: what a person came for, and what to type next. */

#include "base/timestamp.h"
#include "linux-tool/inventory.h"
#include "linux-tool/judgement.h"
#include "linux-tool/output/message.h"
#include "linux-tool/output/output.h"
#include "linux-tool/verb/verbs.h"
#include "linux/dump-directory.h"
#include "store/event-crash.h"
#include "store/places.h"

#define LINE_WIDTH 80

/* All its places, and whether one of them is a copy. */
static int print_places(const struct catalog *catalog, const struct event *event, const struct sink *sink) {
        struct place places[CATALOG_SOURCES_MAX];
        size_t count = places_of_event(catalog, event, places);
        bool has_copy = false;
        int r = 0;

        for (size_t i = 0; i < count && r >= 0; i++) {
                has_copy |= places[i].source->is_archive;
                r = sink_prose(sink, "  ", "%s %s%s", i == 0 ? "in" : "and in", place_name(places[i].source),
                               places[i].complete ? "" : " (some parts)");
        }
        return r < 0 || has_copy ? r : sink_prose(sink, "  ", "no copy of it was found");
}

static int print_newest(const struct catalog *catalog, const struct sink *sink) {
        const struct event *event = &catalog->events[catalog->event_count - 1];
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
        return r < 0 ? r : print_places(catalog, event, sink);
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

static int print_next(bool crashed, bool checks, bool named, const struct sink *sink) {
        static const struct {
                const char *command, *what;
        } rows[] = {
                { "pstore-fw explain", "what crashed, in full" },
                { "pstore-fw dump", "copy all of it to " DUMP_DIRECTORY },
                { "pstore-fw clear --dumped", "erase what has been copied" },
                { "pstore-fw check", "will the next crash leave a trace?" },
        };
        int r = sink_format(sink, "next%s:\n", named ? ", with the same --source" : "");

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && r >= 0; i++) {
                bool is_check = i == sizeof(rows) / sizeof(rows[0]) - 1;

                if (is_check ? checks : crashed)
                        r = sink_format(sink, "  %-25s %s\n", rows[i].command, rows[i].what);
        }
        return r < 0 ? r : sink_format(sink, "  %-25s %s\n", "pstore-fw --help", "all verbs");
}

static int overview_run(const struct options *options, void *context) {
        struct output *output = context;
        const struct sink *sink = &output->sink;
        _cleanup_inventory_ struct session session = { 0 };
        bool crashed, checks = false;
        int r;

        if (options_have(options, &option_json)) {
                message_error("--json: needs a verb; try 'pstore-fw --help'");
                return EXIT_USAGE;
        }
        if (inventory_load(&session, options) < 0)
                return EXIT_FAILED;
        crashed = session.catalog.event_count > 0;
        r = crashed ? print_newest(&session.catalog, sink) : sink_format(sink, "no crash is stored here\n");
        if (r >= 0 && !names_archive(&session))
                checks = print_verdict(options, sink) != VERDICT_OK || !crashed;
        if (r >= 0)
                r = print_next(crashed, checks, session.named, sink);
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

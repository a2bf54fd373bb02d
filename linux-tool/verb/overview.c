/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/* What the command answers to nothing: what a person came for, and what to type next. */

#include <unistd.h>

#include "base/timestamp.h"
#include "linux-tool/inventory.h"
#include "linux-tool/output/message.h"
#include "linux-tool/output/output.h"
#include "linux-tool/verb/check-verdict.h"
#include "linux-tool/verb/verbs.h"
#include "linux/dump-directory.h"
#include "store/event-crash.h"

#define LINE_WIDTH 80

/* Where `dump` would have put it; a copy of another event of this name it could be, so that it is only said.
 */
static bool has_copy(const char *event) {
        char path[256];
        struct text text = TEXT_ON(path);

        text_format(&text, DUMP_DIRECTORY "/%s/manifest.json", event);
        return !text.truncated && access(path, R_OK) == 0;
}

static int print_newest(const struct catalog *catalog, const struct sink *sink) {
        const struct event *event = &catalog->events[catalog->event_count - 1];
        const struct record_source *source = catalog_row(catalog->records[event->first])->source;
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
        if (r >= 0)
                r = sink_prose(sink, "  ", "in %s", source->spec);
        if (r < 0 || source->is_archive) /* what lies there is a copy */
                return r;
        return has_copy(name) ? sink_prose(sink, "  ", "copied to %s/%s", DUMP_DIRECTORY, name)
                              : sink_prose(sink, "  ", "no copy in %s", DUMP_DIRECTORY);
}

static int print_next(bool crashed, enum verdict verdict, bool named, const struct sink *sink) {
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

                if (is_check ? !crashed || verdict != VERDICT_OK : crashed)
                        r = sink_format(sink, "  %-25s %s\n", rows[i].command, rows[i].what);
        }
        return r < 0 ? r : sink_format(sink, "  %-25s %s\n", "pstore-fw --help", "all verbs");
}

static int overview_run(const struct options *options, void *context) {
        struct output *output = context;
        const struct sink *sink = &output->sink;
        _cleanup_inventory_ struct session session = { 0 };
        struct finding worst;
        enum verdict verdict;
        bool crashed;
        int r;

        if (options_have(options, &option_json)) {
                message_error("--json: needs a verb; try 'pstore-fw --help'");
                return EXIT_USAGE;
        }
        if (inventory_load(&session, options) < 0)
                return EXIT_FAILED;
        verdict = check_verdict(options, &worst);
        crashed = session.catalog.event_count > 0;
        r = crashed ? print_newest(&session.catalog, sink) : sink_format(sink, "no crash is stored here\n");
        if (r >= 0)
                r = sink_prose(sink, "", "%s: %s", verdict_name(verdict), worst.text);
        if (r >= 0)
                r = print_next(crashed, verdict, session.named, sink);
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

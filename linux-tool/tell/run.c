/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/tell/run.h"

#include <fcntl.h>
#include <limits.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "linux-tool/judgement.h"
#include "linux-tool/output/message.h"
#include "linux-tool/tell/metrics.h"
#include "store/crashes.h"
#include "store/event-crash.h"
#include "store/list.h"

/* The news of an event, and what they point into. */
struct news_of_event {
        struct crash_news news;
        struct event_crash crash;
        char event[EVENT_NAME_SIZE];
        char kernel[NEWS_VALUE_MAX];
        char missing[128];
        char path[PATH_MAX];
};

static bool is_saved(const struct work *work, const struct event *event) {
        for (size_t i = 0; i < event->record_count; i++)
                if (!work_state_of(work, work->catalog->records[event->first + i])->saved)
                        return false;
        return true;
}

static unsigned place_of(const struct work *work, const struct event *event) {
        unsigned place = 0;

        for (size_t i = 0; i < event->record_count; i++) {
                const struct work_state *state =
                        work_state_of(work, work->catalog->records[event->first + i]);

                place = state->place > place ? state->place : place;
        }
        return place;
}

/* What lies there itself is a dump of ours or of kdump's, or somewhere in the directory. */
static void put_path(const struct telling *telling, const struct event *event, struct text *path) {
        char place[EVENT_NAME_SIZE + 16];
        struct text text = TEXT_ON(place);

        if (place_of(telling->work, event) == 0)
                dump_find_place(telling->work, telling->target, event);
        dump_format_place(event, place_of(telling->work, event), &text);
        text_put(path, telling->directory);
        if (faccessat(telling->directory_fd, place, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                text_format(path, "/%s", place);
}

static void news_make(const struct telling *telling, const struct event *event, struct news_of_event *made) {
        const struct catalog *catalog = telling->work->catalog;
        struct text name = TEXT_ON(made->event), kernel = TEXT_ON(made->kernel);
        struct text missing = TEXT_ON(made->missing), path = TEXT_ON(made->path);
        bool is_known = event_crash_read(catalog, event, &made->crash) > 0;

        event_format_name(event, &name);
        list_format_missing(catalog, event, &missing);
        put_path(telling, event, &path);
        if (is_known)
                text_put_bytes(&kernel, made->crash.told.crash.kernel);
        made->news = (struct crash_news){
                .event = made->event,
                .title = is_known ? made->crash.told.crash.title : NULL,
                .signature = is_known ? made->crash.told.signature : NULL,
                .reason = event_reason_name(event->reason),
                .store = record_store_name(event->store),
                .kernel = kernel.length > 0 ? made->kernel : NULL,
                .missing = missing.length > 0 ? made->missing : NULL,
                .path = made->path,
                .seconds = event->seconds,
        };
}

/* What is done with the news of an event. */
typedef int take_news(const struct telling *telling, const struct crash_news *news, struct tally *tally);

static int count_one(const struct telling *telling, const struct crash_news *news, struct tally *tally) {
        (void) telling;
        return tally_count(tally, news);
}

static int tell_one(const struct telling *telling, const struct crash_news *news, struct tally *tally) {
        struct reason reason;
        int r = news_tell(news, telling->ways, NULL, &reason);

        if (r < 0)
                message_error("%s", reason.text);
        else
                tally_mark_told(tally, news->event);
        return r;
}

/* One without a copy is remembered all the same, if it is known. */
static int take_event(const struct telling *telling, const struct event *event, enum tally_state state,
                      take_news *take, struct tally *tally) {
        struct news_of_event made;
        char name[EVENT_NAME_SIZE];
        struct text text = TEXT_ON(name);
        int r;

        if (!crashes_counts(event))
                return 0;
        event_format_name(event, &text);
        if (tally_see(tally, name) != state || !is_saved(telling->work, event))
                return 0;
        news_make(telling, event, &made);
        r = take(telling, &made.news, tally);
        event_crash_free(&made.crash);
        return r;
}

/* Who does not listen to one does not listen to the next. */
static int take_events(const struct telling *telling, enum tally_state state, take_news *take,
                       struct tally *tally) {
        const struct catalog *catalog = telling->work->catalog;
        int r = 0;

        for (size_t i = 0; i < catalog->event_count && r == 0; i++)
                r = take_event(telling, &catalog->events[i], state, take, tally);
        return r;
}

static int save(const struct telling *telling, const struct tally *tally) {
        int r = tally_save(telling->directory_fd, tally);

        if (r < 0)
                message_error("%s/" TALLY_FILE ": %s", telling->directory, error_text(r));
        return r;
}

/* Counting comes first, for all, so that it is noted before anybody is told. */
static int tell_events(const struct telling *telling, struct tally *tally) {
        int r = take_events(telling, TALLY_NEW, count_one, tally), error;

        if (r == 0 && telling->saw_all)
                r = tally_prune(tally);
        if (r < 0)
                message_failure(telling->directory, r);
        else
                r = save(telling, tally);
        if (r < 0 || !telling->settings->journal)
                return r;
        r = take_events(telling, TALLY_COUNTED, tell_one, tally);
        error = save(telling, tally);
        return r < 0 ? r : error;
}

static int write_metrics(const struct telling *telling, const struct tally *tally) {
        const struct settings *settings = telling->settings;
        bool is_asked = settings->metrics_directory[0] != '\0';
        _cleanup_judgement_ struct judgement *judgement = NULL;
        struct metrics_store stores[SOURCES_MAX];
        struct metrics metrics = {
                .tally = tally,
                .stores = stores,
                .verdict = VERDICT_UNKNOWN,
                .is_armed = METRICS_UNKNOWN,
                .now = (uint64_t) time(NULL),
        };
        struct reason reason;
        int r;

        /* It looks again: what waits is what is there now. */
        if (judgement_make(telling->options, &judgement) == 0) {
                const struct check_facts *facts = &judgement->facts;

                metrics.verdict = findings_worst(&judgement->findings);
                if (facts->kernel.known)
                        metrics.is_armed = facts->kernel.kdump_loaded ? METRICS_YES : METRICS_NO;
                for (size_t i = 0; i < facts->store_count; i++)
                        if (check_is_usable(&facts->stores[i]))
                                stores[metrics.store_count++] = (struct metrics_store){
                                        .name = facts->stores[i].spec,
                                        .waiting = facts->stores[i].record_count,
                                        .space = facts->stores[i].space,
                                };
        }
        r = metrics_write(is_asked ? settings->metrics_directory : telling->exporter, is_asked, &metrics,
                          &reason);
        if (r < 0)
                message_error("%s", reason.text);
        return r;
}

/* Where nothing was ever collected nothing is made for it. */
static int use_tally(const struct telling *telling, struct tally *tally) {
        int r, error;

        if (telling->directory_fd < 0) {
                tally_init(tally);
                return 0;
        }
        r = tally_load(telling->directory_fd, tally);
        if (r < 0)
                message_error("%s/" TALLY_FILE ": %s: all crashes are counted and told anew",
                              telling->directory, error_text(r));
        error = tell_events(telling, tally);
        return r < 0 ? r : error;
}

int telling_run(const struct telling *telling) {
        struct tally tally;
        int r = use_tally(telling, &tally), error;

        if (telling->settings->metrics) {
                error = write_metrics(telling, &tally);
                r = r < 0 ? r : error;
        }
        tally_free(&tally);
        return r;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/crashes.h"

#define DAY_SECONDS 86400

bool crashes_counts(const struct event *event) {
        return event->reason <= REASON_EMERGENCY || event->reason == REASON_UNKNOWN;
}

static void count_places(struct crashes *crashes, const struct event *event) {
        struct place places[CATALOG_SOURCES_MAX];
        size_t count = places_of_event(crashes->catalog, event, places);

        for (size_t i = 0; i < count; i++)
                crashes->counts[places[i].index]++;
}

void crashes_count(const struct catalog *catalog, uint64_t now, struct crashes *ret_crashes) {
        struct crashes *crashes = ret_crashes;

        *crashes = (struct crashes){ .known = now > 0, .catalog = catalog };
        for (size_t i = 0; i < catalog->event_count; i++) {
                const struct event *event = &catalog->events[i];
                struct text newest = TEXT_ON(crashes->newest);

                if (!crashes_counts(event) || event->seconds + (uint64_t) CRASHES_DAYS * DAY_SECONDS < now)
                        continue;
                crashes->count++;
                crashes->future_count += event->seconds > now;
                event_format_name(event, &newest); /* they come by time */
                count_places(crashes, event);
        }
}

/* "; 2 in efi, all in /var/lib/systemd/pstore" */
static void put_places(const struct crashes *crashes, struct text *text) {
        const char *before = "; ";

        for (size_t i = 0; i < CATALOG_SOURCES_MAX; i++) {
                if (crashes->counts[i] == 0)
                        continue;
                text_put(text, before);
                if (crashes->counts[i] < crashes->count)
                        text_format(text, "%zu ", crashes->counts[i]);
                else if (crashes->count > 1)
                        text_put(text, "all ");
                text_format(text, "in %s", place_name(crashes->catalog->sources[i]));
                before = ", ";
        }
}

int crashes_print(const struct crashes *crashes, const struct sink *sink) {
        char words[PLACES_SIZE];
        struct text text = TEXT_ON(words);
        int r;

        if (!crashes->known)
                return 0;
        if (crashes->count == 0)
                text_put(&text, "none");
        else
                text_format(&text, "%zu", crashes->count);
        text_format(&text, " in the last %d days", CRASHES_DAYS);
        if (crashes->count > 0)
                text_format(&text, ", the newest %s", crashes->newest);
        if (crashes->future_count > 0)
                text_format(&text, "; %zu dated in the future, by a clock that is or was wrong",
                            crashes->future_count);
        put_places(crashes, &text);
        r = sink_prose(sink, "crashes: ", "%s", words);
        return r < 0 || !crashes->unseen ? r : sink_prose(sink, "not seen: ", "%s", crashes->unseen);
}

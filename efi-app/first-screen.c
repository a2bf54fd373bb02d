/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/first-screen.h"

#include "base/timestamp.h"
#include "store/event-crash.h"
#include "store/list.h"

#define LINE_WIDTH   79
#define TITLE_INDENT 2
#define KEY_INDENT   5
#define FIELD_WIDTH  66 /* behind its head */

/* What crashed, or that the log does not say; and the kernel, where it says that. */
static void read_title(const struct catalog *catalog, const struct event *event, size_t width,
                       struct text *title, struct text *kernel) {
        struct event_crash crash;

        if (event_crash_read(catalog, event, &crash) > 0) {
                crash_put_short_title(&crash.told.crash, width, title);
                text_put_escaped(kernel, crash.told.crash.kernel);
        } else {
                text_put(title, "the log does not tell what crashed");
        }
        event_crash_free(&crash);
}

static void put_field(struct buffer *lines, const char *head, const char *value) {
        buffer_append_format(lines, "  %-11s%.*s\n", head, FIELD_WIDTH, value);
}

static size_t count_faulty(const struct catalog *catalog, const struct event *event) {
        size_t count = 0;

        for (size_t i = 0; i < event->record_count; i++)
                count += catalog->records[event->first + i]->error < 0;
        return count;
}

/* "all 9 parts, 14321 bytes", "7 of 9 parts, 9000 bytes, 1 record cannot be read" */
static void put_parts(const struct catalog *catalog, const struct event *event, struct text *text) {
        uint32_t missing = event_missing_count(event, catalog->records);
        size_t faulty = count_faulty(catalog, event);

        if (missing > 0)
                text_format(text, "%u of %u parts", event->part_max - missing, event->part_max);
        else
                text_format(text, "all %u part%s", event->part_max, text_plural(event->part_max));
        text_format(text, ", %llu bytes", (unsigned long long) event->log_size);
        if (faulty > 0)
                text_format(text, ", %zu record%s cannot be read", faulty, text_plural(faulty));
}

void first_screen_put_event(const struct catalog *catalog, const struct event *event, struct buffer *lines) {
        char title[LINE_WIDTH + 1], kernel[FIELD_WIDTH + 1], name[EVENT_NAME_SIZE], when[TIMESTAMP_TEXT_SIZE],
                parts[FIELD_WIDTH + 1], missing[FIELD_WIDTH + 1];
        struct text title_text = TEXT_ON(title), kernel_text = TEXT_ON(kernel), name_text = TEXT_ON(name),
                    parts_text = TEXT_ON(parts), missing_text = TEXT_ON(missing);

        read_title(catalog, event, LINE_WIDTH - TITLE_INDENT, &title_text, &kernel_text);
        timestamp_format(event->seconds, when);
        event_format_name(event, &name_text);
        put_parts(catalog, event, &parts_text);
        list_format_missing(catalog, event, &missing_text);
        buffer_append_format(lines, "  %s\n", title);
        put_field(lines, "when", when);
        put_field(lines, "event", name);
        put_field(lines, "kernel", kernel_text.length > 0 ? kernel : "not told");
        put_field(lines, "log", parts);
        if (missing_text.length > 0)
                put_field(lines, "missing", missing);
}

void first_screen_put_choice(const struct catalog *catalog, const struct event *event, char key,
                             struct buffer *lines) {
        char title[LINE_WIDTH + 1], kernel[FIELD_WIDTH + 1], name[EVENT_NAME_SIZE], when[TIMESTAMP_TEXT_SIZE];
        struct text title_text = TEXT_ON(title), kernel_text = TEXT_ON(kernel), name_text = TEXT_ON(name);

        read_title(catalog, event, LINE_WIDTH - KEY_INDENT, &title_text, &kernel_text);
        timestamp_format(event->seconds, when);
        event_format_name(event, &name_text);
        buffer_append_format(lines, "  %c  %s\n     %s, %s\n", key, title, when, name);
}

void first_screen_put_rest(const struct catalog *catalog, struct buffer *lines) {
        size_t others = catalog->record_count - catalog->other_first, older = 0;
        char rest[FIELD_WIDTH + 1];
        struct text text = TEXT_ON(rest);

        if (catalog->event_count > 1)
                older = catalog->event_count - 1;
        if (older > 0)
                text_format(&text, "%zu older event%s", older, text_plural(older));
        if (others > 0)
                text_format(&text, "%s%zu record%s of no event", older > 0 ? ", " : "", others,
                            text_plural(others));
        if (text.length > 0)
                put_field(lines, "besides", rest);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/save.h"

#include <time.h>

#include "base/error.h"
#include "linux-tool/output/message.h"

static int open_directory(void *context, struct dump_target *ret_target) {
        struct save_directory *directory = context;
        int r = file_dump_target_open(&directory->files, directory->path, ret_target);

        directory->error = r;
        if (r < 0)
                message_failure(directory->path, r);
        return r;
}

static void close_directory(void *context) {
        struct save_directory *directory = context;

        file_dump_target_close(&directory->files);
        message_progress_end();
}

struct session_target save_target(struct save_directory *directory) {
        time_t now = time(NULL);

        return (struct session_target){
                .context = directory,
                .name = directory->path,
                .elsewhere = "give --output with a directory on a disk",
                .open = open_directory,
                .close = close_directory,
                .origin = { .program = "pstore-fw " VERSION " (Linux command)",
                            .seconds = now > 0 ? (uint64_t) now : 0 },
        };
}

int save_error_of(const struct save_directory *directory, const struct work_state *state) {
        return state->outcome == 0 && !state->saved ? directory->error : state->outcome;
}

void save_put_visible_id(const struct record *record, struct text *visible) {
        char id[RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);

        record_format_id(record, &text);
        text_put_escaped(visible, text_bytes(&text));
}

void save_tell_not_cleared(void *context, const struct catalog_record *row, int error) {
        char id[4 * RECORD_ID_SIZE];
        struct text text = TEXT_ON(id);

        (void) context;
        if (error == 0 || error == ERR_UNVERIFIED)
                return; /* said with the result */
        save_put_visible_id(&row->record, &text);
        message_progress_end();
        message_error("%s: %s: %s", row->source->spec, id, error_text(error));
}

void save_tell_failure(const struct save_directory *directory, const struct dump_result *result) {
        char visible[4 * RECORD_ID_SIZE];
        struct text text = TEXT_ON(visible);

        text_put_escaped(&text, text_view(result->first_failed));
        if (result->failed_count == 1)
                message_error("%s: %s: not saved: %s", directory->path, visible,
                              error_text(result->first_error));
        else if (result->failed_count > 1)
                message_error("%s: %zu records not saved, the first of them %s: %s", directory->path,
                              result->failed_count, visible, error_text(result->first_error));
}

/* What was asked for and is safe, or of it what came in this run. */
static bool is_shown(const struct work_state *state, bool only_new) {
        return state->saved && (only_new ? state->is_new : state->selected);
}

static int print_event(const struct work *work, const struct event *event, const char *directory,
                       bool only_new, const struct sink *sink) {
        char name[EVENT_NAME_SIZE], place[EVENT_NAME_SIZE + 16];
        struct text name_text = TEXT_ON(name), place_text = TEXT_ON(place);
        unsigned number = 0;
        size_t saved = 0;

        for (size_t i = 0; i < event->record_count; i++) {
                const struct work_state *state =
                        work_state_of(work, work->catalog->records[event->first + i]);

                saved += is_shown(state, only_new);
                number = state->place > number ? state->place : number;
        }
        if (saved == 0)
                return 0;
        event_format_name(event, &name_text);
        dump_format_place(event, number, &place_text);
        if (sink_format(sink, "%s  %zu record%s, %llu bytes  ", name, saved, text_plural(saved),
                        (unsigned long long) event->log_size) < 0)
                return ERR_IO;
        sink_put(sink, text_view(directory));
        return sink_format(sink, "/%s/dmesg.txt\n", place);
}

static int print_other(const struct work *work, const struct record *record, const char *directory,
                       bool only_new, const struct sink *sink) {
        char visible[4 * RECORD_ID_SIZE];
        struct text visible_text = TEXT_ON(visible);

        if (!is_shown(work_state_of(work, record), only_new))
                return 0;
        save_put_visible_id(record, &visible_text);
        sink_put(sink, text_bytes(&visible_text));
        sink_format(sink, "  %s record  ", record_type_name(record->type));
        sink_put(sink, text_view(directory));
        return sink_format(sink, "/other\n");
}

int save_print_lines(const struct work *work, const char *directory, bool only_new, const struct sink *sink) {
        const struct catalog *catalog = work->catalog;
        int r = 0;

        for (size_t i = 0; i < catalog->event_count && r == 0; i++)
                r = print_event(work, &catalog->events[i], directory, only_new, sink);
        for (size_t i = catalog->other_first; i < catalog->record_count && r == 0; i++)
                r = print_other(work, catalog->records[i], directory, only_new, sink);
        return r;
}

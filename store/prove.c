/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/prove.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "store/clear.h"

#define PANIC_MESSAGE "Kernel panic - not syncing"

/* --- canaries ------------------------------------------------------------------------------------ */

int prove_arm(struct record_source *source, const uint8_t seed[CANARY_SEED_SIZE], uint64_t seconds,
              struct canary *ret_canary, char ret_name[RECORD_NAME_SIZE]) {
        char log[CANARY_SIZE];
        struct text text = TEXT_ON(log);
        struct record_draft draft = { .seconds = seconds };

        if (!source->operations->write)
                return ERR_NOT_SUPPORTED;
        canary_init(ret_canary, seed, source->store, seconds);
        canary_format(ret_canary, &text);
        draft.log = text_bytes(&text);
        return source->operations->write(source, &draft, ret_name);
}

static const struct {
        const char *name;
        enum verdict verdict;
        const char *text;
} fates[] = {
        [PROVE_UNHARMED] = { "unharmed", VERDICT_OK, "came back unharmed" },
        [PROVE_CHANGED] = { "changed", VERDICT_CRITICAL, "came back changed" },
        [PROVE_GONE] = { "gone", VERDICT_CRITICAL, "is gone" },
        [PROVE_TOO_SOON] = { "no reboot", VERDICT_UNKNOWN,
                             "is there, which proves nothing before the machine was reset" },
};

const char *prove_fate_name(enum prove_fate fate) {
        return fates[fate].name;
}

static void put_clearing(const struct prove_canary *found, struct text *text) {
        if (found->fate == PROVE_CHANGED && found->canary->named)
                text_format(text, ", from byte %zu on", found->canary->differs_at);
        if (found->row->source->is_archive)
                text_format(text, ", and lies in %s", found->row->source->spec);
        else if (found->cleared && found->error == ERR_UNVERIFIED)
                text_put(text, "; erased, which the next boot proves");
        else if (found->cleared && found->error == 0)
                text_put(text, "; cleared");
}

static void judge_canary(const struct prove_canary *found, struct findings *findings) {
        char time[TIMESTAMP_TEXT_SIZE], id[RECORD_ID_SIZE], more[96];
        struct text id_text = TEXT_ON(id), more_text = TEXT_ON(more);

        record_format_id(&found->row->record, &id_text);
        timestamp_format(found->canary->seconds, time);
        put_clearing(found, &more_text);
        findings_add(findings, fates[found->fate].verdict, "", "%s: the canary %s%s %s%s", id,
                     found->canary->named ? "of " : "without a name", found->canary->named ? time : "",
                     fates[found->fate].text, more);
        if (found->cleared && found->error < 0 && found->error != ERR_UNVERIFIED)
                findings_add(findings, VERDICT_WARNING, "", "%s: not cleared: %s", id,
                             error_text(found->error));
}

static enum prove_fate fate_of(const struct prove_front *front, const struct catalog_record *row,
                               const struct canary *canary) {
        if (front->is_too_soon && canary->named && front->is_too_soon(front->context, row, canary))
                return PROVE_TOO_SOON;
        return canary->intact ? PROVE_UNHARMED : PROVE_CHANGED;
}

size_t prove_canaries(struct session *session, const struct prove_front *front, struct findings *findings) {
        struct work *work = &session->work;
        struct clear_result cleared;
        struct canary canary;
        size_t count = 0;

        /* What a copy in an archive is cleared from is the archive, and that is not ours. */
        for (size_t i = 0; i < work->count; i++) {
                const struct catalog_record *row = work->catalog->rows[i];

                work->states[i].selected = canary_parse(row->record.text, &canary) == 0 &&
                                           !row->source->is_archive &&
                                           fate_of(front, row, &canary) != PROVE_TOO_SOON;
        }
        if (work_selected_count(work) > 0)
                (void) clear_selected(work, NULL, NULL, &cleared);
        for (size_t i = 0; i < work->count; i++) {
                struct prove_canary found = {
                        .canary = &canary,
                        .row = work->catalog->rows[i],
                        .cleared = work->states[i].selected,
                        .error = work->states[i].outcome,
                };

                if (canary_parse(found.row->record.text, &canary) < 0)
                        continue;
                count++;
                found.fate = fate_of(front, found.row, &canary);
                judge_canary(&found, findings);
                if (front->found)
                        front->found(front->context, &found);
        }
        return count;
}

/* --- crashes ------------------------------------------------------------------------------------- */

/* From where it is on, or nothing where it is not. */
static struct bytes find_words(struct bytes text, const char *words) {
        struct bytes view = text_view(words);

        while (text.size > 0 && !bytes_start_with(text, view))
                text = bytes_from(text, 1);
        return text;
}

static struct bytes take_line(struct bytes *rest) {
        size_t length = 0;
        struct bytes line;

        while (length < rest->size && rest->data[length] != '\n')
                length++;
        line = bytes_first(*rest, length);
        *rest = bytes_from(*rest, length + 1);
        return line;
}

/* The line that ends with the mark and the word, and from there on to the end of the text; or nothing. */
static struct bytes find_mark(struct bytes text, const char *word) {
        for (text = find_words(text, PROVE_CRASH_MARK); text.size > 0;
             text = find_words(bytes_from(text, 1), PROVE_CRASH_MARK))
                if (bytes_start_with(bytes_from(text, sizeof(PROVE_CRASH_MARK) - 1), text_view(word)))
                        return text;
        return text;
}

static void read_lines(struct bytes text, struct prove_crash *crash) {
        while (text.size > 0) {
                crash->last_line = take_line(&text);
                crash->line_count++;
                crash->has_message |= find_words(crash->last_line, PANIC_MESSAGE).size > 0;
        }
}

/* From the oldest part to the newest; the mark may stand in any. */
static bool read_event(const struct catalog *catalog, const struct event *event, const char *word,
                       struct prove_crash *crash) {
        bool marked = false;

        for (size_t i = event->first; i < event->first + event->record_count; i++) {
                const struct record *record = catalog->records[i];
                struct bytes text = record_log(record);

                crash->faulty_count += record->error < 0;
                if (event_repeats_part(event, catalog->records, i))
                        continue;
                if (!marked) {
                        text = find_mark(text, word);
                        marked = text.size > 0;
                        (void) take_line(&text);
                }
                read_lines(text, crash);
        }
        return marked;
}

bool prove_next_crash(const struct catalog *catalog, const char *word, size_t *next,
                      struct prove_crash *ret_crash) {
        while (*next < catalog->event_count) {
                const struct event *event = &catalog->events[(*next)++];
                struct prove_crash crash = {
                        .event = event,
                        .source = catalog_row(catalog->records[event->first])->source,
                        .missing_count = event_missing_count(event, catalog->records),
                };

                /* Before a panic that came of an oops lies the oops, with the same log up to there. */
                if (event->reason == REASON_OOPS || !read_event(catalog, event, word, &crash))
                        continue;
                *ret_crash = crash;
                return true;
        }
        return false;
}

bool prove_crash_is_whole(const struct prove_crash *crash) {
        return crash->has_message && crash->missing_count == 0 && crash->faulty_count == 0;
}

void prove_judge_crash(const struct prove_crash *crash, struct findings *findings) {
        char name[EVENT_NAME_SIZE], last[256];
        struct text name_text = TEXT_ON(name), last_text = TEXT_ON(last);

        event_format_name(crash->event, &name_text);
        text_put_escaped(&last_text, crash->last_line);
        if (crash->missing_count > 0)
                findings_add(findings, VERDICT_CRITICAL, "", "%s: parts that are missing: %u of %u", name,
                             crash->missing_count, crash->event->part_max);
        if (crash->faulty_count > 0)
                findings_add(findings, VERDICT_CRITICAL, "", "%s: %zu of its records cannot be read", name,
                             crash->faulty_count);
        if (crash->missing_count + crash->faulty_count == 0)
                findings_add(findings, VERDICT_OK, "", "%s: came through by %s, all %u part%s of it", name,
                             crash->source->spec, crash->event->part_max,
                             text_plural(crash->event->part_max));
        if (crash->has_message)
                findings_add(findings, VERDICT_OK, "",
                             "%s: the panic's own last lines are there, %zu behind the line of the test; the "
                             "last one: %s",
                             name, crash->line_count, last);
        else
                findings_add(findings, VERDICT_CRITICAL, "",
                             "%s: the panic's own last lines are missing; the last one that is there: %s",
                             name, last);
}

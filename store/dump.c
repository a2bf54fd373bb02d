/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/dump.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "store/copy.h"
#include "store/manifest.h"
#include "store/selection.h"
#include "store/show.h"

#define PATH_SIZE       (4 * RECORD_ID_SIZE)
#define OTHER_DIRECTORY "other"

/* So many copies of one name with different records; nobody gets there by accident. */
#define ALTERNATIVES_MAX 99

/* So many subjects, one after another, a target may fail at, before it is taken for dead. */
#define BREAKDOWNS_MAX 3

struct dumper {
        struct work *work;
        const struct catalog *catalog; /* the work's */
        const struct dump_target *target;
        const struct dump_origin *origin;
        struct copier copier;
        struct dump_result *result;
        dump_report *report;
        void *report_context;
        size_t done, total;
        unsigned *waits; /* of the subjects: the place that a copy waits for; 0: none does. See dump_many() */
        unsigned breakdowns; /* of the target, one after another */
        int breakdown;       /* the last of them */
        bool only_looks;     /* nothing that is found has to be flushed */
};

/* What has one copy: an event, or a record that belongs to none. */
struct subject {
        const struct event *event; /* NULL: another record */
        struct record *const *records;
        size_t count;
        const struct copy_layout *layout;
        char stem[PATH_SIZE];
};

static struct subject subject_of_event(const struct catalog *catalog, const struct event *event) {
        struct subject subject = {
                .event = event,
                .records = &catalog->records[event->first],
                .count = event->record_count,
                .layout = &copy_of_event,
        };
        struct text text = TEXT_ON(subject.stem);

        event_format_name(event, &text);
        return subject;
}

static struct subject subject_of_other(const struct catalog *catalog, size_t index) {
        struct subject subject = {
                .records = &catalog->records[index],
                .count = 1,
                .layout = &copy_of_other,
        };
        struct text text = TEXT_ON(subject.stem);

        text_put(&text, OTHER_DIRECTORY "/");
        record_format_file_name(subject.records[0], &text);
        return subject;
}

/* All events, then all other records: how many those are. */
static size_t subject_count(const struct catalog *catalog) {
        return catalog->event_count + catalog->record_count - catalog->other_first;
}

static struct subject subject_at(const struct catalog *catalog, size_t index) {
        if (index < catalog->event_count)
                return subject_of_event(catalog, &catalog->events[index]);
        return subject_of_other(catalog, catalog->other_first + index - catalog->event_count);
}

static bool is_wanted(const struct work *work, const struct subject *subject) {
        for (size_t i = 0; i < subject->count; i++)
                if (work_is_selected(work, subject->records[i]))
                        return true;
        return false;
}

static void put_number(unsigned place, struct text *text) {
        if (place > 1)
                text_format(text, ".%u", place);
}

/* "stem", then "stem.2", "stem.3" … */
static int format_place(const struct subject *subject, unsigned alternative, char ret_place[PATH_SIZE]) {
        struct text text = text_on(ret_place, PATH_SIZE);

        text_put(&text, subject->stem);
        put_number(alternative, &text);
        return text.truncated ? ERR_TOO_LARGE : 0;
}

void dump_format_place(const struct event *event, unsigned place, struct text *text) {
        event_format_name(event, text);
        put_number(place, text);
}

void dump_format_other_place(const struct record *record, unsigned place, struct text *text) {
        text_put(text, OTHER_DIRECTORY "/");
        record_format_file_name(record, text);
        put_number(place, text);
}

/* Of a record that could not be read, or that the kernel shows but could not decode, nothing can be safe. */
static bool has_content(const struct record *record) {
        return record->raw.size > 0 || record->decoded;
}

/* What the source handed out, as it did: stored bytes, or what the kernel shows where those cannot be had. */
static struct bytes content_of(const struct record *record) {
        return buffer_bytes(&catalog_row(record)->raw);
}

static const uint8_t *digest_of(struct dumper *dumper, const struct record *record) {
        struct work_state *state = work_state(dumper->work, record);

        if (!state->hashed)
                sha256_digest(content_of(record), state->sha256);
        state->hashed = true;
        return state->sha256;
}

/* --- what was copied before --------------------------------------------------------------------- */

static void mark_saved(struct dumper *dumper, const struct record *record, unsigned place) {
        struct work_state *state = work_state(dumper->work, record);

        state->saved = true;
        state->place = place;
}

static size_t count_with_content(const struct subject *subject) {
        size_t count = 0;

        for (size_t i = 0; i < subject->count; i++)
                count += has_content(subject->records[i]);
        return count;
}

bool dump_adopts(const struct catalog *catalog, const struct event *event) {
        for (size_t i = 0; i < event->record_count; i++) {
                const struct record_source *source = catalog_row(catalog->records[event->first + i])->source;

                if (!source->is_archive || source->is_outbox)
                        return false;
        }
        return true;
}

/*
 * systemd's archive has as text what was copied as stored, when both saw a store before either cleared it:
 * the copy of that name, with the same log, is of the same crash.
 */
static bool has_same_log(struct dumper *dumper, const struct subject *subject, const struct copy *copy) {
        const struct manifest_file *known = &copy->manifest.log;
        uint8_t digest[SHA256_SIZE];
        struct buffer log;
        struct sink sink;
        bool is_same;

        if (!subject->event || !known->known || !dump_adopts(dumper->catalog, subject->event))
                return false;
        buffer_init(&log, dumper->catalog->allocator);
        sink = sink_to_buffer(&log);
        is_same =
                show_event_log(dumper->catalog, subject->event, false, &sink) >= 0 && log.size == known->size;
        if (is_same) {
                sha256_digest(buffer_bytes(&log), digest);
                is_same = memcmp(digest, known->sha256, SHA256_SIZE) == 0;
        }
        buffer_free(&log);
        return is_same;
}

/* Marks as saved what the copy at this place holds of the subject; how many that are. */
static size_t mark_held(struct dumper *dumper, const struct subject *subject, unsigned place,
                        const struct copy *copy) {
        size_t count = 0;

        for (size_t i = 0; i < subject->count; i++) {
                const struct record *record = subject->records[i];

                if (!has_content(record) || !copy_holds(copy, content_of(record), digest_of(dumper, record)))
                        continue;
                mark_saved(dumper, record, place);
                count++;
        }
        if (count == count_with_content(subject) || !has_same_log(dumper, subject, copy))
                return count;
        for (size_t i = 0; i < subject->count; i++)
                if (has_content(subject->records[i]))
                        mark_saved(dumper, subject->records[i], place);
        return count_with_content(subject);
}

/*
 * Looks into every copy of this name, and flushes those that hold anything of the subject, where not all is
 * flushed together. 1: one of them
 * holds all of it; 0: none does, and *ret_free is the first place, from `first` on, where one can be made.
 */
static int find_copies(struct dumper *dumper, const struct subject *subject, unsigned first,
                       unsigned *ret_free) {
        size_t wanted = count_with_content(subject);
        unsigned free_place = 0;

        for (unsigned alternative = 1; alternative <= ALTERNATIVES_MAX; alternative++) {
                char place[PATH_SIZE];
                struct copy copy;
                size_t held = 0;
                int r;

                r = format_place(subject, alternative, place);
                if (r == 0)
                        r = copy_open(&dumper->copier, subject->layout, place, &copy);
                if (r < 0)
                        return r;
                if ((r == COPY_ABSENT || r == COPY_UNFINISHED) && free_place == 0 && alternative >= first)
                        free_place = alternative;
                if (r == COPY_ABSENT && free_place > 0)
                        break;
                if (r != COPY_WHOLE)
                        continue;
                held = mark_held(dumper, subject, alternative, &copy);
                copy_close(&copy);
                if (held == 0)
                        continue;
                r = dumper->waits || dumper->only_looks ? 0
                                                        : copy_flush(&dumper->copier, subject->layout, place);
                if (r < 0 || held == wanted)
                        return r < 0 ? r : 1;
        }
        if (free_place == 0)
                return ERR_EXISTS;
        *ret_free = free_place;
        return 0;
}

/* --- a new copy --------------------------------------------------------------------------------- */

static void put_record(struct dumper *dumper, struct json_writer *json, const struct record *record,
                       struct buffer *stored) {
        struct bytes content = content_of(record);

        manifest_put_record(json, catalog_row(record));
        if (!has_content(record))
                return;
        manifest_put_bytes(json, stored->size, content.size, digest_of(dumper, record));
        buffer_append(stored, content);
}

static void describe_event(struct dumper *dumper, const struct subject *subject, struct bytes log,
                           struct buffer *stored, struct buffer *manifest) {
        struct json_writer json;

        json_init(&json, manifest);
        json_begin_object(&json, NULL);
        manifest_put_event(&json, dumper->catalog, subject->event, log, dumper->origin);
        json_begin_array(&json, "records");
        for (size_t i = 0; i < subject->count; i++) {
                json_begin_object(&json, NULL);
                put_record(dumper, &json, subject->records[i], stored);
                json_end_object(&json);
        }
        json_end_array(&json);
        manifest_put_file(&json, "log", copy_of_event.log + 1, log);
        manifest_put_file(&json, "stored", copy_of_event.stored + 1, buffer_bytes(stored));
        json_end_object(&json);
}

static void describe_other(struct dumper *dumper, const struct subject *subject, struct buffer *stored,
                           struct buffer *manifest) {
        struct json_writer json;

        json_init(&json, manifest);
        json_begin_object(&json, NULL);
        json_put_string(&json, "schema", "pstore-fw/record/2");
        put_record(dumper, &json, subject->records[0], stored);
        json_end_object(&json);
}

/* What a copy of the subject consists of: the same each time. */
struct filled {
        struct buffer log, stored, manifest;
};

static void filled_free(struct filled *filled) {
        buffer_free(&filled->log);
        buffer_free(&filled->stored);
        buffer_free(&filled->manifest);
}

static struct copy_content content_in(const struct filled *filled) {
        return (struct copy_content){ buffer_bytes(&filled->log), buffer_bytes(&filled->stored),
                                      buffer_bytes(&filled->manifest) };
}

/* filled_free() is due, whatever comes of it. */
static int fill(struct dumper *dumper, const struct subject *subject, struct filled *ret_filled) {
        const struct allocator *allocator = dumper->catalog->allocator;
        const struct sink sink = sink_to_buffer(&ret_filled->log);
        int r = 0;

        buffer_init(&ret_filled->log, allocator);
        buffer_init(&ret_filled->stored, allocator);
        buffer_init(&ret_filled->manifest, allocator);
        if (subject->event) {
                r = show_event_log(dumper->catalog, subject->event, false, &sink);
                describe_event(dumper, subject, buffer_bytes(&ret_filled->log), &ret_filled->stored,
                               &ret_filled->manifest);
        } else {
                describe_other(dumper, subject, &ret_filled->stored, &ret_filled->manifest);
        }
        if (r >= 0)
                r = buffer_error(&ret_filled->stored);
        return r < 0 ? r : buffer_error(&ret_filled->manifest);
}

static void mark_made(struct dumper *dumper, const struct subject *subject, unsigned place) {
        for (size_t i = 0; i < subject->count; i++) {
                if (!has_content(subject->records[i]))
                        continue;
                mark_saved(dumper, subject->records[i], place);
                work_state(dumper->work, subject->records[i])->is_new = true;
        }
}

/* Somebody may take a place that was free, or have put something into what looked unfinished: then the next.
 */
static int make_copy(struct dumper *dumper, const struct subject *subject, unsigned alternative) {
        struct filled filled;
        int r;

        r = fill(dumper, subject, &filled);
        while (r == 0) {
                const struct copy_content content = content_in(&filled);
                char place[PATH_SIZE];

                r = format_place(subject, alternative, place);
                if (r == 0)
                        r = copy_make(&dumper->copier, subject->layout, place, &content);
                if (r == 0)
                        mark_made(dumper, subject, alternative);
                if (r != ERR_EXISTS)
                        break;
                r = find_copies(dumper, subject, alternative + 1, &alternative);
        }
        filled_free(&filled);
        return r < 0 ? r : 0;
}

/* The same in two steps: what is written, and when that is flushed, what it is called. */
static int gather_copy(struct dumper *dumper, const struct subject *subject, size_t number) {
        struct filled filled;
        int r;

        r = fill(dumper, subject, &filled);
        if (r == 0) {
                const struct copy_content content = content_in(&filled);

                r = copy_gather(&dumper->copier, subject->layout, number, &content);
        }
        filled_free(&filled);
        return r;
}

/*
 * At the place that was free, or, where another subject of the same name got it meanwhile, the next one. A
 * directory does not replace another; for files that has to be looked at.
 */
static int place_copy(struct dumper *dumper, const struct subject *subject, size_t number,
                      unsigned alternative) {
        unsigned first = alternative;
        struct filled filled;
        int r;

        r = fill(dumper, subject, &filled);
        if (r == 0) {
                const struct copy_content content = content_in(&filled);

                r = copy_compare(&dumper->copier, subject->layout, number, &content);
        }
        filled_free(&filled);
        if (r == 0 && !subject->event)
                r = find_copies(dumper, subject, first, &alternative);
        while (r == 0) {
                bool clears = first > alternative;
                char place[PATH_SIZE];

                r = format_place(subject, alternative, place);
                if (r == 0)
                        r = copy_place(&dumper->copier, subject->layout, number, place, clears);
                if (r == 0) {
                        mark_made(dumper, subject, alternative);
                        return 0;
                }
                if (r != ERR_EXISTS)
                        break;
                r = find_copies(dumper, subject, first, &alternative);
                first = alternative + 1;
        }
        copy_abandon(&dumper->copier, subject->layout, number);
        return r < 0 ? r : 0; /* 1: it was found, what waited is of no use */
}

/* --- what is asked for -------------------------------------------------------------------------- */

/*
 * What an archive holds is what a dump would make of it, if it lies where the dump goes, there alone or there
 * too. What lies in a store or in an outbox, and may go, is compared with its copy.
 */
static bool lies_in_target(const struct dumper *dumper, const struct catalog_record *row) {
        const struct dump_target *target = dumper->target;

        if (!row->source->is_archive || row->source->is_outbox || row->record.error < 0 || !target->is_at)
                return false;
        for (size_t i = 0; i < dumper->catalog->source_count; i++) {
                const struct record_source *source = dumper->catalog->sources[i];

                if ((row->shown_by >> i & 1) && source->is_archive && source->location &&
                    target->is_at(target->context, source->location))
                        return true;
        }
        return false;
}

static bool is_copy(const struct dumper *dumper, const struct record *record) {
        return work_state_of(dumper->work, record)->is_copy || lies_in_target(dumper, catalog_row(record));
}

static bool is_copy_already(const struct dumper *dumper, const struct subject *subject) {
        for (size_t i = 0; i < subject->count; i++)
                if (!is_copy(dumper, subject->records[i]))
                        return false;
        return true;
}

static void forget(struct dumper *dumper, const struct subject *subject, int error) {
        for (size_t i = 0; i < subject->count; i++) {
                struct work_state *state = work_state(dumper->work, subject->records[i]);

                state->saved = state->is_new = false;
                state->outcome = error;
                state->refused = error < 0 && error != ERR_NO_MEMORY;
        }
}

static bool is_surplus(const struct dumper *dumper, const struct subject *subject) {
        for (size_t i = 0; i < subject->count; i++)
                if (!work_state_of(dumper->work, subject->records[i])->surplus)
                        return false;
        return true;
}

/* Nothing is said of what nobody wants. */
static void leave_out(struct dumper *dumper, const struct subject *subject) {
        for (size_t i = 0; i < subject->count; i++)
                work_state(dumper->work, subject->records[i])->selected = false;
}

/*
 * An event is copied whole, so that its log is: but only what was selected counts as asked for. 1 when a copy
 * has to be made, *ret_place is free then; 0 when there is nothing to do.
 */
static int look_for_copy(struct dumper *dumper, const struct subject *subject, unsigned *ret_place) {
        int r;

        forget(dumper, subject, 0);
        if (observer_stopped(dumper->catalog->observer))
                return ERR_INTERRUPTED;
        if (is_copy_already(dumper, subject)) {
                for (size_t i = 0; i < subject->count; i++)
                        mark_saved(dumper, subject->records[i], 0);
                return 0;
        }
        if (count_with_content(subject) == 0)
                return 0;
        r = find_copies(dumper, subject, 1, ret_place);
        if (r != 0)
                return r < 0 ? r : 0;
        if (is_surplus(dumper, subject)) {
                leave_out(dumper, subject);
                return 0;
        }
        if (!subject->event)
                r = dumper->target->make_directory(dumper->target->context, OTHER_DIRECTORY);
        return r < 0 ? r : 1;
}

/* Of which the next subject is likely to hear as well, after as long as the driver tries. */
static bool is_breakdown(int error) {
        return error == ERR_IO || error == ERR_TIMEOUT || error == ERR_NO_MEDIUM;
}

/* A dead target is not looked at any more. */
static int look_if_alive(struct dumper *dumper, const struct subject *subject, unsigned *ret_place) {
        return dumper->breakdowns < BREAKDOWNS_MAX ? look_for_copy(dumper, subject, ret_place)
                                                   : dumper->breakdown;
}

/* What came of a subject: 0, or an error, which stands for all of its records. */
static void conclude(struct dumper *dumper, const struct subject *subject, int error) {
        dumper->breakdowns = is_breakdown(error) ? dumper->breakdowns + 1 : 0;
        dumper->breakdown = error;
        if (error < 0)
                forget(dumper, subject, error);
}

static void save(struct dumper *dumper, const struct subject *subject) {
        unsigned place;
        int r = look_if_alive(dumper, subject, &place);

        if (r > 0)
                r = make_copy(dumper, subject, place);
        conclude(dumper, subject, r);
}

/* What is saved now relies on names in the directory above. */
static bool relies_on_names(const struct dumper *dumper, const struct subject *subject) {
        for (size_t i = 0; i < subject->count; i++) {
                const struct work_state *state = work_state_of(dumper->work, subject->records[i]);

                if (state->saved && state->place > 0)
                        return true;
        }
        return false;
}

static void keep_first_failure(struct dump_result *result, const struct record *record,
                               const struct work_state *state) {
        struct text text;

        if (state->refused && result->refused_count++ == 0)
                result->target_error = state->outcome;
        if (result->failed_count++ > 0)
                return;
        text = TEXT_ON(result->first_failed);
        result->first_error = state->outcome;
        record_format_id(record, &text);
}

static void tell_record(struct dumper *dumper, const struct record *record) {
        struct work_state *state = work_state(dumper->work, record);

        if (!state->saved && state->outcome == 0)
                state->outcome = record->error < 0 ? record->error : ERR_CODEC_UNKNOWN;
        if (state->saved)
                dumper->result->record_count++;
        else
                keep_first_failure(dumper->result, record, state);
        if (dumper->report && !state->refused)
                dumper->report(dumper->report_context, catalog_row(record), state->outcome);
        observer_tell(dumper->catalog->observer, "saving", ++dumper->done, dumper->total);
}

/* With 0, or with what the flush of the directory said in which the copy has its name. */
static void tell(struct dumper *dumper, const struct subject *subject, int error) {
        size_t failed_before = dumper->result->failed_count;

        if (error < 0 && relies_on_names(dumper, subject))
                forget(dumper, subject, error);
        for (size_t i = 0; i < subject->count; i++)
                if (work_is_selected(dumper->work, subject->records[i]))
                        tell_record(dumper, subject->records[i]);
        if (subject->event)
                dumper->result->event_count += dumper->result->failed_count == failed_before;
}

static void dump_events(struct dumper *dumper) {
        const struct catalog *catalog = dumper->catalog;

        for (size_t i = 0; i < catalog->event_count; i++) {
                struct subject subject = subject_of_event(catalog, &catalog->events[i]);

                if (!is_wanted(dumper->work, &subject))
                        continue;
                save(dumper, &subject);
                tell(dumper, &subject,
                     relies_on_names(dumper, &subject) ? copy_flush_above(&dumper->copier, "") : 0);
        }
}

/* The names of other records' copies, and that of the directory which they share. */
static int flush_others(struct dumper *dumper) {
        int r = copy_flush_above(&dumper->copier, OTHER_DIRECTORY);

        return r < 0 ? r : copy_flush_above(&dumper->copier, "");
}

/* They share a directory, whose flush all have to wait for: one for them all. */
static void dump_others(struct dumper *dumper) {
        const struct catalog *catalog = dumper->catalog;
        bool flushes = false;
        int r = 0;

        for (size_t i = catalog->other_first; i < catalog->record_count; i++) {
                struct subject subject = subject_of_other(catalog, i);

                if (!is_wanted(dumper->work, &subject))
                        continue;
                save(dumper, &subject);
                flushes |= relies_on_names(dumper, &subject);
        }
        if (flushes)
                r = flush_others(dumper);
        for (size_t i = catalog->other_first; i < catalog->record_count; i++) {
                struct subject subject = subject_of_other(catalog, i);

                if (is_wanted(dumper->work, &subject))
                        tell(dumper, &subject, r);
        }
}

/* Of a subject that has no copy yet: one is written, and waits for its place. */
static void gather(struct dumper *dumper, size_t index) {
        struct subject subject = subject_at(dumper->catalog, index);
        unsigned place;
        int r;

        if (!is_wanted(dumper->work, &subject))
                return;
        r = look_if_alive(dumper, &subject, &place);
        if (r > 0) {
                r = gather_copy(dumper, &subject, index);
                dumper->waits[index] = r == 0 ? place : 0;
        }
        conclude(dumper, &subject, r);
}

/* With what the flush of all that waits said. */
static void give_place(struct dumper *dumper, size_t index, int error) {
        struct subject subject = subject_at(dumper->catalog, index);
        int r = error;

        if (error == 0)
                r = place_copy(dumper, &subject, index, dumper->waits[index]);
        else
                copy_abandon(&dumper->copier, subject.layout, index);
        if (r == ERR_NOT_SUPPORTED)
                r = make_copy(dumper, &subject, dumper->waits[index]); /* where it gets no other name */
        if (r < 0)
                forget(dumper, &subject, r);
}

/*
 * All at once: however many there are, what is in them is flushed once, and what they are called is. What was
 * found relies on the second flush as well.
 */
void dump_many(struct dumper *dumper, size_t count) {
        size_t waiting = 0;
        int r = 0;

        for (size_t i = 0; i < count; i++) {
                gather(dumper, i);
                waiting += dumper->waits[i] > 0;
        }
        if (waiting > 0)
                r = copier_flush_gathered(&dumper->copier);
        for (size_t i = 0; i < count; i++)
                if (dumper->waits[i] > 0)
                        give_place(dumper, i, r);
        copier_end_gathering(&dumper->copier);
        r = copier_flush_gathered(&dumper->copier);
        if (r == 0)
                r = copy_flush_above(&dumper->copier, "");
        for (size_t i = 0; i < count; i++) {
                struct subject subject = subject_at(dumper->catalog, i);

                if (is_wanted(dumper->work, &subject))
                        tell(dumper, &subject, r);
        }
}

/* False where that is of no use, or no memory is left for it: then it is one after another. */
static bool can_dump_many(struct dumper *dumper, size_t count) {
        const struct allocator *allocator = dumper->catalog->allocator;
        size_t wanted = 0;

        for (size_t i = 0; i < count && dumper->target->many; i++) {
                struct subject subject = subject_at(dumper->catalog, i);

                wanted += is_wanted(dumper->work, &subject);
        }
        if (wanted == 0 || wanted < dumper->target->many->worth_from)
                return false;
        dumper->waits = allocator->resize(allocator->context, NULL, 0, count * sizeof(*dumper->waits));
        if (dumper->waits)
                memset(dumper->waits, 0, count * sizeof(*dumper->waits));
        return dumper->waits != NULL;
}

static void dump_all(struct dumper *dumper) {
        const struct allocator *allocator = dumper->catalog->allocator;
        size_t count = subject_count(dumper->catalog);

        if (can_dump_many(dumper, count)) {
                dumper->target->many->dump(dumper, count);
                allocator->resize(allocator->context, dumper->waits, count * sizeof(*dumper->waits), 0);
        } else {
                dump_events(dumper);
                dump_others(dumper);
        }
}

static struct dumper dumper_begin(struct work *work, const struct dump_target *target,
                                  struct dump_result *result) {
        struct dumper dumper = {
                .work = work,
                .catalog = work->catalog,
                .target = target,
                .result = result,
                .total = work_selected_count(work),
        };

        *result = (struct dump_result){ .is_volatile = target->is_volatile };
        copier_init(&dumper.copier, target, work->catalog->allocator);
        return dumper;
}

static void dumper_end(struct dumper *dumper) {
        dumper->result->file_count = dumper->copier.file_count;
        copier_free(&dumper->copier);
}

int dump_selected(struct work *work, const struct dump_target *target, const struct dump_origin *origin,
                  dump_report *report, void *report_context, struct dump_result *ret_result) {
        struct dumper dumper = dumper_begin(work, target, ret_result);

        dumper.origin = origin;
        dumper.report = report;
        dumper.report_context = report_context;
        if (dumper.total > 0)
                copier_clean(&dumper.copier);
        dump_all(&dumper);
        dumper_end(&dumper);
        return ret_result->first_error;
}

static bool is_any_saved(const struct dumper *dumper, const struct subject *subject) {
        for (size_t i = 0; i < subject->count; i++)
                if (work_state_of(dumper->work, subject->records[i])->saved)
                        return true;
        return false;
}

/* How many of the subject stay. */
static size_t keep_if_dumped(struct dumper *dumper, const struct subject *subject) {
        unsigned alternative;
        size_t kept = 0;
        int r;

        forget(dumper, subject, 0);
        r = find_copies(dumper, subject, 1, &alternative);
        if (r >= 0 && is_any_saved(dumper, subject))
                r = subject->event ? copy_flush_above(&dumper->copier, "") : flush_others(dumper);
        if (r < 0)
                forget(dumper, subject, r);
        for (size_t i = 0; i < subject->count; i++) {
                struct work_state *state = work_state(dumper->work, subject->records[i]);

                state->saved = state->selected && (state->saved || is_copy(dumper, subject->records[i]));
                if (state->selected && !state->saved && r < 0)
                        keep_first_failure(dumper->result, subject->records[i], state);
                state->selected = state->saved;
                kept += state->saved;
        }
        return kept;
}

int dump_keep_dumped(struct work *work, const struct dump_target *target, struct dump_result *ret_result) {
        struct dumper dumper = dumper_begin(work, target, ret_result);
        const struct catalog *catalog = work->catalog;

        for (size_t i = 0; i < work->count; i++)
                work->states[i].saved = false;
        for (size_t i = 0; i < catalog->event_count; i++) {
                struct subject subject = subject_of_event(catalog, &catalog->events[i]);

                if (selection_touches_event(work, subject.event))
                        ret_result->record_count += keep_if_dumped(&dumper, &subject);
        }
        for (size_t i = catalog->other_first; i < catalog->record_count; i++) {
                struct subject subject = subject_of_other(catalog, i);

                if (work_is_selected(work, catalog->records[i]))
                        ret_result->record_count += keep_if_dumped(&dumper, &subject);
        }
        dumper_end(&dumper);
        return (int) ret_result->record_count;
}

void dump_find_place(struct work *work, const struct dump_target *target, const struct event *event) {
        struct dump_result result;
        struct dumper dumper = dumper_begin(work, target, &result);
        struct subject subject = subject_of_event(work->catalog, event);
        unsigned free_place;

        dumper.only_looks = true;
        (void) find_copies(&dumper, &subject, 1, &free_place);
        dumper_end(&dumper);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* tdestroy(), twalk_r() */
#include "linux-tool/tell/tally.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/json-reader.h"
#include "base/json.h"
#include "posix/durable-file.h"
#include "posix/file.h"
#include "posix/memory.h"

#define SCHEMA "pstore-fw/tally/1"

/* Half a million events. */
#define FILE_MAX ((size_t) 64 * 1024 * 1024)

/* A name in a directory, of which each byte may have been encoded. */
#define NAME_SIZE (3 * 255 + 1)

struct event {
        bool told;
        bool seen;        /* since the load */
        const char *name; /* behind it */
};

/*
 * Names and labels as they stand in JSON, in a label of Prometheus and in a query, without an escape of any
 * of them: bytes that are not plain are "%" and two digits, as in an URL.
 */
static void put_plain(struct text *text, const char *value) {
        for (; *value; value++)
                if (*value > ' ' && *value < 0x7f && !strchr("\"\\%", *value))
                        text_put_char(text, *value);
                else
                        text_format(text, "%%%02x", (uint8_t) *value);
}

void tally_set_label(char label[TALLY_LABEL_SIZE], const char *value) {
        struct text text;

        text_init(&text, label, TALLY_LABEL_SIZE);
        put_plain(&text, value && *value ? value : TALLY_UNKNOWN);
}

/* --- events ------------------------------------------------------------------------------------- */

static int compare_events(const void *left, const void *right) {
        return strcmp(((const struct event *) left)->name, ((const struct event *) right)->name);
}

/* By its name as it is kept. */
static struct event *find_plain(const struct tally *tally, const char *name) {
        const struct event wanted = { .name = name };
        struct event **found = tfind(&wanted, &tally->events, compare_events);

        return found ? *found : NULL;
}

static struct event *find_event(const struct tally *tally, const char *name) {
        char buffer[NAME_SIZE];
        struct text text = TEXT_ON(buffer);

        put_plain(&text, name);
        return find_plain(tally, buffer);
}

/* By its name as it is kept; it must not be there yet. NULL: no memory. */
static struct event *add_event(struct tally *tally, struct bytes name) {
        struct event *event = malloc(sizeof(*event) + name.size + 1);
        char *copy = (char *) (event + 1);

        if (!event)
                return NULL;
        memcpy(copy, name.data, name.size);
        copy[name.size] = '\0';
        *event = (struct event){ .name = copy };
        if (!tsearch(event, &tally->events, compare_events)) {
                free(event);
                return NULL;
        }
        tally->event_count++;
        return event;
}

enum tally_state tally_see(struct tally *tally, const char *name) {
        struct event *event = find_event(tally, name);

        if (!event)
                return TALLY_NEW;
        event->seen = true;
        return event->told ? TALLY_TOLD : TALLY_COUNTED;
}

void tally_mark_told(struct tally *tally, const char *name) {
        struct event *event = find_event(tally, name);

        if (event)
                event->told = true;
}

struct events {
        struct event **all;
        size_t count;
};

static void list_event(const void *node, VISIT visit, void *context) {
        struct events *events = context;

        if (visit == postorder || visit == leaf)
                events->all[events->count++] = *(struct event *const *) node;
}

/* In the order of their names. free() of *ret_all is due. */
static int list_events(const struct tally *tally, struct event ***ret_all) {
        struct events events = { .all = calloc(tally->event_count + 1, sizeof(*events.all)) };

        if (!events.all)
                return ERR_NO_MEMORY;
        twalk_r(tally->events, list_event, &events);
        *ret_all = events.all;
        return 0;
}

int tally_prune(struct tally *tally) {
        _cleanup_free_ struct event **all = NULL;
        size_t count = tally->event_count;
        int r;

        r = list_events(tally, &all);
        for (size_t i = 0; r == 0 && i < count; i++) {
                if (all[i]->seen)
                        continue;
                (void) tdelete(all[i], &tally->events, compare_events);
                tally->event_count--;
                free(all[i]);
        }
        return r;
}

/* --- kinds -------------------------------------------------------------------------------------- */

static void add_to(struct tally_kind *kind, uint64_t count, uint64_t newest) {
        (void) u64_add(kind->count, count, &kind->count);
        if (kind->newest < newest)
                kind->newest = newest;
}

/* In the full list the one whose last crash is the longest ago makes room, and goes on as one of the rest. */
static struct tally_kind *make_room(struct tally *tally) {
        struct tally_kind *oldest = &tally->kinds[0];

        if (tally->kind_count < TALLY_KINDS_MAX)
                return &tally->kinds[tally->kind_count++];
        for (size_t i = 1; i < TALLY_KINDS_MAX; i++)
                if (tally->kinds[i].newest < oldest->newest)
                        oldest = &tally->kinds[i];
        add_to(&tally->rest, oldest->count, oldest->newest);
        return oldest;
}

static void add_crashes(struct tally *tally, const struct tally_kind *crashes) {
        struct tally_kind *kind = strcmp(crashes->signature, TALLY_OTHER) == 0 ? &tally->rest : NULL;

        for (size_t i = 0; i < tally->kind_count && !kind; i++)
                if (strcmp(tally->kinds[i].reason, crashes->reason) == 0 &&
                    strcmp(tally->kinds[i].signature, crashes->signature) == 0)
                        kind = &tally->kinds[i];
        if (!kind) {
                kind = make_room(tally);
                *kind = *crashes;
                kind->count = kind->newest = 0;
        }
        add_to(kind, crashes->count, crashes->newest);
}

int tally_count(struct tally *tally, const struct crash_news *news) {
        struct tally_kind crash = { .count = 1, .newest = news->seconds };
        char buffer[NAME_SIZE];
        struct text name = TEXT_ON(buffer);
        struct event *event;

        if (tally_see(tally, news->event) != TALLY_NEW)
                return 0;
        put_plain(&name, news->event);
        event = add_event(tally, text_bytes(&name));
        if (!event)
                return ERR_NO_MEMORY;
        event->seen = true;
        tally_set_label(crash.reason, news->reason);
        tally_set_label(crash.signature, news->signature);
        add_crashes(tally, &crash);
        return 0;
}

/* --- the file ----------------------------------------------------------------------------------- */

void tally_init(struct tally *tally) {
        *tally = (struct tally){ .rest = { .reason = TALLY_OTHER, .signature = TALLY_OTHER } };
}

void tally_free(struct tally *tally) {
        tdestroy(tally->events, free);
        tally_init(tally);
}

/* What the members of an object that is being read have said. */
struct draft {
        struct tally_kind kind;
        struct bytes name;
        bool told;
};

static void take_label(const struct json_item *item, char label[TALLY_LABEL_SIZE]) {
        struct text text;

        text_init(&text, label, TALLY_LABEL_SIZE);
        text_put_bytes(&text, item->text);
}

static int take_member(const struct json_item *item, struct draft *draft) {
        if (bytes_equal(item->name, text_view("reason")))
                take_label(item, draft->kind.reason);
        else if (bytes_equal(item->name, text_view("signature")))
                take_label(item, draft->kind.signature);
        else if (bytes_equal(item->name, text_view("count")))
                return json_item_number(item, &draft->kind.count);
        else if (bytes_equal(item->name, text_view("newest")))
                return json_item_number(item, &draft->kind.newest);
        else if (bytes_equal(item->name, text_view("name")))
                draft->name = item->text;
        else if (bytes_equal(item->name, text_view("told")))
                draft->told = item->kind == JSON_TRUE;
        return 0;
}

/* An object is over: one of an event has a name, one of a kind has none. */
static int take_object(struct tally *tally, const struct draft *draft) {
        char buffer[NAME_SIZE];
        struct text name = TEXT_ON(buffer);
        struct event *event;

        if (draft->name.size == 0) {
                add_crashes(tally, &draft->kind);
                return 0;
        }
        text_put_bytes(&name, draft->name);
        event = find_plain(tally, buffer);
        if (!event)
                event = add_event(tally, text_bytes(&name));
        if (!event)
                return ERR_NO_MEMORY;
        event->told = draft->told;
        return 0;
}

static int parse(struct tally *tally, struct bytes content) {
        struct draft draft = { 0 };
        struct json_reader reader;
        struct json_item item;
        bool has_schema = false;
        int r, r2 = 0;

        json_reader_init(&reader, content);
        while (r2 == 0 && (r = json_read(&reader, &item)) > 0) {
                if (item.depth == 1 && bytes_equal(item.name, text_view("schema")))
                        has_schema = bytes_equal(item.text, text_view(SCHEMA));
                if (item.depth == 2 && item.kind == JSON_OBJECT)
                        draft = (struct draft){ 0 };
                else if (item.depth == 2 && item.kind == JSON_OBJECT_END)
                        r2 = take_object(tally, &draft);
                else if (item.depth == 3)
                        r2 = take_member(&item, &draft);
        }
        if (r2 == 0 && r == 0 && !has_schema)
                return ERR_VALUE;
        return r2 < 0 ? r2 : r;
}

int tally_load(int archive_fd, struct tally *tally) {
        _cleanup_buffer_ struct buffer content;
        int r;

        tally_init(tally);
        buffer_init(&content, &system_allocator);
        r = file_read_beneath(archive_fd, TALLY_FILE, FILE_MAX, &content);
        if (r == ERR_NOT_FOUND)
                return 0;
        if (r == 0)
                r = parse(tally, buffer_bytes(&content));
        if (r < 0)
                tally_free(tally);
        return r;
}

static void put_kind(struct json_writer *json, const struct tally_kind *kind) {
        json_begin_object(json, NULL);
        json_put_string(json, "reason", kind->reason);
        json_put_string(json, "signature", kind->signature);
        json_put_number(json, "count", kind->count);
        json_put_number(json, "newest", kind->newest);
        json_end_object(json);
}

int tally_save(int archive_fd, const struct tally *tally) {
        _cleanup_free_ struct event **all = NULL;
        _cleanup_buffer_ struct buffer content;
        struct json_writer json;
        int r;

        buffer_init(&content, &system_allocator);
        r = list_events(tally, &all);
        if (r < 0)
                return r;
        json_init(&json, &content);
        json_begin_object(&json, NULL);
        json_put_string(&json, "schema", SCHEMA);
        json_begin_array(&json, "kinds");
        for (size_t i = 0; i < tally->kind_count; i++)
                put_kind(&json, &tally->kinds[i]);
        put_kind(&json, &tally->rest);
        json_end_array(&json);
        json_begin_array(&json, "events");
        for (size_t i = 0; i < tally->event_count; i++) {
                json_begin_object(&json, NULL);
                json_put_string(&json, "name", all[i]->name);
                json_put_bool(&json, "told", all[i]->told);
                json_end_object(&json);
        }
        json_end_array(&json);
        json_end_object(&json);
        r = buffer_error(&content);
        if (r == 0 && content.size > FILE_MAX)
                r = ERR_TOO_LARGE;
        return r < 0 ? r : durable_file_write(archive_fd, TALLY_FILE, buffer_bytes(&content), 0644);
}

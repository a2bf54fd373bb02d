/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * A store of variables that answers every call with what the input says next, and behind its end with one
 * byte for ever: errors, names, sizes, bytes. The source is opened, walked, read, written and erased. What
 * must hold: each ends, and soon; every walk that was begun is ended; nothing is written behind the room that
 * was given; no name comes twice in a list, and they are in order; a write that succeeds has read back the
 * very bytes, and one that fails leaves the name alone.
 */
#include "store/variable-source.h"

#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/ucs2.h"
#include "posix/memory.h"
#include "pstore/variable-name.h"
#include "store/draft.h"
#include "tests/fuzz/fuzz.h"

#define NEXT_CALLS_MAX 65536
#define GET_CALLS_MAX  (DRAFT_COUNT_MAX + 8)
#define ROOM_MAX       (64u * 1024 * 1024)

struct store {
        struct bytes answers;
        size_t at;
        uint8_t last; /* what is answered behind the end */
        bool walking;
        unsigned next_calls, get_calls;
        size_t left_out;
        struct bytes set; /* of the last set() that succeeded */
        struct bytes got; /* what the last get() gave */
        uint32_t got_attributes;
};

static uint8_t answer(struct store *store) {
        return store->at < store->answers.size ? store->answers.data[store->at++] : store->last;
}

/* Of any size. */
static uint64_t answer_number(struct store *store) {
        uint64_t number = answer(store);

        return number << answer(store) % 64;
}

static struct bytes answer_bytes(struct store *store, size_t size) {
        struct bytes bytes = bytes_first(bytes_from(store->answers, store->at), size);

        store->at += bytes.size;
        return bytes;
}

/* Mostly none. */
static int answer_error(struct store *store) {
        static const int errors[] = {
                ERR_IO,        ERR_NOT_FOUND,  ERR_NOT_SUPPORTED, ERR_BUFFER_TOO_SMALL,
                ERR_READ_ONLY, ERR_PERMISSION, ERR_NO_STORE,      ERR_NO_SPACE,
                ERR_NO_MEMORY, ERR_LOOP,       ERR_TOO_LARGE,     ERR_INVALID_ARGUMENT
        };
        uint8_t which = answer(store);

        return which >= 0x80 && which < 0x80 + ARRAY_SIZE(errors) ? errors[which - 0x80] : 0;
}

static int start_names(void *context) {
        struct store *store = context;
        int r = answer_error(store);

        fuzz_check(!store->walking);
        store->walking = r == 0;
        store->next_calls = 0;
        return r;
}

static int next_name(void *context, struct guid *ret_vendor, struct text *name) {
        struct store *store = context;
        uint8_t vendor = answer(store);
        char units_text[3 * 128 + 1];
        struct text found = TEXT_ON(units_text);
        int r = answer_error(store);

        fuzz_check(store->walking && name->length == 0);
        fuzz_check(++store->next_calls <= NEXT_CALLS_MAX);
        if (r < 0)
                return r;
        if (vendor & 1)
                return 0;
        *ret_vendor = vendor & 2 ? variable_vendor_hardware_error : variable_vendor_crash;
        (void) ucs2_to_utf8(answer_bytes(store, answer(store)), &found);
        text_put(name, units_text); /* to the first NUL, as there can be none in a name */
        return 1;
}

static void end_names(void *context) {
        struct store *store = context;

        fuzz_check(store->walking);
        store->walking = false;
}

static void tell_left_out(void *context, size_t count) {
        struct store *store = context;

        fuzz_check(count > 0 && !store->walking);
        store->left_out = count;
}

static void require_vendor(const struct guid *vendor, const char *name) {
        fuzz_check(guid_equal(vendor, variable_name_vendor(text_view(name))));
}

static int get(void *context, const struct guid *vendor, const char *name, void *data, size_t *size,
               uint32_t *ret_attributes) {
        struct store *store = context;
        size_t room = *size, wanted = answer_number(store);
        int r = answer_error(store);

        require_vendor(vendor, name);
        fuzz_check(++store->get_calls <= GET_CALLS_MAX && room <= ROOM_MAX);
        if (room > 0)
                ((uint8_t *) data)[0] = ((uint8_t *) data)[room - 1] = 0; /* all of it is there */
        *size = wanted;
        if (r < 0)
                return r;
        if (answer(store) & 1 && store->set.size > 0 && store->set.size <= room) {
                store->got = store->set; /* honest for once */
                store->got_attributes = VARIABLE_ATTRIBUTES_CRASH;
                *size = store->set.size;
        } else {
                store->got = answer_bytes(store, size_min(room, *size));
                store->got_attributes = answer(store);
        }
        if (store->got.size > 0)
                memcpy(data, store->got.data, store->got.size);
        *ret_attributes = store->got_attributes;
        return 0;
}

static int set(void *context, const struct guid *vendor, const char *name, uint32_t attributes,
               struct bytes data) {
        struct store *store = context;
        int r = answer_error(store);

        require_vendor(vendor, name);
        fuzz_check(data.size > 0 && data.size <= VARIABLE_DATA_MAX &&
                   attributes == VARIABLE_ATTRIBUTES_CRASH);
        if (r == 0)
                store->set = data;
        return r;
}

static int erase(void *context, const struct guid *vendor, const char *name) {
        require_vendor(vendor, name);
        return answer_error(context);
}

static int query(void *context, uint64_t *ret_total, uint64_t *ret_remaining) {
        int r = answer_error(context);

        *ret_total = answer_number(context);
        *ret_remaining = answer_number(context);
        return r;
}

static void check_list(struct record_source *source, struct store *store) {
        char previous[RECORD_NAME_SIZE];
        struct source_entry entry;
        size_t count = 0;
        int r = source->operations->open(source);

        fuzz_check(!store->walking);
        if (r < 0)
                return;
        while ((r = source->operations->next(source, &entry)) > 0) {
                fuzz_check(++count <= SOURCE_RECORDS_MAX);
                fuzz_check(memchr(entry.name, '\0', sizeof(entry.name)) != NULL);
                fuzz_check(count == 1 || strcmp(previous, entry.name) < 0);
                memcpy(previous, entry.name, sizeof(previous));
        }
        fuzz_check(r == 0 || count > 0);
        fuzz_check(source->operations->next(source, &entry) == 0);
}

static void check_read(struct record_source *source, struct store *store, const char *name) {
        struct buffer buffer;
        int r;

        buffer_init(&buffer, &system_allocator);
        store->get_calls = 0;
        r = source->operations->read(source, name, &buffer);
        fuzz_check(buffer.size <= buffer.capacity && buffer.capacity <= ROOM_MAX && store->get_calls <= 8);
        fuzz_check(r >= 0 || buffer.size == 0);
        buffer_free(&buffer);
}

static void check_write(struct record_source *source, struct store *store) {
        const struct record_draft draft = {
                .log = bytes_first(store->answers, answer(store) * 8),
                .seconds = 1709210119,
        };
        char name[RECORD_NAME_SIZE] = "untouched";
        int r;

        store->get_calls = 0;
        store->set = bytes_of(NULL, 0);
        r = source->operations->write(source, &draft, name);
        if (r < 0)
                fuzz_check(strcmp(name, "untouched") == 0);
        else
                fuzz_check(bytes_equal(store->set, draft.log) && bytes_equal(store->got, draft.log) &&
                           store->got_attributes == VARIABLE_ATTRIBUTES_CRASH);
}

static void check_space(struct record_source *source) {
        struct source_space space;

        if (source->operations->space(source, &space) == 0)
                fuzz_check(space.largest_record == VARIABLE_DATA_MAX && space.reserved == VARIABLE_RESERVE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct store store = { .answers = bytes_from(bytes_of(data, size), 1), .last = 1 };
        const struct variable_io io = { &store, start_names, next_name, end_names,    get,
                                        set,    erase,       query,     tell_left_out };
        struct variable_source variables;
        struct record_source source;

        if (size > 0 && data[0] < 16)
                store.last = data[0]; /* not in most inputs, as what never ends takes its time */
        variable_source_init(&variables, &io, &system_allocator, &source);
        check_list(&source, &store);
        for (size_t i = 0; i < size_min(variables.list.count, 4); i++)
                check_read(&source, &store, variables.list.entries[i]->name);
        check_write(&source, &store);
        check_space(&source);
        store.get_calls = 0;
        (void) source.operations->erase(&source, "HwErrRec0000");
        fuzz_check(store.get_calls <= 20);
        check_list(&source, &store);
        source.operations->close(&source);
        return 0;
}

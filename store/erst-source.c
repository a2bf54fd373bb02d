/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/erst-source.h"
#include "base/arith.h"
#include "base/error.h"
#include "pstore/cper.h"

#define IDS_FIRST 64

/* So many records that the list hides are stepped over before a write is refused. */
#define ID_TRIES_MAX 64

static struct erst_source *erst_source_of(struct record_source *source) {
        return source->context;
}

static int grow_ids(struct erst_source *erst_source) {
        const struct allocator *allocator = erst_source->allocator;
        size_t capacity = erst_source->id_capacity ? 2 * erst_source->id_capacity : IDS_FIRST;
        void *ids = allocator->resize(allocator->context, erst_source->ids,
                                      erst_source->id_capacity * sizeof(*erst_source->ids),
                                      capacity * sizeof(*erst_source->ids));

        if (!ids)
                return ERR_NO_MEMORY;
        erst_source->ids = ids;
        erst_source->id_capacity = capacity;
        return 0;
}

static int list_ids(struct erst_source *erst_source) {
        int r = 0;

        erst_source->id_count = 0;
        do {
                if (erst_source->id_capacity == 0 || r == ERR_BUFFER_TOO_SMALL) {
                        r = grow_ids(erst_source);
                        if (r < 0)
                                return r;
                }
                r = erst_walk(erst_source->erst, erst_source->ids, erst_source->id_capacity,
                              &erst_source->id_count);
        } while (r == ERR_BUFFER_TOO_SMALL && erst_source->id_capacity <= ERST_WALK_MAX);
        return r;
}

/* A list without an end names records nevertheless: they are shown, and next() tells of it behind them. */
static int erst_source_open(struct record_source *source) {
        struct erst_source *erst_source = erst_source_of(source);
        int r = list_ids(erst_source);

        erst_source->next = 0;
        erst_source->list_error = r;
        return r == ERR_LOOP && erst_source->id_count > 0 ? 0 : r;
}

static int erst_source_next(struct record_source *source, struct source_entry *ret_entry) {
        struct erst_source *erst_source = erst_source_of(source);

        if (erst_source->next >= erst_source->id_count) {
                int r = erst_source->list_error;

                erst_source->list_error = 0;
                return r;
        }
        *ret_entry = (struct source_entry){ .store = RECORD_STORE_ERST, .form = RECORD_FORM_STORED };
        record_format_erst_name(erst_source->ids[erst_source->next++], ret_entry->name);
        return 1;
}

static int read_into(struct erst *erst, uint64_t id, struct buffer *buffer) {
        int r;

        r = buffer_reserve(buffer, erst_record_capacity(erst));
        if (r < 0)
                return r;
        buffer->size = 0;
        return erst_read(erst, id, buffer->data, buffer->capacity, &buffer->size);
}

static int erst_source_read(struct record_source *source, const char *name, struct buffer *buffer) {
        uint64_t id;
        int r;

        r = record_parse_erst_name(text_view(name), &id);
        if (r < 0)
                return r;
        r = read_into(erst_source_of(source)->erst, id, buffer);
        return r == ERR_STORE_EMPTY ? ERR_NOT_FOUND : r;
}

static bool id_is_taken(uint64_t id, const uint64_t *ids, size_t count) {
        for (size_t i = 0; i < count; i++)
                if (ids[i] == id)
                        return true;
        return false;
}

/* Linux counts from 1, of the second of its first record (K6.1 drivers/firmware/efi/cper.c,
 * cper_next_record_id()): a panic right behind a record of ours would take its id, and its place. */
#define FIRST_NUMBER (UINT64_C(1) << 23)

uint64_t erst_source_new_id(uint64_t seconds, const uint64_t *ids, size_t count) {
        bool after_2038 = seconds >> 31;
        uint64_t id = (after_2038 ? UINT64_C(1) << 63 | seconds << 24 : seconds << 32) | FIRST_NUMBER;

        do
                id++;
        while (id_is_taken(id, ids, count) || id == CPER_RECORD_ID_NONE);
        return id;
}

/* An id that is taken would replace its record, and a list need not be whole: so the store is asked, too. */
static int find_free_id(struct erst_source *erst_source, uint64_t seconds, struct buffer *scratch,
                        uint64_t *ret_id) {
        for (unsigned tries = 0; tries < ID_TRIES_MAX; tries++) {
                uint64_t id = erst_source_new_id(seconds, erst_source->ids, erst_source->id_count);
                int r = read_into(erst_source->erst, id, scratch);

                /* A damaged record takes the id, too; all other failures but our own say that it is free. */
                if (r < 0 && r != ERR_LENGTH && r != ERR_NO_MEMORY) {
                        *ret_id = id;
                        return 0;
                }
                if (r == ERR_NO_MEMORY)
                        return r;
                /* The list hides it: added to the ids, it is not tried again. */
                r = erst_source->id_count < erst_source->id_capacity ? 0 : grow_ids(erst_source);
                if (r < 0)
                        return r;
                erst_source->ids[erst_source->id_count++] = id;
        }
        return ERR_EXISTS;
}

/* All but the bytes that are the platform's own: ACPI 6.5, 18.5.1.3. */
static bool is_same_record(struct bytes left, struct bytes right) {
        size_t own_start = ERST_CPER_PERSISTENCE + 2, own_end = ERST_CPER_PERSISTENCE + 8;

        return bytes_equal(bytes_first(left, own_start), bytes_first(right, own_start)) &&
               bytes_equal(bytes_from(left, own_end), bytes_from(right, own_end));
}

/* Success is what the platform says; only what was read back is there. */
static int write_and_compare(struct erst *erst, uint64_t id, struct bytes record, struct buffer *readback) {
        int r;

        r = erst_write(erst, record);
        if (r < 0)
                return r;
        r = read_into(erst, id, readback);
        if (r < 0)
                return r == ERR_STORE_EMPTY || r == ERR_NOT_FOUND ? ERR_MISMATCH : r;
        return is_same_record(buffer_bytes(readback), record) ? 0 : ERR_MISMATCH;
}

static int build_record(const struct erst_source *erst_source, const struct record_draft *draft, uint64_t id,
                        struct buffer *record) {
        size_t capacity = erst_record_capacity(erst_source->erst);
        int r;

        if (draft->log.size > capacity || draft->log.size + CPER_LINUX_PAYLOAD_OFFSET > capacity)
                return ERR_TOO_LARGE;
        r = buffer_reserve(record, capacity);
        if (r < 0)
                return r;
        return cper_build_dmesg(id, draft->seconds, draft->log, record->data, record->capacity,
                                &record->size);
}

static int erst_source_write(struct record_source *source, const struct record_draft *draft,
                             char ret_name[RECORD_NAME_SIZE]) {
        struct erst_source *erst_source = erst_source_of(source);
        struct buffer record, readback;
        uint64_t id;
        int r;

        buffer_init(&record, erst_source->allocator);
        buffer_init(&readback, erst_source->allocator);
        r = list_ids(erst_source);
        if (r < 0)
                goto finish;
        r = find_free_id(erst_source, draft->seconds, &readback, &id);
        if (r < 0)
                goto finish;
        r = build_record(erst_source, draft, id, &record);
        if (r < 0)
                goto finish;
        r = write_and_compare(erst_source->erst, id, buffer_bytes(&record), &readback);
        if (r == 0)
                record_format_erst_name(id, ret_name);
finish:
        buffer_free(&record);
        buffer_free(&readback);
        return r;
}

static int erst_source_erase(struct record_source *source, const char *name) {
        uint64_t id;
        int r;

        r = record_parse_erst_name(text_view(name), &id);
        return r < 0 ? r : erst_clear(erst_source_of(source)->erst, id);
}

/* ERST tells nothing of its size; only how large one record may be. */
static int erst_source_space(struct record_source *source, struct source_space *ret_space) {
        size_t capacity = erst_record_capacity(erst_source_of(source)->erst);

        *ret_space = (struct source_space){
                .largest_record =
                        capacity > CPER_LINUX_PAYLOAD_OFFSET ? capacity - CPER_LINUX_PAYLOAD_OFFSET : 0,
        };
        return 0;
}

static void erst_source_close(struct record_source *source) {
        struct erst_source *erst_source = erst_source_of(source);

        array_free(erst_source->allocator, (void **) &erst_source->ids, &erst_source->id_capacity,
                   sizeof(*erst_source->ids));
        erst_source->id_count = 0;
}

void erst_source_init(struct erst_source *erst_source, struct erst *erst, const struct allocator *allocator,
                      struct record_source *ret_source) {
        static const struct source_operations operations = {
                .open = erst_source_open,
                .next = erst_source_next,
                .read = erst_source_read,
                .write = erst_source_write,
                .erase = erst_source_erase,
                .space = erst_source_space,
                .close = erst_source_close,
        };

        *erst_source = (struct erst_source){ .erst = erst, .allocator = allocator };
        *ret_source = (struct record_source){
                .spec = "erst",
                .store = RECORD_STORE_ERST,
                .operations = &operations,
                .context = erst_source,
                .of_machine = true,
        };
}

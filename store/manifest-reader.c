/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/manifest-reader.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/json-reader.h"
#include "base/memory.h"
#include "base/sort.h"
#include "base/text.h"
#include "base/timestamp.h"

/* Which file the items that come describe, if any, and of which record. */
struct place {
        struct manifest_file *file;
        struct manifest_record *record;
        bool in_records;
        bool has_schema, has_size, has_digest;
};

static bool is_named(const struct json_item *item, const char *name) {
        return bytes_equal(item->name, text_view(name));
}

static int add_record(struct manifest *manifest, struct place *place) {
        int r = array_grow(manifest->allocator, (void **) &manifest->records, &manifest->record_capacity,
                           manifest->record_count, sizeof(*manifest->records));

        if (r < 0)
                return r;
        place->record = &manifest->records[manifest->record_count++];
        *place->record = (struct manifest_record){ .type = RECORD_TYPE_UNKNOWN };
        place->file = &place->record->file;
        return 0;
}

static int enter(struct manifest *manifest, const struct json_item *item, struct place *place) {
        struct manifest_file *const files[] = { &manifest->log, &manifest->stored };
        static const char *const names[] = { "log", "stored" };

        if (item->depth == 1)
                place->in_records = item->kind == JSON_ARRAY && is_named(item, "records");
        if (item->kind != JSON_OBJECT)
                return 0;
        place->has_size = place->has_digest = false;
        place->record = item->depth == 0 ? &manifest->self : NULL;
        place->file = place->record ? &place->record->file : NULL;
        for (unsigned i = 0; i < 2 && item->depth == 1; i++)
                if (is_named(item, names[i]))
                        place->file = files[i];
        return item->depth == 2 && place->in_records ? add_record(manifest, place) : 0;
}

static bool read_digest(struct bytes hex, uint8_t ret_sha256[SHA256_SIZE]) {
        size_t offset = 0;

        if (hex.size != 2 * SHA256_SIZE)
                return false;
        for (size_t i = 0; i < SHA256_SIZE; i++) {
                uint64_t byte;

                if (hex_parse(hex, &offset, 2, &byte) < 0)
                        return false;
                ret_sha256[i] = (uint8_t) byte;
        }
        return true;
}

static enum record_form find_form(struct bytes word) {
        static const char *const forms[] = {
                [RECORD_FORM_TEXT] = "text",
                [RECORD_FORM_PACKED] = "packed",
        };

        for (unsigned form = RECORD_FORM_TEXT; form < ARRAY_SIZE(forms); form++)
                if (bytes_equal(word, text_view(forms[form])))
                        return (enum record_form) form;
        return RECORD_FORM_STORED;
}

static uint32_t small_number(const struct json_item *item) {
        uint64_t number = 0;

        return json_item_number(item, &number) == 0 && number <= UINT32_MAX ? (uint32_t) number : 0;
}

static void take_of_event(const struct json_item *item, struct manifest *manifest, struct place *place) {
        if (item->kind == JSON_STRING && is_named(item, "schema")) {
                place->has_schema = bytes_start_with(item->text, text_view("pstore-fw/"));
                manifest->is_event = bytes_start_with(item->text, text_view("pstore-fw/manifest/"));
        } else if (item->kind == JSON_STRING && is_named(item, "reason")) {
                manifest->reason = event_reason_find(item->text);
        } else if (is_named(item, "count")) {
                manifest->count = small_number(item);
        }
}

static void take_of_record(const struct json_item *item, struct manifest_record *record) {
        size_t offset = 0;
        int type;

        if (is_named(item, "deleted"))
                record->deleted = item->kind == JSON_TRUE;
        else if (is_named(item, "salvaged"))
                record->salvaged = item->kind == JSON_TRUE;
        else if (is_named(item, "part"))
                record->part = small_number(item);
        if (item->kind != JSON_STRING)
                return;
        if (is_named(item, "codec"))
                record->is_decoded = true;
        if (is_named(item, "id")) {
                record->id = item->text;
        } else if (is_named(item, "form")) {
                record->form = find_form(item->text);
        } else if (is_named(item, "type")) {
                type = record_type_find(item->text);
                record->type = type < 0 ? RECORD_TYPE_UNKNOWN : (enum record_type) type;
        } else if (is_named(item, "time")) {
                (void) timestamp_parse_rfc3339(item->text, &offset, &record->seconds);
        }
}

static void take_member(const struct json_item *item, struct manifest *manifest, struct place *place) {
        struct manifest_file *file = place->file;

        if (item->depth == 1)
                take_of_event(item, manifest, place);
        if (!file)
                return;
        if (place->record)
                take_of_record(item, place->record);
        if (is_named(item, "offset"))
                (void) json_item_number(item, &file->offset);
        else if (is_named(item, "size"))
                place->has_size = json_item_number(item, &file->size) == 0;
        else if (is_named(item, "sha256"))
                place->has_digest = item->kind == JSON_STRING && read_digest(item->text, file->sha256);
        file->known = place->has_size && place->has_digest;
}

static int compare_digests(const void *left, const void *right) {
        const struct manifest_file *left_file = left, *right_file = right;
        int difference = memcmp(left_file->sha256, right_file->sha256, SHA256_SIZE);

        if (difference == 0 && left_file->offset != right_file->offset)
                difference = left_file->offset < right_file->offset ? -1 : 1;
        return difference;
}

/* Once no record is added any more, so that pointers to them stay. */
static int sort_records(struct manifest *manifest) {
        size_t size = manifest->record_count * sizeof(struct manifest_file *);

        if (size == 0)
                return 0;
        manifest->by_digest = manifest->allocator->resize(manifest->allocator->context, NULL, 0, size);
        if (!manifest->by_digest)
                return ERR_NO_MEMORY;
        for (size_t i = 0; i < manifest->record_count; i++)
                if (manifest->records[i].file.known)
                        manifest->by_digest[manifest->known_count++] = &manifest->records[i].file;
        sort_pointers((void **) manifest->by_digest, manifest->known_count, compare_digests);
        return 0;
}

int manifest_read(struct bytes content, const struct allocator *allocator, struct manifest *ret_manifest) {
        struct manifest manifest = { .allocator = allocator };
        struct place place = { 0 };
        struct json_reader reader;
        struct json_item item;
        int r;

        json_reader_init(&reader, content);
        while ((r = json_read(&reader, &item)) > 0) {
                r = enter(&manifest, &item, &place);
                if (r < 0)
                        break;
                take_member(&item, &manifest, &place);
                /* What stands behind a file's object, or one in it, describes it no more. */
                if (item.kind == JSON_OBJECT_END && item.depth > 0)
                        place = (struct place){ .in_records = place.in_records,
                                                .has_schema = place.has_schema };
        }
        if (r == 0 && !place.has_schema)
                r = ERR_VALUE;
        if (r == 0)
                r = sort_records(&manifest);
        if (r < 0)
                manifest_free(&manifest);
        else
                *ret_manifest = manifest;
        return r;
}

void manifest_free(struct manifest *manifest) {
        const struct allocator *allocator = manifest->allocator;

        if (manifest->by_digest)
                allocator->resize(allocator->context, manifest->by_digest,
                                  manifest->record_count * sizeof(struct manifest_file *), 0);
        array_free(allocator, (void **) &manifest->records, &manifest->record_capacity,
                   sizeof(*manifest->records));
        *manifest = (struct manifest){ .allocator = allocator };
}

const struct manifest_file *manifest_find(const struct manifest *manifest, const uint8_t sha256[SHA256_SIZE],
                                          uint64_t size) {
        size_t low = 0, high = manifest->known_count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (memcmp(manifest->by_digest[middle]->sha256, sha256, SHA256_SIZE) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        if (low == manifest->known_count ||
            memcmp(manifest->by_digest[low]->sha256, sha256, SHA256_SIZE) != 0 ||
            manifest->by_digest[low]->size != size)
                return NULL;
        return manifest->by_digest[low];
}

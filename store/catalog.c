/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/catalog.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/sort.h"
#include "pstore/description.h"

void catalog_init(struct catalog *catalog, const struct allocator *allocator, const struct codec *codecs,
                  size_t codec_count, const struct observer *observer) {
        struct text tried;

        *catalog = (struct catalog){
                .allocator = allocator,
                .codecs = codecs,
                .codec_count = codec_count,
                .observer = observer,
        };
        text_init(&tried, catalog->tried, sizeof(catalog->tried));
        decode_describe(codecs, codec_count, &tried);
}

static void free_block(const struct allocator *allocator, void *block, size_t size) {
        if (block)
                allocator->resize(allocator->context, block, size, 0);
}

static struct catalog_record *row_new(const struct catalog *catalog, struct record_source *source) {
        const struct allocator *allocator = catalog->allocator;
        struct catalog_record *row = allocator->resize(allocator->context, NULL, 0, sizeof(*row));

        if (!row)
                return NULL;
        memset(row, 0, sizeof(*row));
        row->source = source;
        buffer_init(&row->raw, allocator);
        buffer_init(&row->text, allocator);
        return row;
}

static void row_free(const struct catalog *catalog, struct catalog_record *row) {
        const struct allocator *allocator = catalog->allocator;

        buffer_free(&row->raw);
        buffer_free(&row->text);
        allocator->resize(allocator->context, row, sizeof(*row), 0);
}

/* What cannot be compared, as stored bytes with what the kernel makes of them, is taken for the same. */
static bool same_content(const struct catalog_record *left, const struct catalog_record *right) {
        const struct record *left_record = &left->record, *right_record = &right->record;

        if (left->form == RECORD_FORM_STORED && right->form == RECORD_FORM_STORED)
                return left_record->raw.size == 0 || right_record->raw.size == 0 ||
                       bytes_equal(left_record->raw, right_record->raw);
        return !record_has_log(left_record) || !record_has_log(right_record) ||
               bytes_equal(left_record->text, right_record->text);
}

/*
 * The rows of earlier sources: only these can hold the same record, as within one source ids are the store's
 * own. In order, as each record of a source is looked for among them.
 */
struct earlier_rows {
        struct catalog_record **by_id, **by_text; /* the latter for an archive alone, of rows with a log */
        size_t count, text_count;
        uint32_t bit; /* of the source that is looked at now */
};

static int compare_indexes(const struct catalog_record *left, const struct catalog_record *right) {
        return (left->index > right->index) - (left->index < right->index);
}

static int compare_ids(const void *left, const void *right) {
        const struct catalog_record *left_row = left, *right_row = right;

        return record_compare_id(&left_row->record, &right_row->record);
}

/* Of one id, the one that was found first goes first. */
static int order_by_id(const void *left, const void *right) {
        int order = compare_ids(left, right);

        return order ? order : compare_indexes(left, right);
}

static int compare_texts(const void *left, const void *right) {
        const struct catalog_record *left_row = left, *right_row = right;
        struct bytes left_text = left_row->record.text, right_text = right_row->record.text;

        if (left_text.size != right_text.size)
                return left_text.size < right_text.size ? -1 : 1;
        return memcmp(left_text.data, right_text.data, left_text.size);
}

/* True of the id by which firmware knows the record; others are called after their files. */
static bool has_own_id(const struct catalog_record *row) {
        uint64_t id;

        return row->record.store == RECORD_STORE_EFI ||
               (row->record.store == RECORD_STORE_ERST &&
                record_parse_erst_name(text_view(row->record.name), &id) == 0);
}

/* Of one text, what has no id goes first: that fits to any other. */
static int order_by_text(const void *left, const void *right) {
        int order = compare_texts(left, right);

        if (order == 0)
                order = (int) has_own_id(left) - (int) has_own_id(right);
        return order ? order : compare_indexes(left, right);
}

static bool has_log(const struct catalog_record *row) {
        return record_has_log(&row->record) && row->record.text.size > 0;
}

static int earlier_rows_take(const struct catalog *catalog, bool is_archive,
                             struct earlier_rows *ret_earlier) {
        const struct allocator *allocator = catalog->allocator;
        struct earlier_rows earlier = { .count = catalog->row_count };
        size_t size = 2 * earlier.count * sizeof(*earlier.by_id);

        if (earlier.count > 0) {
                earlier.by_id = allocator->resize(allocator->context, NULL, 0, size);
                if (!earlier.by_id)
                        return ERR_NO_MEMORY;
                memcpy(earlier.by_id, catalog->rows, size / 2);
                sort_pointers((void **) earlier.by_id, earlier.count, order_by_id);
                earlier.by_text = earlier.by_id + earlier.count;
        }
        for (size_t i = 0; i < earlier.count && is_archive; i++)
                if (has_log(catalog->rows[i]))
                        earlier.by_text[earlier.text_count++] = catalog->rows[i];
        sort_pointers((void **) earlier.by_text, earlier.text_count, order_by_text);
        *ret_earlier = earlier;
        return 0;
}

static void earlier_rows_free(const struct catalog *catalog, struct earlier_rows *earlier) {
        free_block(catalog->allocator, earlier->by_id, 2 * earlier->count * sizeof(*earlier->by_id));
}

/* The first row that is not before this one. */
static size_t find_place(struct catalog_record *const *rows, size_t count, const struct catalog_record *row,
                         int (*compare)(const void *left, const void *right)) {
        size_t first = 0, end = count;

        while (first < end) {
                size_t middle = first + (end - first) / 2;

                if (compare(rows[middle], row) < 0)
                        first = middle + 1;
                else
                        end = middle;
        }
        return first;
}

/* Two ids of firmware's are two records, whatever they say: a text may be stored again. */
static struct catalog_record *find_same_text(const struct earlier_rows *earlier,
                                             const struct catalog_record *row) {
        size_t i;

        if (earlier->text_count == 0 || !has_log(row))
                return NULL;
        i = find_place(earlier->by_text, earlier->text_count, row, compare_texts);
        if (i == earlier->text_count || compare_texts(earlier->by_text[i], row) != 0 ||
            (has_own_id(earlier->by_text[i]) && has_own_id(row)))
                return NULL;
        return earlier->by_text[i];
}

/* One id may stand for two records, if one of the sources is an image of another machine. */
static struct catalog_record *find_known(const struct earlier_rows *earlier,
                                         const struct catalog_record *row) {
        size_t i = find_place(earlier->by_id, earlier->count, row, compare_ids);

        for (; i < earlier->count && record_compare_id(&earlier->by_id[i]->record, &row->record) == 0; i++)
                if (record_same_id(&earlier->by_id[i]->record, &row->record) &&
                    same_content(earlier->by_id[i], row))
                        return earlier->by_id[i];
        return find_same_text(earlier, row);
}

static bool begins_with_header_line(void *context, struct bytes beginning) {
        struct header_line line;

        (void) context;
        return header_line_parse(beginning, &line) == 0;
}

/* What a stream gives before it breaks off is taken, too, and better than nothing. */
static int decode_payload(const struct catalog *catalog, struct catalog_record *row) {
        static const enum decode_hint hints[] = {
                [RECORD_COMPRESSION_UNKNOWN] = DECODE_HINT_NONE,
                [RECORD_COMPRESSION_NO] = DECODE_HINT_TEXT,
                [RECORD_COMPRESSION_YES] = DECODE_HINT_COMPRESSED,
        };
        const struct decode_check check = { .accept = begins_with_header_line };
        struct record *record = &row->record;
        struct decode_choice choice = { 0 };
        int r, error;

        error = decode_choose(catalog->codecs, catalog->codec_count, record->payload,
                              hints[record->compression], &check, &choice);
        if (error == ERR_CODEC_UNKNOWN && record->error == 0)
                error = fault_at(&record->fault, error, (size_t) (record->payload.data - record->raw.data),
                                 "compression", catalog->tried);
        if (!choice.codec)
                return error;
        r = buffer_reserve(&row->text, choice.size);
        if (r < 0)
                return r;
        row->text.size = choice.size;
        r = choice.codec->decode(record->payload, row->text.data, choice.size, &row->text.size);
        if (error < 0 && r == ERR_BUFFER_TOO_SMALL) {
                r = error; /* the room ended where the stream breaks, and the codec saw that first */
                row->text.size = choice.size;
        }
        /* What comes out before an error that was foreseen, or with a wrong checksum, is taken. */
        if (r >= 0 || r == error || r == ERR_CHECKSUM)
                record_set_text(record, buffer_bytes(&row->text), choice.codec->name);
        return r;
}

/* Torn records have an error already, and may have the beginning of a log. */
static bool has_text(const struct record *record) {
        return record->type <= RECORD_TYPE_PPC_OPAL && record->type != RECORD_TYPE_MCE &&
               (record->error == 0 || record->payload.size > 0);
}

/* What holds no log is described. */
static int describe_payload(struct catalog_record *row) {
        struct record *record = &row->record;
        struct text text;
        int r;

        /* What is compressed still has to be unpacked before its fields are where they belong. */
        if ((record->type != RECORD_TYPE_MCE && record->type != RECORD_TYPE_FOREIGN) ||
            record->compression == RECORD_COMPRESSION_YES)
                return 0;
        r = buffer_reserve(&row->text, RECORD_DESCRIPTION_SIZE);
        if (r < 0)
                return r;
        text = text_on((char *) row->text.data, row->text.capacity);
        r = record_put_description(record, &text, &record->fault);
        if (r <= 0)
                return r;
        row->text.size = text.length;
        record_set_text(record, buffer_bytes(&row->text), NULL);
        return 0;
}

/* The stored bytes are the record: they tell everything themselves. */
static void understand_stored(struct catalog_record *row, const struct source_entry *entry) {
        (void) entry;
        (void) record_parse(&row->record, buffer_bytes(&row->raw));
}

/* The kernel shows a machine check as the bytes that it is. */
static void understand_text(struct catalog_record *row, const struct source_entry *entry) {
        record_describe(&row->record, entry->type, entry->seconds);
        if (entry->type == RECORD_TYPE_MCE)
                row->record.raw = row->record.payload = buffer_bytes(&row->raw);
        else
                record_set_text(&row->record, buffer_bytes(&row->raw), "kernel");
        if (entry->header.reason != REASON_NONE)
                row->record.header = entry->header;
}

static void understand_packed(struct catalog_record *row, const struct source_entry *entry) {
        record_describe(&row->record, entry->type, entry->seconds);
        row->record.raw = row->record.payload = buffer_bytes(&row->raw);
        row->record.compression = RECORD_COMPRESSION_YES;
}

static void understand(const struct catalog *catalog, struct catalog_record *row,
                       const struct source_entry *entry) {
        static void (*const by_form[])(struct catalog_record *, const struct source_entry *) = {
                [RECORD_FORM_STORED] = understand_stored,
                [RECORD_FORM_TEXT] = understand_text,
                [RECORD_FORM_PACKED] = understand_packed,
        };
        struct record *record = &row->record;
        int r = 0;

        by_form[entry->form](row, entry);
        if (!record->decoded && has_text(record))
                r = decode_payload(catalog, row);
        else if (!record->decoded && record->error == 0)
                r = describe_payload(row);
        if (record->error == 0)
                record->error = r;
}

/* The kernel may show what nobody else could read or decode; the row keeps its stored bytes. */
static void take_text(struct catalog_record *known, struct catalog_record *row) {
        struct record *record = &known->record;
        struct buffer kept = known->text;

        if (record->decoded || record->error == 0 || !record_has_log(&row->record))
                return;
        if (record->type == RECORD_TYPE_UNKNOWN)
                record_describe(record, row->record.type, row->record.seconds);
        else
                record->error = 0;
        /* The buffers change places: what the known row had goes with the other one, which is freed. */
        known->text = row->text.size > 0 ? row->text : row->raw;
        if (row->text.size > 0)
                row->text = kept;
        else
                row->raw = kept;
        record_set_text(record, buffer_bytes(&known->text), row->record.codec);
}

/* 1 when it is new, 0 when it is known or has vanished meanwhile, or an error that ends the walk. */
static int read_row(const struct catalog *catalog, const struct earlier_rows *earlier,
                    struct catalog_record *row, const struct source_entry *entry) {
        struct catalog_record *known;
        int r;

        r = record_init(&row->record, entry->store, text_view(entry->name));
        if (r < 0)
                return r;
        row->shown_by = earlier->bit;
        row->form = entry->form;
        row->image = entry->image;
        row->image_size = entry->image_size;
        row->record.deleted = entry->deleted;
        row->record.salvaged = entry->salvaged;
        r = row->source->operations->read(row->source, entry->name, &row->raw);
        if (r == ERR_NOT_FOUND)
                return 0;
        if (r == ERR_NO_MEMORY)
                return r;
        if (r < 0)
                row->record.error = r;
        else
                understand(catalog, row, entry);
        known = find_known(earlier, row);
        if (!known)
                return 1;
        take_text(known, row);
        known->shown_by |= earlier->bit;
        return 0;
}

/* The same results, but that 1 means that it was added. */
static int add_entry(struct catalog *catalog, const struct earlier_rows *earlier,
                     struct record_source *source, const struct source_entry *entry) {
        struct catalog_record *row = row_new(catalog, source);
        int r;

        if (!row)
                return ERR_NO_MEMORY;
        r = read_row(catalog, earlier, row, entry);
        if (r > 0) {
                r = array_grow(catalog->allocator, (void **) &catalog->rows, &catalog->row_capacity,
                               catalog->row_count, sizeof(*catalog->rows));
                if (r == 0) {
                        row->index = catalog->row_count;
                        catalog->rows[catalog->row_count++] = row;
                        return 1;
                }
        }
        row_free(catalog, row);
        return r;
}

/* The source is open. */
static int add_entries(struct catalog *catalog, const struct earlier_rows *earlier,
                       struct record_source *source) {
        int added = 0, first_error = 0, r;

        for (size_t walked = 0; walked < SOURCE_RECORDS_MAX; walked++) {
                struct source_entry entry = { 0 };

                if (observer_stopped(catalog->observer))
                        return ERR_INTERRUPTED;
                r = source->operations->next(source, &entry);
                if (r == 0)
                        return first_error < 0 ? first_error : added;
                if (r > 0)
                        r = add_entry(catalog, earlier, source, &entry);
                if (r == ERR_NO_MEMORY)
                        return r;
                /* Any other concerns one record, and hides none that comes behind it. */
                if (r < 0 && first_error == 0)
                        first_error = r;
                if (r > 0)
                        observer_tell(catalog->observer, "reading", (size_t) ++added, 0);
        }
        return ERR_LOOP;
}

int catalog_add(struct catalog *catalog, struct record_source *source) {
        struct earlier_rows earlier;
        int r = earlier_rows_take(catalog, source->is_archive, &earlier);

        if (r < 0)
                return r;
        if (catalog->source_count < CATALOG_SOURCES_MAX) {
                earlier.bit = UINT32_C(1) << catalog->source_count;
                catalog->sources[catalog->source_count++] = source;
        }
        r = source->operations->open(source);
        if (r >= 0)
                r = add_entries(catalog, &earlier, source);
        earlier_rows_free(catalog, &earlier);
        return r;
}

int catalog_join(struct catalog *catalog) {
        const struct allocator *allocator = catalog->allocator;
        size_t count = catalog->row_count;

        if (count == 0)
                return 0;
        catalog->records = allocator->resize(allocator->context, NULL, 0, count * sizeof(*catalog->records));
        catalog->events = allocator->resize(allocator->context, NULL, 0, count * sizeof(*catalog->events));
        if (!catalog->records || !catalog->events)
                return ERR_NO_MEMORY;
        for (size_t i = 0; i < count; i++)
                catalog->records[i] = &catalog->rows[i]->record;
        catalog->record_count = count;
        catalog->event_count = event_join(catalog->records, count, catalog->events);
        /* The records of the events stand before the others now. */
        catalog->other_first = 0;
        for (size_t i = 0; i < catalog->event_count; i++)
                catalog->other_first += catalog->events[i].record_count;
        return 0;
}

void catalog_free(struct catalog *catalog) {
        free_block(catalog->allocator, catalog->records, catalog->row_count * sizeof(*catalog->records));
        free_block(catalog->allocator, catalog->events, catalog->row_count * sizeof(*catalog->events));
        for (size_t i = 0; i < catalog->row_count; i++)
                row_free(catalog, catalog->rows[i]);
        array_free(catalog->allocator, (void **) &catalog->rows, &catalog->row_capacity,
                   sizeof(*catalog->rows));
        catalog_init(catalog, catalog->allocator, catalog->codecs, catalog->codec_count, catalog->observer);
}

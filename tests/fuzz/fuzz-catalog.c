/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * A store with any records in it: the whole way that both front ends go, from reading to clearing. Everything
 * ends; each record is in exactly one event or among the others; sizes add up; what is printed is bounded;
 * what is JSON is read as such; each record that dump calls saved is saved; no memory is left.
 *
 * The input is a sequence of: a byte of flags, a byte with the length of the name, the name, two bytes with
 * the length of the record, the record. What is cut is as long as it is.
 */
#include <string.h>

#include "base/error.h"
#include "base/json-reader.h"
#include "pstore/cper.h"
#include "store/catalog.h"
#include "store/clear.h"
#include "store/dump.h"
#include "store/list.h"
#include "store/report-json.h"
#include "store/selection.h"
#include "store/show.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fake-allocator.h"
#include "tests/support/fake-source.h"
#include "tests/support/fake-target.h"

#define RECORDS_MAX 64

/* Bits of an entry's flags. */
#define FLAG_EFI        0x01
#define FLAG_ERST_BUILT 0x02 /* the bytes are the log of a record of Linux's; the name begins with its id */
#define FLAG_SHOWN      0x04 /* the kernel's view: text, of a type and time out of the name */
#define FLAG_PACKED     0x08
#define FLAG_READ_ERROR 0x10
#define FLAG_ERASE_LIES 0x20
#define FLAG_PSTOREFS   0x40 /* another back end's file; wins over FLAG_EFI */

static struct fake_allocator memory;
static struct fake_source sources[RECORD_STORE_END];
static struct fake_target target;
static struct catalog catalog;
static struct work work; /* on the catalog */

/* --- the input ---------------------------------------------------------------------------------- */

static struct fake_entry *add_built(struct bytes name, struct bytes content) {
        static uint8_t record[CPER_LINUX_PAYLOAD_OFFSET + 65536];
        uint64_t id = bytes_u64(name, 0), seconds = bytes_u32(name, 8);
        char text_buffer[17];
        struct text text = TEXT_ON(text_buffer);
        size_t size;

        if (cper_build_dmesg(id, seconds, content, record, sizeof(record), &size) < 0)
                return NULL;
        if (name.size > 12 && name.data[12] & 1)
                memcpy(record + 128 + 16, cper_section_dmesg_compressed.bytes, GUID_SIZE);
        text_format(&text, "%016llx", (unsigned long long) id);
        return fake_source_add(&sources[RECORD_STORE_ERST], text_buffer, bytes_of(record, size));
}

static struct fake_entry *add_named(unsigned flags, struct bytes name, struct bytes content) {
        enum record_store stored_in = flags & FLAG_EFI ? RECORD_STORE_EFI : RECORD_STORE_ERST;
        struct fake_source *source = &sources[flags & FLAG_PSTOREFS ? RECORD_STORE_PSTOREFS : stored_in];
        char text_buffer[RECORD_NAME_SIZE];
        struct text text = TEXT_ON(text_buffer);

        text_put_bytes(&text, name);
        if (!(flags & (FLAG_SHOWN | FLAG_PACKED)))
                return fake_source_add(source, text_buffer, content);
        return fake_source_add_shown(source, text_buffer,
                                     flags & FLAG_PACKED ? RECORD_FORM_PACKED : RECORD_FORM_TEXT,
                                     (enum record_type)(bytes_u8(name, 9) % 9), bytes_u32(name, 4), content);
}

static void add_entry(struct bytes *input) {
        unsigned flags = bytes_u8(fuzz_take(input, 1), 0);
        struct bytes name = fuzz_take(input, bytes_u8(fuzz_take(input, 1), 0));
        struct bytes content = fuzz_take(input, bytes_u16(fuzz_take(input, 2), 0));
        struct fake_entry *entry;

        if (flags & FLAG_ERST_BUILT && !(flags & (FLAG_EFI | FLAG_PSTOREFS)))
                entry = add_built(name, content);
        else
                entry = add_named(flags, name, content);
        if (!entry)
                return;
        entry->read_error = flags & FLAG_READ_ERROR ? ERR_IO : 0;
        entry->erase_lies = flags & FLAG_ERASE_LIES;
}

/* --- the checks --------------------------------------------------------------------------------- */

static void check_event(const struct event *event, size_t first) {
        uint64_t log_size = 0;
        uint32_t part_max = 0, missing = 0, from, to = 0;

        fuzz_check(event->first == first && event->record_count > 0);
        for (size_t i = 0; i < event->record_count; i++) {
                const struct record *record = catalog.records[first + i];

                fuzz_check(record_is_part(record) && record->store == event->store);
                fuzz_check(record->header.reason == event->reason && record->header.count == event->count);
                fuzz_check(i == 0 || record->header.part <= catalog.records[first + i - 1]->header.part);
                part_max = record->header.part > part_max ? record->header.part : part_max;
                if (event_repeats_part(event, catalog.records, first + i))
                        fuzz_check(bytes_start_with(catalog.records[first + i - 1]->text, record->text));
                else
                        log_size += record->text.size - record->header.size;
        }
        fuzz_check(event->log_size == log_size && event->part_max == part_max);
        for (size_t runs = 0; event_missing_run(event, catalog.records, to, &from, &to); runs++) {
                fuzz_check(runs <= event->record_count && from <= to && to < part_max);
                missing += to - from + 1;
        }
        fuzz_check(missing == event_missing_count(event, catalog.records));
}

/* The events' records stand without gaps between them, in some order of the events, then the others. */
static void check_events(void) {
        size_t first = 0;

        for (size_t found = 0; found < catalog.event_count; found++) {
                size_t i = 0;

                while (i < catalog.event_count && catalog.events[i].first != first)
                        i++;
                fuzz_check(i < catalog.event_count);
                check_event(&catalog.events[i], first);
                first += catalog.events[i].record_count;
        }
        fuzz_check(first == catalog.other_first && catalog.record_count == catalog.row_count);
        for (size_t i = first; i < catalog.record_count; i++)
                fuzz_check(!record_is_part(catalog.records[i]));
        for (size_t i = 1; i < catalog.event_count; i++)
                fuzz_check(catalog.events[i - 1].seconds <= catalog.events[i].seconds);
}

/* Each row is there once. */
static void check_rows(void) {
        for (size_t i = 0; i < catalog.row_count; i++) {
                size_t times = 0;

                for (size_t k = 0; k < catalog.record_count; k++)
                        times += catalog.records[k] == &catalog.rows[i]->record;
                fuzz_check(times == 1);
        }
}

struct output {
        size_t size;
        size_t line, longest; /* of list only: without the bytes of logs */
};

static int count_bytes(void *context, struct bytes bytes) {
        struct output *output = context;

        output->size += bytes.size;
        for (size_t i = 0; i < bytes.size; i++) {
                output->line = bytes.data[i] == '\n' ? 0 : output->line + 1;
                output->longest = output->line > output->longest ? output->line : output->longest;
        }
        return 0;
}

static size_t texts_size(void) {
        size_t size = 0;

        for (size_t i = 0; i < catalog.row_count; i++)
                size += catalog.rows[i]->record.text.size + catalog.rows[i]->record.raw.size;
        return size;
}

static void check_output(void) {
        static const enum show_form forms[] = { SHOW_JOINED, SHOW_PARTS, SHOW_RAW };
        size_t ours = (catalog.row_count + 1) * (4 * RECORD_ID_SIZE + 512);
        struct output output = { 0 };
        struct sink sink = { .context = &output, .write = count_bytes };

        fuzz_check(list_catalog(&catalog, &sink) == 0);
        fuzz_check(output.size <= ours && output.line == 0 && output.longest <= 4 * RECORD_ID_SIZE + 64);
        for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
                output = (struct output){ 0 };
                fuzz_check(show_selected(&work, forms[i], &sink) >= 0);
                fuzz_check(output.size <= ours + texts_size());
        }
}

typedef void put_document(struct json_writer *json, const struct work *marked);

static void put_shown(struct json_writer *json, const struct work *marked) {
        report_put_shown(json, marked, true);
}

/* To its end, and of ASCII alone, whatever the records hold. */
static void check_documents(void) {
        static put_document *const puts[] = { report_put_list, report_put_explained, put_shown };

        for (size_t i = 0; i < sizeof(puts) / sizeof(puts[0]); i++) {
                struct json_reader reader;
                struct json_writer json;
                struct json_item item;
                struct buffer buffer;
                int r;

                buffer_init(&buffer, &memory.allocator);
                json_init(&json, &buffer);
                json.is_ascii = true;
                puts[i](&json, &work);
                fuzz_check(buffer_error(&buffer) == 0);
                for (size_t k = 0; k < buffer.size; k++)
                        fuzz_check(buffer.data[k] < 0x80);
                json_reader_init(&reader, buffer_bytes(&buffer));
                do
                        r = json_read(&reader, &item);
                while (r > 0);
                fuzz_check(r == 0);
                buffer_free(&buffer);
        }
}

static void check_dump(void) {
        static const struct dump_origin origin = { .program = "fuzz-catalog", .seconds = 1 };
        struct dump_result result, kept;
        const struct selection all = { 0 };
        const char *unknown;

        fake_target_init(&target);
        (void) dump_selected(&work, &target.target, &origin, NULL, NULL, &result);
        fuzz_check(result.record_count + result.failed_count == catalog.row_count);
        fuzz_check((result.first_error < 0) == (result.failed_count > 0));
        fuzz_check(fake_target_unflushed(&target) == 0);
        target.writes = 0;
        (void) dump_selected(&work, &target.target, &origin, NULL, NULL, &result);
        fuzz_check(target.writes == 0);
        fuzz_check(target.overwrites == 0 && target.bad_paths == 0);
        fuzz_check((size_t) dump_keep_dumped(&work, &target.target, &kept) == result.record_count);
        fuzz_check(kept.failed_count == 0);
        fuzz_check(selection_mark(&work, &all, &unknown) == (int) catalog.row_count);
        fake_target_free(&target);
}

/* A list that names an entry by nothing proves nothing of the others. */
static bool is_nameless_left(void) {
        for (enum record_store store = 0; store < RECORD_STORE_END; store++)
                if (fake_source_find(&sources[store], ""))
                        return true;
        return false;
}

static void check_clear(void) {
        struct clear_result result;

        (void) clear_selected(&work, NULL, NULL, &result);
        fuzz_check(result.cleared_count + result.unverified_count + result.failed_count == catalog.row_count);
        fuzz_check(result.unverified_count == 0 || is_nameless_left());
        for (size_t i = 0; i < catalog.row_count; i++) {
                const struct catalog_record *row = catalog.rows[i];

                if (work.states[i].outcome == 0)
                        fuzz_check(!fake_source_find(row->source->context, row->record.name));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes input = bytes_of(data, size);
        const struct selection all = { 0 };
        const char *unknown;

        fake_allocator_init(&memory);
        fake_source_init(&sources[RECORD_STORE_ERST], "erst", RECORD_STORE_ERST);
        fake_source_init(&sources[RECORD_STORE_EFI], "efi", RECORD_STORE_EFI);
        fake_source_init(&sources[RECORD_STORE_PSTOREFS], "pstorefs", RECORD_STORE_PSTOREFS);
        fake_source_init(&sources[RECORD_STORE_KDUMP], "kdump", RECORD_STORE_KDUMP);
        fake_source_init(&sources[RECORD_STORE_BERT], "bert", RECORD_STORE_BERT);
        for (unsigned count = 0; input.size > 0 && count < RECORDS_MAX; count++)
                add_entry(&input);

        catalog_init(&catalog, &memory.allocator, codec_builtin, codec_builtin_count, NULL);
        for (enum record_store store = 0; store < RECORD_STORE_END; store++)
                fuzz_check(catalog_add(&catalog, &sources[store].source) >= 0);
        fuzz_check(catalog_join(&catalog) == 0);
        fuzz_check(work_init(&work, &catalog) == 0);
        fuzz_check(selection_mark(&work, &all, &unknown) == (int) catalog.row_count);
        check_events();
        check_rows();
        check_output();
        check_documents();
        check_dump();
        check_clear();
        work_free(&work);
        catalog_free(&catalog);
        fuzz_check(memory.live_blocks == 0);
        for (enum record_store store = 0; store < RECORD_STORE_END; store++)
                fake_source_free(&sources[store]);
        return 0;
}

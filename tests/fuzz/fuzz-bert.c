/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "posix/memory.h"
#include "pstore/description.h"
#include "store/bert-source.h"
#include "tests/fuzz/fuzz.h"

/*
 * BERT's region: the walk ends, each record that it names can be read and says the same when read again, and
 * its description and title fit and hold no byte that a terminal could take for a command.
 */

static int load(void *context, struct buffer *region, struct fault *ret_fault) {
        (void) ret_fault;
        buffer_append(region, *(const struct bytes *) context);
        return buffer_error(region);
}

static void check_text(const struct text *text) {
        fuzz_check(!text->truncated && text->length > 0);
        for (size_t i = 0; i < text->length; i++)
                fuzz_check(text->buffer[i] == '\n' || (text->buffer[i] >= ' ' && text->buffer[i] <= '~'));
}

static void check_record(const char *name, struct bytes raw) {
        static char description[RECORD_DESCRIPTION_SIZE], title[RECORD_TITLE_SIZE];
        struct text text = TEXT_ON(description), title_text = TEXT_ON(title);
        struct record record;
        struct fault fault;

        fuzz_check(record_init(&record, RECORD_STORE_BERT, text_view(name)) == 0);
        fuzz_check(record_parse(&record, raw) == 0 && record.type == RECORD_TYPE_FOREIGN);
        fuzz_check(bytes_equal(record.raw, raw));
        fuzz_check(record_put_description(&record, &text, &fault) == 1);
        check_text(&text);
        record_put_title(&record, &title_text);
        check_text(&title_text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes input = bytes_of(data, size);
        struct bert_source bert = { .load = load, .context = &input };
        struct record_source source;
        struct source_entry entry;
        struct buffer buffer;
        size_t count = 0;
        int r;

        bert_source_init(&bert, &system_allocator, &source);
        buffer_init(&buffer, &system_allocator);
        fuzz_check(source.operations->open(&source) == 0);
        while ((r = source.operations->next(&source, &entry)) > 0) {
                fuzz_check(++count <= size / 20);
                fuzz_check(source.operations->read(&source, entry.name, &buffer) == 0);
                check_record(entry.name, buffer_bytes(&buffer));
        }
        fuzz_check(r == 0 || (source.fault.field && source.fault.offset <= size));
        buffer_free(&buffer);
        source.operations->close(&source);
        return 0;
}

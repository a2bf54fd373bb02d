/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/bert-source.h"
#include "base/error.h"
#include "base/memory.h"
#include "pstore/cper.h"

#define BLOCK_STATUS_SIZE 4

static struct bert_source *bert_source_of(struct record_source *source) {
        return source->context;
}

static int bert_source_open(struct record_source *source) {
        struct bert_source *bert = bert_source_of(source);

        bert->next = 0;
        bert->number = 0;
        bert->region.size = 0;
        source->fault = (struct fault){ 0 };
        return bert->load(bert->context, &bert->region, &source->fault);
}

/*
 * The block at the offset, which moves behind it; 0 at the end: what is left has neither status nor sections,
 * or no status and is no block. One that Linux has marked as seen still has its sections.
 */
static int take_block(struct bytes region, size_t *offset, struct bytes *ret_block, struct fault *ret_fault) {
        struct bytes rest = bytes_from(region, *offset);
        struct cper_record record;
        int r;

        if (rest.size < CPER_STATUS_SIZE || bytes_are_all(bytes_first(rest, CPER_STATUS_SIZE), 0))
                return 0;
        r = cper_parse_status(rest, &record, ret_fault);
        if (bytes_u32(rest, 0) == 0 && (r < 0 || record.section_count == 0))
                return 0;
        if (r < 0) {
                ret_fault->offset += *offset;
                *offset = region.size;
                return r;
        }
        *offset += record.raw.size;
        *ret_block = record.raw;
        return 1;
}

static int bert_source_next(struct record_source *source, struct source_entry *ret_entry) {
        struct bert_source *bert = bert_source_of(source);
        struct bytes block;
        struct text name;
        int r = take_block(buffer_bytes(&bert->region), &bert->next, &block, &source->fault);

        if (r <= 0)
                return r;
        *ret_entry = (struct source_entry){ .store = RECORD_STORE_BERT, .form = RECORD_FORM_STORED };
        name = TEXT_ON(ret_entry->name);
        text_format(&name, "%u", ++bert->number);
        return 1;
}

static int bert_source_read(struct record_source *source, const char *name, struct buffer *buffer) {
        struct bert_source *bert = bert_source_of(source);
        uint64_t wanted;
        struct bytes block;
        struct fault fault;
        size_t at = 0;

        if (decimal_parse(text_view(name), &at, UINT32_MAX, &wanted) < 0)
                return ERR_NOT_FOUND;
        at = 0;
        for (uint64_t number = 1; take_block(buffer_bytes(&bert->region), &at, &block, &fault) > 0;
             number++) {
                if (number != wanted)
                        continue;
                buffer->size = 0;
                buffer_append(buffer, block);
                if (buffer_error(buffer) == 0)
                        memset(buffer->data, 0, BLOCK_STATUS_SIZE);
                return buffer_error(buffer);
        }
        return ERR_NOT_FOUND;
}

static void bert_source_close(struct record_source *source) {
        buffer_free(&bert_source_of(source)->region);
}

void bert_source_init(struct bert_source *bert, const struct allocator *allocator,
                      struct record_source *ret_source) {
        static const struct source_operations operations = {
                .open = bert_source_open,
                .next = bert_source_next,
                .read = bert_source_read,
                .close = bert_source_close,
        };

        buffer_init(&bert->region, allocator);
        *ret_source = (struct record_source){
                .spec = "bert",
                .store = RECORD_STORE_BERT,
                .operations = &operations,
                .context = bert,
                .of_machine = true,
                .is_report = true,
        };
}

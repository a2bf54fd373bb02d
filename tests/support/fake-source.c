/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/fake-source.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "store/draft.h"

static struct fake_source *fake_of(struct record_source *source) {
        return source->context;
}

static int fake_open(struct record_source *source) {
        struct fake_source *fake = fake_of(source);

        fake->opens++;
        fake->cursor = 0;
        return fake->opens >= fake->open_fails ? fake->open_error : 0;
}

static int invent(struct fake_source *fake, struct source_entry *ret_entry) {
        struct text text = TEXT_ON(ret_entry->name);

        ret_entry->store = fake->source.store;
        text_format(&text, "invented-%u", fake->nexts);
        ret_entry->form = fake->invents_texts ? RECORD_FORM_TEXT : RECORD_FORM_STORED;
        return fake->endless_error < 0 ? fake->endless_error : 1;
}

static int give(const struct fake_entry *entry, struct source_entry *ret_entry) {
        if (entry->next_error == 0) {
                *ret_entry = entry->entry;
                return 1;
        }
        if (!entry->nameless)
                *ret_entry = entry->entry;
        return entry->next_error;
}

static int fake_next(struct record_source *source, struct source_entry *ret_entry) {
        struct fake_source *fake = fake_of(source);

        fake->nexts++;
        while (fake->cursor < fake->count && fake->entries[fake->cursor].gone)
                fake->cursor++;
        if (fake->cursor < fake->count)
                return give(&fake->entries[fake->cursor++], ret_entry);
        return fake->endless ? invent(fake, ret_entry) : 0;
}

static int put_invented(const struct fake_source *fake, struct buffer *buffer) {
        buffer->size = 0;
        buffer_append_format(buffer, "Oops#1 Part1\n%u\n", fake->nexts % SOURCE_RECORDS_MAX);
        return buffer_error(buffer);
}

static int fake_read(struct record_source *source, const char *name, struct buffer *buffer) {
        struct fake_source *fake = fake_of(source);
        struct fake_entry *entry = fake_source_find(fake, name);

        fake->reads++;
        if (!entry && fake->invents_texts)
                return put_invented(fake, buffer);
        if (!entry)
                return fake->endless ? 0 : ERR_NOT_FOUND;
        if (entry->read_error < 0)
                return entry->read_error;
        buffer->size = 0;
        buffer_append(buffer, entry->bytes);
        return buffer_error(buffer);
}

static int fake_write(struct record_source *source, const struct record_draft *draft,
                      char ret_name[RECORD_NAME_SIZE]) {
        struct fake_source *fake = fake_of(source);
        char name[RECORD_NAME_SIZE];
        uint32_t count = 1;

        if (fake->write_error < 0)
                return fake->write_error;
        do
                draft_variable_name(draft, count++, name);
        while (fake_source_find(fake, name));
        fake_source_add(fake, name, draft->log);
        memcpy(ret_name, name, sizeof(name));
        return 0;
}

static int fake_erase(struct record_source *source, const char *name) {
        struct fake_source *fake = fake_of(source);
        struct fake_entry *entry = fake_source_find(fake, name);

        fake->erases++;
        if (fake->stops_after > 0 && fake->erases > fake->stops_after)
                return ERR_HARDWARE;
        if (!entry)
                return ERR_NOT_FOUND;
        fake->erased[(fake->erases - 1) % FAKE_SOURCE_ENTRIES] = (size_t) (entry - fake->entries);
        if (entry->erase_error < 0)
                return entry->erase_error;
        entry->gone = !entry->erase_lies;
        return 0;
}

static int fake_space(struct record_source *source, struct source_space *ret_space) {
        struct fake_source *fake = fake_of(source);

        if (fake->space_error == 0)
                *ret_space = fake->space_reported;
        return fake->space_error;
}

static int fake_confirm(struct record_source *source, const char *name) {
        struct fake_source *fake = fake_of(source);

        fake->confirms++;
        return fake_source_find(fake, name) ? ERR_STILL_THERE : fake->confirm_result;
}

static void fake_close(struct record_source *source) {
        fake_of(source)->closes++;
}

void fake_source_init(struct fake_source *fake, const char *spec, enum record_store store) {
        memset(fake, 0, sizeof(*fake));
        fake->operations = (struct source_operations){
                .open = fake_open,
                .next = fake_next,
                .read = fake_read,
                .write = fake_write,
                .erase = fake_erase,
                .space = fake_space,
                .close = fake_close,
        };
        fake->source = (struct record_source){
                .spec = spec,
                .store = store,
                .operations = &fake->operations,
                .context = fake,
        };
}

void fake_source_free(struct fake_source *fake) {
        for (size_t i = 0; i < fake->count; i++)
                free((void *) fake->entries[i].bytes.data);
        fake->count = 0;
}

struct fake_entry *fake_source_add(struct fake_source *fake, const char *name, struct bytes bytes) {
        struct fake_entry *entry = &fake->entries[fake->count];
        uint8_t *copy = malloc(bytes.size + (bytes.size == 0));
        struct text text = TEXT_ON(entry->entry.name);

        if (fake->count == FAKE_SOURCE_ENTRIES || !copy)
                abort();
        fake->count++;
        if (bytes.size > 0)
                memcpy(copy, bytes.data, bytes.size);
        entry->bytes = bytes_of(copy, bytes.size);
        entry->entry.store = fake->source.store;
        text_put(&text, name);
        return entry;
}

struct fake_entry *fake_source_add_shown(struct fake_source *fake, const char *name, enum record_form form,
                                         enum record_type type, uint64_t seconds, struct bytes bytes) {
        struct fake_entry *entry = fake_source_add(fake, name, bytes);

        entry->entry.form = form;
        entry->entry.type = type;
        entry->entry.seconds = seconds;
        return entry;
}

struct fake_entry *fake_source_find(struct fake_source *fake, const char *name) {
        for (size_t i = 0; i < fake->count; i++)
                if (!fake->entries[i].gone && text_equal(fake->entries[i].entry.name, name))
                        return &fake->entries[i];
        return NULL;
}

size_t fake_source_size(const struct fake_source *fake) {
        size_t size = 0;

        for (size_t i = 0; i < fake->count; i++)
                size += !fake->entries[i].gone;
        return size;
}

void fake_source_be_unsure(struct fake_source *fake, int result) {
        fake->operations.confirm_erased = fake_confirm;
        fake->confirm_result = result;
}

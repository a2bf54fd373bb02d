/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <string.h>

#include "base/error.h"
#include "base/ucs2.h"
#include "linux-tool/source/image.h"
#include "linux-tool/source/sources.h"
#include "pstore/uboot-variables.h"
#include "pstore/variable-name.h"
#include "pstore/variable-store.h"
#include "store/draft.h"
#include "store/variable-source.h"

/* A name that cannot be one of a hardware error, too long or malformed, is the crash vendor's to complain of.
 */
static bool is_record(const struct variable_store_entry *entry) {
        char name[RECORD_NAME_SIZE];
        struct text text = TEXT_ON(name);

        (void) ucs2_to_utf8(entry->name, &text);
        return variable_is_record(&entry->vendor, text_bytes(&text));
}

static int append_variable(struct image_source *source, const struct variable_store_entry *entry) {
        char name[RECORD_NAME_SIZE];
        struct text text = TEXT_ON(name);
        bool wanted = source->base.deleted ? variable_store_entry_is_deleted(entry) : entry->live;
        int r;

        if (!wanted || !is_record(entry))
                return 0;
        r = ucs2_to_utf8(entry->name, &text);
        if (r < 0)
                return r;
        if (source->base.deleted)
                text_format(&text, "@%zx", entry->offset);
        if (text.truncated)
                return ERR_TOO_LARGE;
        return image_source_append(source, text_bytes(&text), entry->data, entry->salvaged);
}

/* The first is told behind the list, before anything else; nothing is changed where anything is damaged. */
static void note_damage(struct image_source *source, int error, const struct fault *fault) {
        source->read_only = true;
        if (source->base.fault.field)
                return;
        source->list.error = error;
        source->base.fault = *fault;
}

/* 0, or an error that ends the walk. */
static int index_variable(struct image_source *source, const struct variable_store_entry *entry) {
        int r = append_variable(source, entry);

        if (r < 0 && r != ERR_NO_MEMORY && source->list.error == 0)
                source->list.error = r;
        return r == ERR_NO_MEMORY ? r : 0;
}

/* There is nothing else in it than what is live. */
static int index_uboot(struct image_source *source) {
        struct uboot_variables variables;
        struct variable_store_entry entry;
        struct fault fault;
        size_t cursor = 0;
        int r;

        source->read_only = true;
        r = uboot_variables_open(source->file.bytes, &variables, &source->base.fault);
        if (r < 0)
                return r;
        r = uboot_variables_check(&variables, &fault);
        if (r < 0)
                note_damage(source, r, &fault);
        while ((r = uboot_variables_next(&variables, &cursor, &entry, &fault)) > 0) {
                r = index_variable(source, &entry);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                note_damage(source, r, &fault);
        return 0;
}

/* For reading: where firmware has to go on with a store that it was writing, what it goes on with. */
static int open_to_read(struct bytes image, struct variable_store *ret_store, struct fault *ret_fault) {
        if (variable_store_open_spare(image, ret_store, ret_fault) > 0)
                return ERR_UNFINISHED;
        return variable_store_open(image, ret_store, ret_fault);
}

/* What is intact is listed, whatever is damaged. */
static int index_volume(struct image_source *source) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct variable_store store;
        struct fault fault;
        int r;

        r = open_to_read(source->file.bytes, &store, &fault);
        if (r < 0) {
                note_damage(source, r, &fault);
                if (r != ERR_UNFINISHED && variable_store_salvage(source->file.bytes, &store) < 0)
                        return r;
        }
        while ((r = variable_store_next(&store, &cursor, &entry, &fault)) != 0) {
                if (r < 0) {
                        note_damage(source, r, &fault);
                        continue;
                }
                r = index_variable(source, &entry);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int index_variables(struct image_source *source) {
        return uboot_variables_recognize(source->file.bytes) ? index_uboot(source) : index_volume(source);
}

static int measure_variables(const struct image_file *file, struct source_space *ret_space) {
        struct variable_store_space space;
        struct variable_store store;
        struct fault fault;
        int r;

        if (uboot_variables_recognize(file->bytes)) {
                *ret_space = (struct source_space){ .known = false };
                return 0;
        }
        r = open_to_read(file->bytes, &store, &fault);
        if (r < 0 && r != ERR_UNFINISHED)
                return r;
        variable_store_measure(&store, &space);
        *ret_space = variable_space_unknown;
        ret_space->known = true;
        ret_space->total = space.size;
        ret_space->remaining = space.size - space.live;
        ret_space->stale_known = true;
        ret_space->stale = space.stale;
        return 0;
}

static int find_owners(const struct image_file *file, struct source_owner ret_owners[SOURCE_OWNERS_MAX]) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct variable_store store;
        struct fault fault;
        size_t count = 0;
        int r;

        r = open_to_read(file->bytes, &store, &fault);
        if (r < 0 && r != ERR_UNFINISHED)
                return r;
        while ((r = variable_store_next(&store, &cursor, &entry, &fault)) != 0) {
                char name[RECORD_NAME_SIZE];
                struct text text = TEXT_ON(name);

                if (r > 0 && entry.live && !is_record(&entry) && ucs2_to_utf8(entry.name, &text) == 0)
                        count = variable_owners_put(ret_owners, count, &entry.vendor, text_bytes(&text),
                                                    entry.data.size);
        }
        return (int) count;
}

/* To change something in it. */
static int open_to_change(struct bytes image, struct variable_store *ret_store, struct fault *ret_fault) {
        if (uboot_variables_recognize(image))
                return fault_at(ret_fault, ERR_VALUE, 0, "format",
                                "is U-Boot's file of variables, which is only read here");
        return open_to_read(image, ret_store, ret_fault);
}

/* A record's name as the volume has it, with its NUL. */
struct stored_name {
        uint16_t units[RECORD_NAME_SIZE];
        size_t count; /* without the NUL */
};

static int name_store(const char *name, struct stored_name *ret_name) {
        return ucs2_from_utf8(text_view(name), ret_name->units, RECORD_NAME_SIZE, &ret_name->count);
}

static struct bytes name_bytes(const struct stored_name *name, bool with_nul) {
        return bytes_of(name->units, (name->count + with_nul) * sizeof(name->units[0]));
}

/* The live crash variable of that name. */
static int find_variable(struct bytes image, struct bytes name, struct variable_store_entry *ret_entry) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store store;
        struct fault fault;
        int r;

        r = variable_store_open(image, &store, &fault);
        if (r < 0)
                return r;
        while ((r = variable_store_next(&store, &cursor, ret_entry, &fault)) > 0)
                if (ret_entry->live && is_record(ret_entry) && bytes_equal(ret_entry->name, name))
                        return 0;
        return r < 0 ? r : ERR_NOT_FOUND;
}

/* ERR_EXISTS when the name is taken. */
static int append_and_compare(const struct image_file *file, const struct variable_store *store,
                              const struct record_draft *draft, const char *text, struct fault *ret_fault) {
        struct variable_store_entry entry;
        struct stored_name name;
        int r;

        r = name_store(text, &name);
        if (r < 0)
                return r;
        r = variable_store_append(store,
                                  &(struct variable_store_draft){
                                          .vendor = variable_vendor_crash,
                                          .attributes = VARIABLE_ATTRIBUTES_CRASH,
                                          .name = name_bytes(&name, true),
                                          .data = draft->log,
                                  },
                                  &file->writer, ret_fault);
        if (r < 0)
                return r;
        r = find_variable(file->bytes, name_bytes(&name, false), &entry);
        return r == 0 && bytes_equal(entry.data, draft->log) ? 0 : ERR_MISMATCH;
}

static int write_variable(const struct image_file *file, const struct record_draft *draft,
                          char ret_name[RECORD_NAME_SIZE], struct fault *ret_fault) {
        struct variable_store store;
        struct source_space space;
        int r;

        r = open_to_change(file->bytes, &store, ret_fault);
        /* Damage is worth more than that no space is left. */
        if (r == 0)
                r = variable_store_check(&store, ret_fault);
        if (r == 0)
                r = measure_variables(file, &space);
        for (uint32_t count = 1; r == 0 && count <= DRAFT_COUNT_MAX; count++) {
                char name[RECORD_NAME_SIZE];

                draft_variable_name(draft, count, name);
                r = draft_check_variable(draft, name, &space);
                if (r == 0)
                        r = append_and_compare(file, &store, draft, name, ret_fault);
                if (r == 0) {
                        memcpy(ret_name, name, RECORD_NAME_SIZE);
                        return 0;
                }
                /* A name that is taken is somebody else's record; the next one may be free. */
                r = r == ERR_EXISTS && count < DRAFT_COUNT_MAX ? 0 : r;
        }
        return r;
}

static int erase_variable(const struct image_file *file, const char *text, struct fault *ret_fault) {
        struct variable_store_entry entry;
        struct variable_store store;
        struct stored_name name;
        int r;

        r = name_store(text, &name);
        if (r == 0)
                r = open_to_change(file->bytes, &store, ret_fault);
        if (r == 0)
                r = variable_store_delete(&store, variable_name_vendor(text_view(text)),
                                          name_bytes(&name, false), &file->writer, ret_fault);
        if (r < 0)
                return r;
        return find_variable(file->bytes, name_bytes(&name, false), &entry) == 0 ? ERR_STILL_THERE : 0;
}

struct record_source *efi_image_source_new(const char *spec, const char *argument) {
        static const struct image_kind kind = {
                .store = RECORD_STORE_EFI,
                .index = index_variables,
                .measure = measure_variables,
                .owners = find_owners,
                .write = write_variable,
                .erase = erase_variable,
        };

        return image_source_new(spec, argument, &kind);
}

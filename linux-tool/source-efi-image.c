/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"
#include "base/ucs2.h"
#include "linux-tool/source-image.h"
#include "linux-tool/sources.h"
#include "pstore/variable-name.h"
#include "pstore/variable-store.h"
#include "store/draft.h"

static int append_variable(struct image_source *source, const struct variable_store_entry *entry) {
        char name[RECORD_NAME_SIZE];
        struct text text = TEXT_ON(name);
        int r;

        if (!entry->live || !guid_equal(&entry->vendor, &variable_vendor_crash))
                return 0;
        r = ucs2_to_utf8(entry->name, &text);
        if (r < 0)
                return r;
        if (text.truncated)
                return ERR_TOO_LARGE;
        return image_source_append(source, text_bytes(&text), entry->data);
}

/* A malformed variable ends the walk, as nothing tells where the next begins; those before it stay. */
static int index_variables(struct image_source *source) {
        struct variable_store store;
        struct variable_store_entry entry;
        struct variable_store_cursor cursor = { 0 };
        int r;

        r = variable_store_open(buffer_bytes(&source->image), &store, &source->base.fault);
        if (r < 0)
                return r;
        while ((r = variable_store_next(&store, &cursor, &entry, &source->base.fault)) > 0) {
                r = append_variable(source, &entry);
                if (r == ERR_NO_MEMORY)
                        return r;
                if (r < 0 && source->walk_error == 0)
                        source->walk_error = r;
        }
        if (r < 0)
                source->walk_error = r;
        return 0;
}

static int measure_variables(const struct image_source *source, struct source_space *ret_space) {
        struct variable_store_space space;
        struct variable_store store;
        struct fault fault;
        int r;

        r = variable_store_open(buffer_bytes(&source->image), &store, &fault);
        if (r < 0)
                return r;
        variable_store_measure(&store, &space);
        *ret_space = (struct source_space){
                .known = true,
                .total = space.size,
                .remaining = space.size - space.live,
                .reserved = VARIABLE_RESERVE,
                .largest_record = VARIABLE_DATA_MAX,
        };
        return 0;
}

struct record_source *efi_image_source_new(const char *spec, const char *argument) {
        return image_source_new(spec, argument, RECORD_STORE_EFI, index_variables, measure_variables);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "acpi/erst.h"
#include "store/source.h"

/* ERST as a source of records, over the interpreter. */
struct erst_source {
        struct erst *erst;
        const struct allocator *allocator;
        uint64_t *ids;
        size_t id_count, id_capacity, next;
        int list_error; /* why the list of ids breaks off; told once behind the last of them */
};

/* `erst` is open (erst_open()) and outlives the source. */
void erst_source_init(struct erst_source *source, struct erst *erst, const struct allocator *allocator,
                      struct record_source *ret_source);

/* A record id that is not among `ids`, made of the time as Linux makes it (see record_erst_boot()), and none
 * that Linux would make in the same second. */
uint64_t erst_source_new_id(uint64_t seconds, const uint64_t *ids, size_t count);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/catalog.h"

/* How many records have an error. */
static inline size_t catalog_faulty_count(const struct catalog *catalog) {
        size_t count = 0;

        for (size_t i = 0; i < catalog->row_count; i++)
                count += catalog->rows[i]->record.error < 0;
        return count;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "codec/sha256.h"
#include "store/catalog.h"

/*
 * What one verb does with the records of a catalog: which of them it means, and what came of each. It lies
 * beside the catalog, a state for each row, and not in the rows: what was found does not change because
 * somebody works on it, so that everybody but who adds to a catalog gets it const.
 */
struct work_state {
        bool selected;  /* see store/selection.h */
        bool saved;     /* its copy was compared: see store/dump.h */
        bool is_copy;   /* shall be taken for the copy itself, wherever it lies: see store/retire.h */
        int outcome;    /* of the last step that worked on it */
        bool refused;   /* `outcome` is what the target of its copy said, not a matter of this record */
        bool is_new;    /* its copy was made, not found */
        bool surplus;   /* set before: a copy that is there counts, but none is made */
        unsigned place; /* of its copy: 1 has the name of its event, 2 is NAME.2; 0: it lies there itself */
        bool hashed;
        uint8_t sha256[SHA256_SIZE]; /* of record_content(), where it is hashed */
};

struct work {
        const struct catalog *catalog;
        struct work_state *states; /* of catalog->rows, in their order */
        size_t count;
};

/*
 * Nothing is selected, nothing saved. Once all is added to the catalog, which outlives the work and whose
 * allocator serves. 0, then work_free() is due, or ERR_NO_MEMORY and a work that is all zero.
 */
int work_init(struct work *work, const struct catalog *catalog);

/* Also of a work that is all zero. */
void work_free(struct work *work);

/* Of a record out of the catalog; for who works on them, and for who only wants to know. */
static inline struct work_state *work_state(struct work *work, const struct record *record) {
        return &work->states[catalog_row(record)->index];
}
static inline const struct work_state *work_state_of(const struct work *work, const struct record *record) {
        return &work->states[catalog_row(record)->index];
}

static inline bool work_is_selected(const struct work *work, const struct record *record) {
        return work_state_of(work, record)->selected;
}

/* How many records are selected. */
size_t work_selected_count(const struct work *work);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/draft.h"
#include "base/error.h"
#include "pstore/variable-name.h"

#define UCS2_SIZE 2

const struct source_space variable_space_unknown = {
        .reserved = VARIABLE_RESERVE,
        .largest_record = VARIABLE_DATA_MAX,
};

void draft_variable_name(const struct record_draft *draft, uint32_t count, char ret_name[RECORD_NAME_SIZE]) {
        const struct variable_name name = {
                .generation = VARIABLE_NAME_COMPRESSION,
                .type = RECORD_TYPE_DMESG,
                .part = 1,
                .count = count,
                .seconds = draft->seconds,
                .compression = VARIABLE_COMPRESSION_NO,
        };
        struct text text = text_on(ret_name, RECORD_NAME_SIZE);

        variable_name_format(&name, &text);
}

int draft_check_variable(const struct record_draft *draft, const char *name,
                         const struct source_space *space) {
        uint64_t needed = draft->log.size + UCS2_SIZE * (text_length(name) + 1) + VARIABLE_HEADER_SIZE;

        if (draft->log.size > VARIABLE_DATA_MAX)
                return ERR_TOO_LARGE;
        if (space->known && (space->remaining < needed || space->remaining - needed < VARIABLE_RESERVE))
                return ERR_NO_SPACE;
        return 0;
}

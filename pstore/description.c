/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/description.h"
#include "base/error.h"
#include "pstore/mce.h"

static int put_mce(const struct record *record, struct text *text, struct fault *ret_fault) {
        if (mce_describe(record->payload, text) < 0)
                return fault_at(ret_fault, ERR_TRUNCATED, record->payload.size, "machine check",
                                "ends too early");
        return 1;
}

static int put_foreign(const struct record *record, struct text *text, struct fault *ret_fault) {
        struct cper_record cper;
        int r = cper_parse(record->raw, &cper, ret_fault);

        if (r < 0)
                return r;
        cper_describe(&cper, text);
        return 1;
}

int record_put_description(const struct record *record, struct text *text, struct fault *ret_fault) {
        static const struct {
                enum record_type type;
                int (*put)(const struct record *, struct text *, struct fault *);
        } rows[] = {
                { RECORD_TYPE_MCE, put_mce },
                { RECORD_TYPE_FOREIGN, put_foreign },
        };

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                if (rows[i].type == record->type)
                        return rows[i].put(record, text, ret_fault);
        return 0;
}

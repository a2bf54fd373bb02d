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

static int parse_foreign(const struct record *record, struct cper_record *ret_cper, struct fault *ret_fault) {
        return record->store == RECORD_STORE_BERT ? cper_parse_status(record->raw, ret_cper, ret_fault)
                                                  : cper_parse(record->raw, ret_cper, ret_fault);
}

static int put_foreign(const struct record *record, struct text *text, struct fault *ret_fault) {
        struct cper_record cper;
        int r = parse_foreign(record, &cper, ret_fault);

        if (r < 0)
                return r;
        cper_describe(&cper, text);
        return 1;
}

int record_put_description(const struct record *record, struct text *text, struct fault *ret_fault) {
        if (record->type == RECORD_TYPE_MCE)
                return put_mce(record, text, ret_fault);
        return record->type == RECORD_TYPE_FOREIGN ? put_foreign(record, text, ret_fault) : 0;
}

void record_put_title(const struct record *record, struct text *text) {
        struct cper_record cper;
        struct fault fault;

        if (record->type == RECORD_TYPE_MCE && record->error == 0)
                mce_put_title(record->payload, text);
        else if (record->type == RECORD_TYPE_FOREIGN && parse_foreign(record, &cper, &fault) == 0)
                cper_put_title(&cper, text);
        else
                text_format(text, "%s record", record_type_name(record->type));
}

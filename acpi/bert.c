/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/bert.h"
#include "base/arith.h"
#include "base/error.h"

#define REGION_LENGTH 36

int bert_table_parse(struct bytes raw, struct bert_table *ret_table, struct fault *ret_fault) {
        struct bert_table table = { bytes_u64(raw, BERT_TABLE_ADDRESS), bytes_u32(raw, REGION_LENGTH) };
        uint64_t end;

        if (raw.size < BERT_TABLE_SIZE)
                return fault_at(ret_fault, ERR_TRUNCATED, raw.size, "BERT", "ends too early");
        if (!bytes_start_with(raw, bytes_of("BERT", 4)))
                return fault_at(ret_fault, ERR_SIGNATURE, 0, "signature", "is not BERT");
        if (table.length > BERT_REGION_MAX)
                return fault_at(ret_fault, ERR_LENGTH, REGION_LENGTH, "boot error region length",
                                "larger than any that is known");
        if (table.length > 0 && (table.address == 0 || !u64_add(table.address, table.length, &end)))
                return fault_at(ret_fault, ERR_VALUE, BERT_TABLE_ADDRESS, "boot error region",
                                "lies nowhere in memory");
        *ret_table = table;
        return 0;
}

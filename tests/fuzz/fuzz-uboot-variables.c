/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any file as U-Boot's variables: the walk ends, each variable lies behind the one before and holds its name
 * and its data, and no checksum is needed for it.
 */
#include "pstore/uboot-variables.h"
#include "tests/fuzz/fuzz.h"

static void check_inside(const struct variable_store_entry *entry, const uint8_t *start, struct bytes part) {
        fuzz_check(part.size == 0 || (part.data >= start && part.data + part.size <= start + entry->size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes image = bytes_of(data, size);
        struct uboot_variables variables;
        struct variable_store_entry entry;
        struct fault fault = { 0 };
        size_t cursor = 0, expected = 24;
        int r;

        r = uboot_variables_open(image, &variables, &fault);
        if (r < 0) {
                fuzz_check(fault.field && fault.reason && fault.offset <= size);
                return 0;
        }
        fuzz_check(uboot_variables_recognize(image) && variables.end >= 24 && variables.end <= size);
        fuzz_check(uboot_variables_check(&variables, &fault) == 0 || fault.field);
        while ((r = uboot_variables_next(&variables, &cursor, &entry, &fault)) > 0) {
                fuzz_check(entry.offset == expected && entry.size >= 34 && entry.live && !entry.salvaged);
                expected += entry.size;
                fuzz_check(expected <= variables.end);
                check_inside(&entry, data + entry.offset, entry.name);
                check_inside(&entry, data + entry.offset, entry.data);
        }
        fuzz_check(r == 0 || (fault.offset >= expected && fault.offset < variables.end));
        fuzz_check(uboot_variables_next(&variables, &cursor, &entry, &fault) == 0);
        return 0;
}

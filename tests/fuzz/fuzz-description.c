/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <string.h>

#include "base/error.h"
#include "pstore/description.h"
#include "pstore/mce.h"
#include "tests/fuzz/fuzz.h"

/*
 * Descriptions of machine checks and of foreign records: they fit into the room set for them, end in a
 * newline, and hold no byte that a terminal could take for a command. The first byte says which of them it
 * is.
 */

static void check_text(const struct text *text) {
        fuzz_check(!text->truncated && text->length > 0 && text->buffer[text->length - 1] == '\n');
        for (size_t i = 0; i < text->length; i++)
                fuzz_check(text->buffer[i] == '\n' || (text->buffer[i] >= ' ' && text->buffer[i] <= '~'));
}

/* Firmware may say the same of any record: as one that Linux did not make, whose creator is another. */
static void describe(enum record_store store, const char *name, struct bytes raw) {
        static char buffer[RECORD_DESCRIPTION_SIZE];
        struct text text = TEXT_ON(buffer);
        struct record record;
        struct fault fault = { 0 };
        int r;

        fuzz_check(record_init(&record, store, text_view(name)) == 0);
        (void) record_parse(&record, raw);
        r = record_put_description(&record, &text, &fault);
        if (r > 0)
                check_text(&text);
        else if (r < 0)
                fuzz_check(fault.field && fault.reason && fault.offset <= raw.size);
        else
                fuzz_check(text.length == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static char buffer[RECORD_DESCRIPTION_SIZE];
        struct bytes input = bytes_from(bytes_of(data, size), 1);
        struct text text = TEXT_ON(buffer);
        char name[17];
        struct text name_text = TEXT_ON(name);

        if (size == 0)
                return 0;
        if (data[0] & 1) {
                fuzz_check(mce_describe(input, &text) == (input.size < MCE_SIZE_MIN ? ERR_TRUNCATED : 0));
                if (input.size >= MCE_SIZE_MIN)
                        check_text(&text);
                return 0;
        }
        describe(RECORD_STORE_EFI, "HwErrRec0000", input);
        text_format(&name_text, "%016llx", (unsigned long long) bytes_u64(input, CPER_RECORD_ID_OFFSET));
        describe(RECORD_STORE_ERST, name, input);
        return 0;
}

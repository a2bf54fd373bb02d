/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/archive-text.h"
#include "tests/fuzz/fuzz.h"

/*
 * A log as systemd-pstore joins it: nothing of it is lost or shown twice, each part begins with a header
 * line, and the parts alone, where they have no names, are cut as they were.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes content = bytes_of(data, size);
        struct archive_text reader;
        struct archive_part part;
        size_t at;

        archive_text_begin(&reader, content);
        at = reader.before;
        fuzz_check(at <= size);
        while (archive_text_next(&reader, &part)) {
                struct header_line line;
                uint64_t seconds;

                if (part.name.size > 0) {
                        fuzz_check(part.name.data == data + at);
                        at += part.name.size + 2;
                }
                fuzz_check(part.text.data == data + at && part.text.size <= size - at);
                fuzz_check(header_line_find(part.text, &line, &seconds) == 0);
                fuzz_check(line.size == part.header.size && line.part == part.header.part);
                at += part.text.size;
        }
        fuzz_check(at == size);
        return 0;
}

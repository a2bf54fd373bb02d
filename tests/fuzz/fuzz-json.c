/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any bytes as a JSON document: it ends, every view lies in it, no depth is wrong; and what was read whole is
 * none any more when its last byte that is no space goes.
 */
#include "base/error.h"
#include "base/json-reader.h"
#include "tests/fuzz/fuzz.h"

static bool lies_in(struct bytes view, struct bytes document) {
        return view.size == 0 || (view.data >= document.data && view.size <= document.size &&
                                  view.data + view.size <= document.data + document.size);
}

static int read_all(struct bytes document) {
        struct json_reader reader;
        struct json_item item;
        size_t items = 0;
        int r;

        json_reader_init(&reader, document);
        while ((r = json_read(&reader, &item)) > 0) {
                uint64_t number;

                fuzz_check(++items <= document.size);
                fuzz_check(item.depth < JSON_DEPTH_MAX);
                fuzz_check(lies_in(item.name, document) && lies_in(item.text, document));
                fuzz_check(json_item_number(&item, &number) == 0 || item.kind != JSON_NUMBER ||
                           item.text.size > 0);
        }
        return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes document = bytes_of(data, size);
        int r = read_all(document);

        fuzz_check(r == 0 || r == ERR_TRUNCATED || r == ERR_VALUE || r == ERR_TOO_LARGE);
        if (r < 0)
                return 0;
        while (size > 0 && (data[size - 1] == ' ' || data[size - 1] == '\n' || data[size - 1] == '\r' ||
                            data[size - 1] == '\t'))
                size--;
        /* A number may lose a digit. */
        if (size > 0 && (data[size - 1] < '0' || data[size - 1] > '9'))
                fuzz_check(read_all(bytes_of(data, size - 1)) < 0);
        return 0;
}

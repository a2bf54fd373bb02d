/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any bytes as a variable's name: a name that is understood is written as a name that means the same, and as
 * the same text unless its numbers had zeros in front. As the name of a file in pstorefs, and the beginning
 * of a log as a header line, likewise.
 */
#include "pstore/header-line.h"
#include "pstore/record.h"
#include "pstore/variable-name.h"
#include "tests/fuzz/fuzz.h"

static bool has_leading_zero(struct bytes text) {
        for (size_t i = 0; i + 1 < text.size; i++)
                if (text.data[i] == '0' && digit_is_decimal(text.data[i + 1]) &&
                    (i == 0 || !digit_is_decimal(text.data[i - 1])))
                        return true;
        return false;
}

static bool same_name(const struct variable_name *left, const struct variable_name *right) {
        return left->generation == right->generation && left->type == right->type &&
               left->part == right->part && left->count == right->count && left->seconds == right->seconds &&
               left->compression == right->compression && left->ending == right->ending;
}

static void check_name(struct bytes input) {
        struct variable_name name, again;
        char buffer[128];
        struct text text = TEXT_ON(buffer);

        if (variable_name_parse(input, &name) < 0)
                return;
        variable_name_format(&name, &text);
        fuzz_check(!text.truncated);
        fuzz_check(variable_name_parse(text_bytes(&text), &again) == 0);
        fuzz_check(same_name(&name, &again));
        fuzz_check(has_leading_zero(input) || bytes_equal(text_bytes(&text), input));
}

static void check_record(struct bytes input) {
        struct record record;
        char id[RECORD_ID_SIZE], file[4 * RECORD_ID_SIZE];
        struct text id_text = TEXT_ON(id), file_text = TEXT_ON(file);

        if (record_init(&record, RECORD_STORE_EFI, input) < 0) {
                fuzz_check(input.size >= RECORD_NAME_SIZE);
                return;
        }
        (void) record_parse(&record, input);
        record_format_id(&record, &id_text);
        record_format_file_name(&record, &file_text);
        fuzz_check(!id_text.truncated && !file_text.truncated);
        fuzz_check(record_has_id(&record, id));
        fuzz_check(record_same_id(&record, &record));
        for (size_t i = 0; i < file_text.length; i++)
                fuzz_check(file[i] != '/' && file[i] != '\\' && file[i] != ':' && file[i] > ' ' &&
                           file[i] < 0x7f);
}

/* As the kernel's pstore names its files: the parts are what the name is made of. */
static void check_file_name(struct bytes input) {
        struct bytes type, backend;
        uint64_t number;
        int r = record_parse_file_name(input, &type, &backend, &number);

        if (r < 0)
                return;
        fuzz_check(backend.size > 0 && backend.size <= RECORD_BACKEND_MAX);
        fuzz_check(type.data == input.data && backend.data == input.data + type.size + 1);
        if (r == 0)
                fuzz_check(number == 0 && type.size + 1 + backend.size == input.size &&
                           (record_type_find(type) == RECORD_TYPE_CONSOLE ||
                            record_type_find(type) == RECORD_TYPE_FTRACE));
}

static void check_header(struct bytes input) {
        struct header_line line;

        if (header_line_parse(input, &line) < 0)
                return;
        fuzz_check(line.reason > REASON_NONE && line.reason < REASON_END);
        fuzz_check(line.size <= HEADER_LINE_MAX && line.size <= input.size);
        fuzz_check(input.data[line.size - 1] == '\n');
        fuzz_check(header_line_parse(bytes_first(input, line.size), &line) == 0);
        fuzz_check(header_line_parse(bytes_first(input, line.size - 1), &line) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes input = bytes_of(data, size);

        check_name(input);
        check_record(input);
        check_file_name(input);
        check_header(input);
        return 0;
}

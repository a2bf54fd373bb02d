/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any bytes as a CPER record: what is accepted lies inside of the input, headers, sections and all; what is
 * refused says where; both again for the same bytes. A record of Linux's parses as what it was built from.
 */
#include "pstore/cper.h"
#include "pstore/record.h"
#include "tests/fuzz/fuzz.h"

static bool is_inside(struct bytes part, struct bytes whole) {
        size_t start = (size_t) (part.data - whole.data);

        return part.data >= whole.data && bytes_contain(whole, start, part.size);
}

static void check_sections(const struct cper_record *record) {
        size_t headers = CPER_HEADER_SIZE + (size_t) record->section_count * CPER_DESCRIPTOR_SIZE;
        struct cper_section section;

        fuzz_check(record->raw.size >= headers);
        for (size_t i = 0; i < record->section_count; i++) {
                fuzz_check(cper_section(record, i, &section) == 0);
                fuzz_check(is_inside(section.body, record->raw));
                fuzz_check((size_t) (section.body.data - record->raw.data) >= headers);
        }
        fuzz_check(cper_section(record, record->section_count, &section) < 0);
}

static void check_same(const struct cper_record *left, const struct cper_record *right) {
        uint64_t left_time = 0, right_time = 0;

        fuzz_check(left->raw.data == right->raw.data && left->raw.size == right->raw.size);
        fuzz_check(left->record_id == right->record_id && left->section_count == right->section_count);
        fuzz_check(cper_time(left, &left_time) == cper_time(right, &right_time) && left_time == right_time);
}

/* As part of a store, under its own id and under another one. */
static void check_as_record(struct bytes raw, uint64_t id, bool accepted) {
        struct record record;
        char name[17];
        struct text text = TEXT_ON(name);

        text_format(&text, "%016llx", (unsigned long long) id);
        fuzz_check(record_init(&record, RECORD_STORE_ERST, text_bytes(&text)) == 0);
        fuzz_check((record_parse(&record, raw) == 0) == accepted);
        fuzz_check(record.error == 0 || (record.fault.field && record.fault.offset <= raw.size));
        fuzz_check(record.raw.size <= raw.size);
        fuzz_check(record.payload.size == 0 || is_inside(record.payload, record.raw));
}

static void check_build(struct bytes payload) {
        static uint8_t buffer[CPER_LINUX_PAYLOAD_OFFSET + 65536];
        struct cper_record record;
        struct cper_section section;
        struct fault fault;
        size_t size = 0;

        payload = bytes_first(payload, 65536);
        fuzz_check(cper_build_dmesg(1, 2, payload, buffer, sizeof(buffer), &size) == 0);
        fuzz_check(cper_parse(bytes_of(buffer, size), &record, &fault) == 0);
        fuzz_check(cper_section(&record, 0, &section) == 0 && bytes_equal(section.body, payload));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes raw = bytes_of(data, size);
        struct cper_record record, again;
        struct fault fault = { 0 };

        check_build(raw);
        if (cper_parse(raw, &record, &fault) < 0) {
                fuzz_check(fault.field && fault.reason && fault.offset <= size);
                check_as_record(raw, 1, false);
                return 0;
        }
        fuzz_check(is_inside(record.raw, raw) && record.raw.data == data);
        check_sections(&record);
        fuzz_check(cper_parse(raw, &again, &fault) == 0);
        check_same(&record, &again);
        /* What lies behind the record is none of its business. */
        fuzz_check(cper_parse(record.raw, &again, &fault) == 0);
        check_same(&record, &again);
        check_as_record(raw, record.record_id, true);
        check_as_record(raw, record.record_id ^ 1, false);
        return 0;
}

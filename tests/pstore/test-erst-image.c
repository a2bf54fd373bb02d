/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/crash-truth.h"

#include "pstore/erst-image.h"

#define RECORD_SIZE 4096
#define SLOTS       5 /* the header's and four for records */
#define IMAGE_SIZE  (RECORD_SIZE * SLOTS)

/* --- images built here: one good, and one for each defect ----------------------------------------- */

static void put_record(uint8_t *image, size_t slot, uint64_t id, uint32_t length) {
        uint8_t *record = image + slot * RECORD_SIZE;

        memset(record, 0xff, RECORD_SIZE);
        memset(record, (int) slot, length);
        store_u32(record + 20, length);
        store_u64(record + 96, id);
        store_u64(image + 0x18 + slot * 8, id);
        store_u32(image + 0x14, bytes_u32(bytes_of(image, IMAGE_SIZE), 0x14) + 1);
}

/* Records in slots 1 and 3; slot 2 was cleared, slot 4 never used. */
static void build_image(uint8_t image[IMAGE_SIZE]) {
        memset(image, 0, IMAGE_SIZE);
        memcpy(image, "ERSTSTOR", 8);
        store_u32(image + 0x08, RECORD_SIZE);
        store_u32(image + 0x0c, RECORD_SIZE);
        store_u16(image + 0x10, 0x0100);
        put_record(image, 1, 0x65e079fe00000001, 200);
        put_record(image, 2, 0x65e079fe00000002, 300);
        put_record(image, 3, 0x65e079fe00000003, RECORD_SIZE);
        store_u64(image + 0x18 + 2 * 8, 0);
        store_u32(image + 0x14, 2);
}

static void test_slots_in_order(NO_STATE) {
        uint8_t image[IMAGE_SIZE];
        struct erst_image_slot slot;
        struct erst_image opened;
        struct fault fault;
        size_t cursor = 0;

        build_image(image);
        assert_ok(erst_image_open(bytes_of(image, IMAGE_SIZE), NULL, &opened, &fault));
        assert_true(opened.formatted);
        assert_int_equal(erst_image_capacity(&opened), 4);
        assert_int_equal(erst_image_count(&opened), 2);
        assert_int_equal(opened.stored_count, 2);

        assert_true(erst_image_next(&opened, &cursor, &slot));
        assert_int_equal(slot.number, 1);
        assert_int_equal(slot.offset, RECORD_SIZE);
        assert_true(slot.id == 0x65e079fe00000001);
        assert_ok(slot.error);
        assert_ptr_equal(slot.record.data, image + RECORD_SIZE);
        assert_int_equal(slot.record.size, 200);
        assert_true(erst_image_next(&opened, &cursor, &slot));
        assert_int_equal(slot.number, 3);
        assert_int_equal(slot.record.size, RECORD_SIZE);
        assert_false(erst_image_next(&opened, &cursor, &slot));
        assert_false(erst_image_next(&opened, &cursor, &slot));
        assert_int_equal(slot.number, 3);
}

static void test_all_ones_in_the_map_is_free(NO_STATE) {
        uint8_t image[IMAGE_SIZE];
        struct erst_image_slot slot;
        struct erst_image opened;
        struct fault fault;
        size_t cursor = 0;

        build_image(image);
        store_u64(image + 0x18 + 8, UINT64_MAX);
        assert_ok(erst_image_open(bytes_of(image, IMAGE_SIZE), NULL, &opened, &fault));
        assert_int_equal(erst_image_count(&opened), 1);
        assert_true(erst_image_next(&opened, &cursor, &slot));
        assert_int_equal(slot.number, 3);
}

static void test_not_formatted_is_empty(NO_STATE) {
        static const uint8_t zeros[IMAGE_SIZE];
        struct erst_image_slot slot;
        struct erst_image opened;
        struct fault fault;
        size_t cursor = 0;

        assert_ok(erst_image_open(bytes_of(zeros, IMAGE_SIZE), NULL, &opened, &fault));
        assert_false(opened.formatted);
        assert_int_equal(erst_image_capacity(&opened), 0);
        assert_int_equal(erst_image_count(&opened), 0);
        assert_false(erst_image_next(&opened, &cursor, &slot));
}

static const struct header_defect {
        const char *what;
        size_t offset, size;
        uint64_t value;
        size_t image_size;
        int error;
        const char *field;
        size_t fault_offset;
} header_defects[] = {
        { "cut in the header", 0, 0, 0, 0x17, ERR_TRUNCATED, "header", 0x17 },
        { "empty file", 0, 0, 0, 0, ERR_TRUNCATED, "header", 0 },
        { "magic", 7, 1, 'X', IMAGE_SIZE, ERR_SIGNATURE, "magic", 0 },
        { "record_size no power of two", 8, 4, 4096 + 1, IMAGE_SIZE, ERR_VALUE, "record_size", 8 },
        { "record_size 2048", 8, 4, 2048, IMAGE_SIZE, ERR_VALUE, "record_size", 8 },
        { "record_size 0", 8, 4, 0, IMAGE_SIZE, ERR_VALUE, "record_size", 8 },
        { "record_size larger than the file", 8, 4, 0x80000000, IMAGE_SIZE, ERR_LENGTH, "record_size", 8 },
        { "a piece behind the last slot", 0, 0, 0, IMAGE_SIZE - 8, ERR_LENGTH, "record_size", 8 },
        { "version", 0x10, 2, 0x0200, IMAGE_SIZE, ERR_VALUE, "version", 0x10 },
        { "reserved", 0x12, 2, 1, IMAGE_SIZE, ERR_VALUE, "reserved", 0x12 },
        { "storage_offset between slots", 0x0c, 4, 5000, IMAGE_SIZE, ERR_VALUE, "storage_offset", 0x0c },
        { "storage_offset behind the end", 0x0c, 4, IMAGE_SIZE + RECORD_SIZE, IMAGE_SIZE, ERR_LENGTH,
          "storage_offset", 0x0c },
        { "storage_offset 0, records over the map", 0x0c, 4, 0, IMAGE_SIZE, ERR_LENGTH, "storage_offset",
          0x0c },
};

static void test_header_defects(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(header_defects); i++) {
                const struct header_defect *defect = &header_defects[i];
                struct erst_image opened = { .record_size = 77 };
                uint8_t image[IMAGE_SIZE];
                struct fault fault = { .field = "none" };
                int r;

                build_image(image);
                for (size_t k = 0; k < defect->size; k++)
                        image[defect->offset + k] = (uint8_t) (defect->value >> 8 * k);
                r = erst_image_open(bytes_of(image, defect->image_size), NULL, &opened, &fault);
                if (r != defect->error || strcmp(fault.field, defect->field) != 0 ||
                    fault.offset != defect->fault_offset)
                        fail_msg("%s: %s, %s at %zu", defect->what, error_name(r), fault.field, fault.offset);
                assert_non_null(fault.reason);
                assert_int_equal(opened.record_size, 77);
        }
}

/* A defect in slot 1; slot 3 must be read as ever. */
static const struct {
        const char *what;
        size_t offset, size;
        uint64_t value;
        int error;
        const char *field;
} slot_defects[] = {
        { "record_length shorter than a header", 20, 4, 127, ERR_LENGTH, "record_length" },
        { "record_length larger than the slot", 20, 4, RECORD_SIZE + 1, ERR_LENGTH, "record_length" },
        { "record_length of all ones", 20, 4, UINT32_MAX, ERR_LENGTH, "record_length" },
        { "another id than the map's", 96, 8, 4711, ERR_VALUE, "record_id" },
};

static void test_slot_defects_hide_no_other_slot(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(slot_defects); i++) {
                uint8_t image[IMAGE_SIZE];
                struct erst_image_slot slot;
                struct erst_image opened;
                struct fault fault;
                size_t cursor = 0;

                build_image(image);
                for (size_t k = 0; k < slot_defects[i].size; k++)
                        image[RECORD_SIZE + slot_defects[i].offset + k] =
                                (uint8_t) (slot_defects[i].value >> 8 * k);
                assert_ok(erst_image_open(bytes_of(image, IMAGE_SIZE), NULL, &opened, &fault));
                assert_true(erst_image_next(&opened, &cursor, &slot));
                assert_error(slot.error, slot_defects[i].error);
                assert_string_equal(slot.fault.field, slot_defects[i].field);
                assert_int_equal(slot.fault.offset, RECORD_SIZE + slot_defects[i].offset);
                assert_ptr_equal(slot.record.data, image + RECORD_SIZE);
                assert_int_equal(slot.record.size, 200); /* the rest is filled up */
                assert_true(slot.id == 0x65e079fe00000001);
                assert_true(erst_image_next(&opened, &cursor, &slot));
                assert_ok(slot.error);
                assert_int_equal(slot.number, 3);
        }
}

/* --- holes, and records that claim much --------------------------------------------------------------- */

/* Bytes [start, end) of the image that are a hole; what is asked for behind its end is a mistake. */
struct hole {
        size_t start, end, size;
        unsigned asked;
};

static void next_extent(void *context, size_t offset, size_t *ret_start, size_t *ret_end) {
        struct hole *hole = context;

        hole->asked++;
        assert_true(offset <= hole->size);
        *ret_start = offset >= hole->start && offset < hole->end ? hole->end : offset;
        *ret_end = *ret_start < hole->start ? hole->start : hole->size;
}

/* A slot whose end firmware never wrote: what there is of it is taken, and no other slot suffers. */
static void test_a_record_that_ends_in_a_hole(NO_STATE) {
        static const struct {
                size_t start, end; /* of the hole, counted from the slot */
                size_t kept;
                int error;
        } rows[] = {
                { 0, RECORD_SIZE, 128, ERR_LENGTH },     { 150, RECORD_SIZE, 150, ERR_TRUNCATED },
                { 50, RECORD_SIZE, 128, ERR_TRUNCATED }, { 200, RECORD_SIZE, 200, 0 },
                { 150, RECORD_SIZE - 1, 200, 0 },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                uint8_t image[IMAGE_SIZE];
                struct hole hole = { RECORD_SIZE + rows[i].start, RECORD_SIZE + rows[i].end, IMAGE_SIZE, 0 };
                const struct image_extents extents = { &hole, next_extent };
                struct erst_image_slot slot;
                struct erst_image opened;
                struct fault fault;
                size_t cursor = 0;

                build_image(image);
                assert_ok(erst_image_open(bytes_of(image, IMAGE_SIZE), &extents, &opened, &fault));
                assert_true(erst_image_next(&opened, &cursor, &slot));
                assert_error(slot.error, rows[i].error);
                assert_int_equal(slot.record.size, rows[i].kept);
                assert_true(rows[i].start == 0 || slot.record.data == image + RECORD_SIZE);
                assert_true(rows[i].error == 0 || strcmp(slot.fault.field, "record_length") == 0);
                assert_true(erst_image_next(&opened, &cursor, &slot));
                assert_ok(slot.error);
        }
}

/* Holes are not looked into, neither for whether an image is formatted nor for what was deleted. */
static void test_holes_are_not_looked_into(NO_STATE) {
        enum { COUNT = 1024 };
        static uint8_t image[COUNT * RECORD_SIZE];
        struct hole hole = { 24, (COUNT - 1) * RECORD_SIZE, sizeof(image), 0 };
        const struct image_extents extents = { &hole, next_extent };
        struct erst_image_slot slot;
        struct erst_image opened;
        struct fault fault;
        size_t cursor = 0;

        memset(image + 24, 'x', hole.end - hole.start - 24);
        assert_ok(erst_image_open(bytes_of(image, sizeof(image)), &extents, &opened, &fault));
        assert_false(opened.formatted);
        image[sizeof(image) - 1] = 1;
        assert_error(erst_image_open(bytes_of(image, sizeof(image)), &extents, &opened, &fault),
                     ERR_SIGNATURE);

        memset(image, 0, sizeof(image));
        memcpy(image, "ERSTSTOR", 8);
        store_u32(image + 8, RECORD_SIZE);
        store_u32(image + 12, 3 * RECORD_SIZE);
        store_u16(image + 16, 0x0100);
        memcpy(image + (COUNT - 1) * RECORD_SIZE, "CPER", 4);
        memcpy(image + 5 * RECORD_SIZE, "CPER", 4); /* which nobody sees */
        hole.start = 3 * RECORD_SIZE;
        hole.asked = 0;
        assert_ok(erst_image_open(bytes_of(image, sizeof(image)), &extents, &opened, &fault));
        assert_true(erst_image_next_deleted(&opened, &cursor, &slot));
        assert_int_equal(slot.number, COUNT - 1);
        assert_false(erst_image_next_deleted(&opened, &cursor, &slot));
        assert_true(hole.asked < 10);
}

/* However many records there are, one is found by the map, and only its own slot is looked at. */
static void test_found_by_the_map(NO_STATE) {
        uint8_t image[IMAGE_SIZE];
        struct hole hole = { IMAGE_SIZE, IMAGE_SIZE, IMAGE_SIZE, 0 };
        const struct image_extents extents = { &hole, next_extent };
        struct erst_image_slot slot;
        struct erst_image opened;
        struct fault fault;

        build_image(image);
        assert_ok(erst_image_open(bytes_of(image, IMAGE_SIZE), &extents, &opened, &fault));
        hole.asked = 0;
        assert_true(erst_image_find(&opened, 0x65e079fe00000003, &slot));
        assert_int_equal(slot.number, 3);
        assert_int_equal(slot.record.size, RECORD_SIZE);
        assert_int_equal(hole.asked, 1);
        assert_false(erst_image_find(&opened, 0x65e079fe00000002, &slot));
        assert_false(erst_image_find(&opened, 0, &slot));
        assert_false(erst_image_find(&opened, UINT64_MAX, &slot));
        assert_int_equal(hole.asked, 1);
}

/* QEMU takes any power of two for the size of a record, and no reader has a buffer for such ones. */
static void test_a_record_that_no_firmware_could_have(NO_STATE) {
        static const struct {
                uint32_t length;
                int error;
                size_t kept;
        } rows[] = {
                { ERST_IMAGE_RECORD_MAX, 0, ERST_IMAGE_RECORD_MAX },
                { ERST_IMAGE_RECORD_MAX + 1, ERR_TOO_LARGE, 128 },
                { 4 * ERST_IMAGE_RECORD_MAX, ERR_TOO_LARGE, 128 },
                { 4 * ERST_IMAGE_RECORD_MAX + 1, ERR_LENGTH, ERST_IMAGE_RECORD_MAX },
        };
        const size_t slot_size = 4 * ERST_IMAGE_RECORD_MAX;
        uint8_t *image = calloc(2, slot_size);

        memcpy(image, "ERSTSTOR", 8);
        store_u32(image + 8, (uint32_t) slot_size);
        store_u32(image + 12, (uint32_t) slot_size);
        store_u16(image + 16, 0x0100);
        store_u64(image + 24 + 8, 7);
        memset(image + slot_size, 'x', slot_size);
        store_u64(image + slot_size + 96, 7);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct erst_image_slot slot;
                struct erst_image opened;
                struct fault fault;
                size_t cursor = 0;

                store_u32(image + slot_size + 20, rows[i].length);
                assert_ok(erst_image_open(bytes_of(image, 2 * slot_size), NULL, &opened, &fault));
                assert_true(erst_image_next(&opened, &cursor, &slot));
                assert_error(slot.error, rows[i].error);
                assert_int_equal(slot.record.size, rows[i].kept);
        }
        free(image);
}

/* --- what QEMU wrote ------------------------------------------------------------------------------ */

static void assert_slot_is(const struct erst_image_slot *slot, struct json_object *truth) {
        assert_ok(slot->error);
        assert_int_equal(slot->number, json_object_get_int(crash_truth_member(truth, "slot")));
        assert_true(slot->id == json_object_get_uint64(crash_truth_member(truth, "id_dec")));
        assert_int_equal(slot->record.size, json_object_get_int(crash_truth_member(truth, "length")));
        crash_truth_assert_digest(truth, slot->record);
}

static void assert_image_is(struct bytes image, struct json_object *truth) {
        struct json_object *records = crash_truth_member(truth, "records");
        struct erst_image opened;
        struct erst_image_slot slot;
        struct fault fault;
        size_t cursor = 0, count = 0;

        assert_ok(erst_image_open(image, NULL, &opened, &fault));
        assert_int_equal(opened.record_size, json_object_get_int(crash_truth_member(truth, "record_size")));
        assert_int_equal(erst_image_count(&opened), json_object_get_int(crash_truth_member(truth, "count")));
        assert_int_equal(opened.stored_count, json_object_get_int(crash_truth_member(truth, "count")));
        assert_int_equal(erst_image_capacity(&opened),
                         json_object_get_int(crash_truth_member(truth, "slots")));
        for (; erst_image_next(&opened, &cursor, &slot); count++)
                assert_slot_is(&slot, json_object_array_get_idx(records, count));
        assert_int_equal(count, json_object_array_length(records));
}

static void assert_corpus_folder(const char *folder) {
        char path[200];
        struct json_object *truth = crash_truth_open(folder);
        struct bytes image;

        snprintf(path, sizeof(path), "crash/%s/erst.bin", folder);
        image = test_read_file(test_corpus(path));
        assert_image_is(image, crash_truth_member(truth, "erst"));
        free((void *) image.data);
        json_object_put(truth);
}

static void test_files_of_real_crashes(NO_STATE) {
        if (!test_corpus(""))
                skip();
        assert_corpus_folder("6.1-erst-panic");
        assert_corpus_folder("6.1-erst-oops-panic");
}

/* The first three slots of such a file, with the two parts of a panic of Linux 6.1. */
static void test_file_of_a_panic(NO_STATE) {
        struct bytes image = test_read_file(test_data("erst-image/linux-6.1-panic.bin"));
        struct erst_image_slot slot;
        struct erst_image opened;
        struct fault fault;
        size_t cursor = 0;

        assert_ok(erst_image_open(image, NULL, &opened, &fault));
        assert_int_equal(opened.record_size, 8192);
        assert_int_equal(erst_image_capacity(&opened), 2);
        assert_true(erst_image_next(&opened, &cursor, &slot));
        assert_ok(slot.error);
        assert_true(slot.id == 0x65e079fe00000001);
        assert_int_equal(slot.record.size, 6507);
        assert_true(erst_image_next(&opened, &cursor, &slot));
        assert_ok(slot.error);
        assert_true(slot.id == 0x65e079fe00000002);
        assert_false(erst_image_next(&opened, &cursor, &slot));
        free((void *) image.data);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_slots_in_order),
                cmocka_unit_test(test_all_ones_in_the_map_is_free),
                cmocka_unit_test(test_not_formatted_is_empty),
                cmocka_unit_test(test_header_defects),
                cmocka_unit_test(test_slot_defects_hide_no_other_slot),
                cmocka_unit_test(test_a_record_that_ends_in_a_hole),
                cmocka_unit_test(test_holes_are_not_looked_into),
                cmocka_unit_test(test_found_by_the_map),
                cmocka_unit_test(test_a_record_that_no_firmware_could_have),
                cmocka_unit_test(test_files_of_real_crashes),
                cmocka_unit_test(test_file_of_a_panic),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/cper.h"
#include "pstore/erst-image.h"
#include "tests/support/memory-image.h"
#include "tests/support/test.h"

#define SLOTS      5 /* the header's and four for records */
#define IMAGE_SIZE (ERST_IMAGE_RECORD_SIZE * SLOTS)
#define ID(number) (UINT64_C(0x65e079fe00000000) + (number))

/* A record of `size` bytes of log; valid until the next call. */
static struct bytes make_record(uint64_t id, size_t size) {
        static uint8_t log[ERST_IMAGE_RECORD_SIZE], record[2 * ERST_IMAGE_RECORD_SIZE];
        size_t record_size;

        memset(log, (int) id & 0xff, sizeof(log));
        assert_ok(
                cper_build_dmesg(id, 1709210110, bytes_of(log, size), record, sizeof(record), &record_size));
        return bytes_of(record, record_size);
}

static struct erst_image open_image(const struct memory_image *file) {
        struct erst_image image;
        struct fault fault;

        assert_ok(erst_image_open(memory_image_bytes(file), NULL, &image, &fault));
        return image;
}

static int write_record(const struct memory_image *file, uint64_t id, size_t size) {
        struct erst_image image = open_image(file);

        return erst_image_write(&image, make_record(id, size), &file->writer);
}

static int clear_record(const struct memory_image *file, uint64_t id) {
        struct erst_image image = open_image(file);

        return erst_image_clear(&image, id, &file->writer);
}

/* An image with the records 1 to `count`, each of 100 bytes. */
static void init_with(struct memory_image *file, uint64_t count) {
        static const uint8_t zeros[IMAGE_SIZE];

        memory_image_init(file, bytes_of(zeros, IMAGE_SIZE));
        assert_ok(erst_image_format(IMAGE_SIZE, &file->writer));
        for (uint64_t id = 1; id <= count; id++)
                assert_ok(write_record(file, ID(id), 100));
        file->puts = 0;
}

static bool has_record(const struct memory_image *file, uint64_t id, size_t size) {
        struct erst_image image = open_image(file);
        struct erst_image_slot slot;
        size_t cursor = 0;

        while (erst_image_next(&image, &cursor, &slot))
                if (slot.id == id) {
                        assert_ok(slot.error);
                        assert_true(bytes_equal(slot.record, make_record(id, size)));
                        return true;
                }
        return false;
}

static uint32_t stored_count(const struct memory_image *file) {
        return open_image(file).stored_count;
}

/* QEMU hw/acpi/erst.c, make_erst_storage_header() */
static void test_format(NO_STATE) {
        static const uint8_t header[] = "ERSTSTOR\0\x20\0\0\0\x20\0\0\0\x01\0\0\0\0\0";
        struct memory_image file;

        init_with(&file, 0);
        assert_memory_equal(file.data, header, 24);
        assert_true(bytes_are_all(bytes_from(memory_image_bytes(&file), 24), 0));
        assert_int_equal(erst_image_capacity(&(struct erst_image[]){ open_image(&file) }[0]), SLOTS - 1);
        assert_int_equal(file.pending_count, 0);
        memory_image_free(&file);
}

static void test_format_sizes(NO_STATE) {
        struct memory_image file;

        init_with(&file, 0);
        assert_error(erst_image_format(0, &file.writer), ERR_LENGTH);
        assert_error(erst_image_format(ERST_IMAGE_RECORD_SIZE, &file.writer), ERR_LENGTH);
        assert_error(erst_image_format(IMAGE_SIZE + 4096, &file.writer), ERR_LENGTH);
        assert_int_equal(file.puts, 0);
        /* 1021 entries of the map fill the first slot to its last byte, one more needs a second. */
        assert_ok(erst_image_format(1021 * ERST_IMAGE_RECORD_SIZE, &file.writer));
        assert_int_equal(bytes_u32(memory_image_bytes(&file), 12), ERST_IMAGE_RECORD_SIZE);
        assert_ok(erst_image_format(1022 * ERST_IMAGE_RECORD_SIZE, &file.writer));
        assert_int_equal(bytes_u32(memory_image_bytes(&file), 12), 2 * ERST_IMAGE_RECORD_SIZE);
        memory_image_free(&file);
}

static void test_write_takes_the_first_free_slot(NO_STATE) {
        struct memory_image file;
        size_t slot_2 = 2 * ERST_IMAGE_RECORD_SIZE;

        init_with(&file, 3);
        assert_ok(clear_record(&file, ID(2)));
        assert_ok(write_record(&file, ID(9), 5000));
        assert_true(has_record(&file, ID(1), 100));
        assert_false(has_record(&file, ID(2), 100));
        assert_true(has_record(&file, ID(3), 100));
        assert_true(has_record(&file, ID(9), 5000));
        assert_int_equal(stored_count(&file), 3);
        assert_true(bytes_u64(memory_image_bytes(&file), 0x18 + 2 * 8) == ID(9));
        assert_true(bytes_are_all(bytes_of(file.data + slot_2 + 5200, ERST_IMAGE_RECORD_SIZE - 5200), 0xff));
        assert_int_equal(file.data[slot_2 + ERST_IMAGE_RECORD_SIZE], 'C'); /* the next slot begins */
        assert_int_equal(file.pending_count, 0);
        memory_image_free(&file);
}

static void test_a_record_as_large_as_a_slot(NO_STATE) {
        size_t most = ERST_IMAGE_RECORD_SIZE - CPER_LINUX_PAYLOAD_OFFSET;
        struct memory_image file;

        init_with(&file, 1);
        assert_ok(write_record(&file, ID(2), most));
        assert_error(write_record(&file, ID(3), most + 1), ERR_TOO_LARGE);
        assert_true(has_record(&file, ID(2), most));
        assert_int_equal(stored_count(&file), 2);
        memory_image_free(&file);
}

static void test_what_is_not_written(NO_STATE) {
        struct erst_image image;
        struct memory_image file;
        struct bytes record;

        init_with(&file, SLOTS - 1);
        image = open_image(&file);
        assert_error(write_record(&file, ID(SLOTS), 100), ERR_NO_SPACE);
        assert_error(write_record(&file, ID(1), 100), ERR_EXISTS);
        record = make_record(ID(SLOTS), 100);
        assert_error(erst_image_write(&image, bytes_first(record, 127), &file.writer), ERR_INVALID_ARGUMENT);
        assert_error(erst_image_write(&image, bytes_first(record, 299), &file.writer), ERR_INVALID_ARGUMENT);
        store_u64((uint8_t *) record.data + 96, UINT64_MAX);
        assert_error(erst_image_write(&image, record, &file.writer), ERR_INVALID_ARGUMENT);
        image.formatted = false;
        assert_error(erst_image_write(&image, record, &file.writer), ERR_NOT_SUPPORTED);
        assert_error(clear_record(&file, ID(77)), ERR_NOT_FOUND);
        assert_error(clear_record(&file, 0), ERR_NOT_FOUND);
        assert_int_equal(file.puts, 0);
        memory_image_free(&file);
}

static void test_clear_leaves_the_bytes(NO_STATE) {
        struct erst_image_slot slot;
        struct erst_image image;
        struct memory_image file;
        size_t cursor = 0;

        init_with(&file, 3);
        assert_ok(clear_record(&file, ID(2)));
        assert_int_equal(file.pending_count, 0);
        assert_int_equal(stored_count(&file), 2);
        assert_false(has_record(&file, ID(2), 100));
        assert_true(has_record(&file, ID(1), 100) && has_record(&file, ID(3), 100));

        image = open_image(&file);
        assert_true(erst_image_next_deleted(&image, &cursor, &slot));
        assert_int_equal(slot.number, 2);
        assert_ok(slot.error);
        assert_true(slot.id == ID(2));
        assert_true(bytes_equal(slot.record, make_record(ID(2), 100)));
        assert_false(erst_image_next_deleted(&image, &cursor, &slot));
        assert_false(erst_image_next_deleted(&image, &cursor, &slot));
        memory_image_free(&file);
}

/* What was deleted and then damaged is still something. */
static void test_deleted_and_damaged(NO_STATE) {
        struct erst_image_slot slot;
        struct erst_image image;
        struct memory_image file;
        size_t cursor = 0;

        init_with(&file, 2);
        assert_ok(clear_record(&file, ID(2)));
        store_u32(file.data + 2 * ERST_IMAGE_RECORD_SIZE + 20, 0xffff0000);
        image = open_image(&file);
        assert_true(erst_image_next_deleted(&image, &cursor, &slot));
        assert_error(slot.error, ERR_LENGTH);
        assert_int_equal(slot.record.size, make_record(ID(2), 100).size); /* the rest is filled up */
        memory_image_free(&file);
}

/* The copy that was made before was of the first one. */
static void test_two_slots_of_one_id(NO_STATE) {
        struct memory_image file;

        init_with(&file, 2);
        store_u64(file.data + 0x18 + 2 * 8, ID(1));
        assert_error(clear_record(&file, ID(1)), ERR_EXISTS);
        assert_int_equal(file.puts, 0);
        memory_image_free(&file);
}

/* QEMU looks no further than the count says, so a wrong one is put right. */
static void test_a_wrong_count(NO_STATE) {
        struct memory_image file;

        init_with(&file, 3);
        store_u32(file.data + 0x14, 1);
        assert_ok(write_record(&file, ID(4), 100));
        assert_int_equal(stored_count(&file), 4);
        store_u64(file.data + 0x18 + 2 * 8, UINT64_MAX); /* counts there as well, though it names no record */
        store_u32(file.data + 0x14, 77);
        assert_ok(clear_record(&file, ID(1)));
        assert_int_equal(stored_count(&file), 3);
        memory_image_free(&file);
}

/* What QEMU counts as used, and looks for records in. */
static uint32_t used_entries(const struct memory_image *file) {
        struct bytes map = bytes_from(memory_image_bytes(file), 24);
        uint32_t used = 0;

        for (size_t entry = 1; entry < IMAGE_SIZE / ERST_IMAGE_RECORD_SIZE; entry++)
                used += bytes_u64(map, entry * 8) != 0;
        return used;
}

/*
 * The power fails before each put and each flush, and what was put since the last flush is lost in every way:
 * the others stay, the new one is whole or not there, QEMU finds them all.
 */
static void test_power_fails_while_writing(NO_STATE) {
        int r = ERR_IO;

        for (size_t allowed = 0; r != 0; allowed++) {
                struct memory_image file;

                init_with(&file, 2);
                file.steps_allowed = file.steps + allowed;
                r = write_record(&file, ID(3), 100);
                assert_true(r == 0 || r == ERR_IO);
                for (unsigned lost = 0; lost < memory_image_losses(&file); lost++) {
                        memory_image_lose(&file, lost);
                        assert_true(has_record(&file, ID(1), 100) && has_record(&file, ID(2), 100));
                        assert_true(has_record(&file, ID(3), 100) || r == ERR_IO);
                        assert_true(stored_count(&file) >= used_entries(&file));
                }
                memory_image_free(&file);
                assert_true(allowed < 10);
        }
}

static void test_power_fails_while_clearing(NO_STATE) {
        int r = ERR_IO;

        for (size_t allowed = 0; r != 0; allowed++) {
                struct memory_image file;

                init_with(&file, 3);
                file.steps_allowed = file.steps + allowed;
                r = clear_record(&file, ID(1));
                assert_true(r == 0 || r == ERR_IO);
                for (unsigned lost = 0; lost < memory_image_losses(&file); lost++) {
                        memory_image_lose(&file, lost);
                        assert_true(has_record(&file, ID(2), 100) && has_record(&file, ID(3), 100));
                        assert_true(!has_record(&file, ID(1), 100) || r == ERR_IO);
                        assert_true(stored_count(&file) >= used_entries(&file));
                }
                memory_image_free(&file);
                assert_true(allowed < 10);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_format),
                cmocka_unit_test(test_format_sizes),
                cmocka_unit_test(test_write_takes_the_first_free_slot),
                cmocka_unit_test(test_a_record_as_large_as_a_slot),
                cmocka_unit_test(test_what_is_not_written),
                cmocka_unit_test(test_clear_leaves_the_bytes),
                cmocka_unit_test(test_deleted_and_damaged),
                cmocka_unit_test(test_two_slots_of_one_id),
                cmocka_unit_test(test_a_wrong_count),
                cmocka_unit_test(test_power_fails_while_writing),
                cmocka_unit_test(test_power_fails_while_clearing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

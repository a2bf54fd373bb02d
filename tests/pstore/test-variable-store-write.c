/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/variable-name.h"
#include "pstore/variable-store.h"
#include "tests/support/memory-image.h"
#include "tests/support/test.h"

#define VOLUME_HEADER 0x48
#define STORE_HEADER  28
#define START         (VOLUME_HEADER + STORE_HEADER)
#define VOLUME_SIZE   4096
#define STORE_SIZE    (VOLUME_SIZE - 1024) /* the rest is the spare block's */

static const struct guid signatures[] = {
        GUID_INIT(0xaaf32c78, 0x947b, 0x439a, 0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92),
        GUID_INIT(0xddcf3616, 0x3275, 0x4164, 0x98, 0xb6, 0xfe, 0x85, 0x70, 0x7f, 0xfe, 0x7d),
};
static const struct guid volume_guid =
        GUID_INIT(0xfff12b8d, 0x7696, 0x4c8b, 0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50);

enum { AUTHENTICATED, PLAIN };

static void put_volume(uint8_t *volume, int format) {
        uint16_t sum = 0;

        memset(volume, 0xff, VOLUME_SIZE);
        memset(volume, 0, VOLUME_HEADER);
        memcpy(volume + 16, volume_guid.bytes, GUID_SIZE);
        store_u64(volume + 32, VOLUME_SIZE);
        memcpy(volume + 40, "_FVH", 4);
        store_u16(volume + 48, VOLUME_HEADER);
        for (size_t i = 0; i < VOLUME_HEADER; i += 2)
                sum += bytes_u16(bytes_of(volume, VOLUME_HEADER), i);
        store_u16(volume + 50, (uint16_t) -sum);
        memcpy(volume + VOLUME_HEADER, signatures[format].bytes, GUID_SIZE);
        store_u32(volume + VOLUME_HEADER + 16, STORE_SIZE - VOLUME_HEADER);
        volume[VOLUME_HEADER + 20] = 0x5a;
        volume[VOLUME_HEADER + 21] = 0xfe;
}

static void init_volume(struct memory_image *file, int format) {
        uint8_t volume[VOLUME_SIZE];

        put_volume(volume, format);
        memory_image_init(file, bytes_of(volume, sizeof(volume)));
}

static struct variable_store open_store(const struct memory_image *file) {
        struct variable_store store;
        struct fault fault;

        assert_ok(variable_store_open(memory_image_bytes(file), &store, &fault));
        return store;
}

/* The name in UCS-2 with its NUL; valid until the next call. */
static struct bytes make_name(const char *name) {
        static uint8_t units[200];
        size_t size = 0;

        do {
                store_u16(units + size, (uint8_t) *name);
                size += 2;
        } while (*name++);
        return bytes_of(units, size);
}

static struct bytes without_nul(struct bytes name) {
        return bytes_first(name, name.size - 2);
}

/* Data that tells whose it is. */
static struct bytes make_data(const char *name, size_t size) {
        static uint8_t data[VOLUME_SIZE];

        memset(data, name[0], sizeof(data));
        return bytes_of(data, size);
}

static int append(const struct memory_image *file, const char *name, size_t size) {
        struct variable_store store = open_store(file);
        const struct variable_store_draft draft = {
                .vendor = variable_vendor_crash,
                .attributes = 7,
                .name = make_name(name),
                .data = make_data(name, size),
        };
        struct fault fault = { 0 };

        return variable_store_append(&store, &draft, &file->writer, &fault);
}

static int delete (const struct memory_image *file, const char *name) {
        struct variable_store store = open_store(file);
        struct fault fault;

        return variable_store_delete(&store, &variable_vendor_crash, without_nul(make_name(name)),
                                     &file->writer, &fault);
}

/* Finds the first variable of that name, live or deleted. */
static bool find(const struct memory_image *file, const char *name, bool live,
                 struct variable_store_entry *ret_entry) {
        struct variable_store store = open_store(file);
        struct variable_store_cursor cursor = { 0 };
        struct fault fault;

        while (variable_store_next(&store, &cursor, ret_entry, &fault) > 0)
                if (bytes_equal(ret_entry->name, without_nul(make_name(name))) &&
                    (live ? ret_entry->live : variable_store_entry_is_deleted(ret_entry)))
                        return true;
        return false;
}

static bool has(const struct memory_image *file, const char *name, size_t size) {
        struct variable_store_entry entry;

        if (!find(file, name, true, &entry))
                return false;
        assert_true(bytes_equal(entry.data, make_data(name, size)));
        return true;
}

static struct variable_store_space measure(const struct memory_image *file) {
        struct variable_store store = open_store(file);
        struct variable_store_space space;

        variable_store_measure(&store, &space);
        assert_int_equal(space.live + space.stale + space.free, space.size);
        return space;
}

/* Every byte of the first two variables, as edk2's VariableFormat.h has them. */
static void check_bytes(int format, const uint8_t *header, size_t header_size) {
        static const uint8_t name[] = { 'a', 0, 0, 0 };
        struct memory_image file;
        const uint8_t *at;

        init_volume(&file, format);
        assert_ok(append(&file, "a", 5));
        assert_ok(append(&file, "b", 1));
        at = file.data + START;
        assert_memory_equal(at, header, header_size - GUID_SIZE);
        assert_memory_equal(at + header_size - GUID_SIZE, variable_vendor_crash.bytes, GUID_SIZE);
        assert_memory_equal(at + header_size, name, 4);
        assert_memory_equal(at + header_size + 4, "aaaaa\xff\xff\xff\xaa\x55\x3f", 11);
        assert_true(bytes_are_all(bytes_from(bytes_of(at, VOLUME_SIZE - START), 2 * header_size + 17), 0xff));
        assert_false(file.unlike_flash);
        assert_int_equal(file.pending_count, 0);
        assert_int_equal(measure(&file).live, 2 * header_size + 12 + 8);
        memory_image_free(&file);
}

static void test_bytes(NO_STATE) {
        static const uint8_t authenticated[44] = { [0] = 0xaa, 0x55, 0x3f, [4] = 7, [36] = 4, [40] = 5 };
        static const uint8_t plain[16] = { [0] = 0xaa, 0x55, 0x3f, [4] = 7, [8] = 4, [12] = 5 };

        check_bytes(AUTHENTICATED, authenticated, 60);
        check_bytes(PLAIN, plain, 32);
}

static void test_full_to_the_last_byte(NO_STATE) {
        struct memory_image file;
        size_t most;

        for (int format = AUTHENTICATED; format <= PLAIN; format++) {
                init_volume(&file, format);
                assert_ok(append(&file, "a", 10));
                most = measure(&file).free - (format == PLAIN ? 32 : 60) - 4;
                assert_error(append(&file, "b", most + 1), ERR_NO_SPACE);
                assert_error(append(&file, "b", VOLUME_SIZE), ERR_NO_SPACE);
                file.puts = 0;
                assert_ok(append(&file, "b", most));
                assert_int_equal(measure(&file).free, 0);
                assert_true(has(&file, "a", 10) && has(&file, "b", most));
                assert_error(append(&file, "c", 0), ERR_NO_SPACE);
                memory_image_free(&file);
        }
}

/* Stale bytes are firmware's to reclaim. */
static void test_delete_frees_nothing(NO_STATE) {
        struct variable_store_space before, after;
        struct variable_store_entry entry;
        struct memory_image file;

        init_volume(&file, AUTHENTICATED);
        assert_ok(append(&file, "a", 100));
        assert_ok(append(&file, "b", 100));
        before = measure(&file);
        file.puts = 0;
        assert_ok(delete (&file, "a"));
        assert_int_equal(file.puts, 1);
        assert_false(file.unlike_flash);
        assert_int_equal(file.pending_count, 0);
        assert_int_equal(file.data[START + 2], 0x3d);
        after = measure(&file);
        assert_int_equal(after.free, before.free);
        assert_int_equal(after.stale, 60 + 4 + 100);
        assert_false(has(&file, "a", 100));
        assert_true(has(&file, "b", 100));
        assert_true(find(&file, "a", false, &entry));
        assert_true(bytes_equal(entry.data, make_data("a", 100)));
        assert_error(delete (&file, "a"), ERR_NOT_FOUND);

        /* The name is free again. */
        assert_ok(append(&file, "a", 7));
        assert_true(has(&file, "a", 7));
        memory_image_free(&file);
}

/* The one that was replaced goes first, as it would live again otherwise. */
static void test_delete_in_transition(NO_STATE) {
        struct memory_image file;

        init_volume(&file, AUTHENTICATED);
        assert_ok(append(&file, "a", 100));
        file.data[START + 2] = 0x3e;
        assert_true(has(&file, "a", 100));
        assert_ok(delete (&file, "a"));
        assert_int_equal(file.data[START + 2], 0x3c);

        file.data[START + 2] = 0x3d;
        assert_ok(append(&file, "a", 50));
        file.data[START + 2] = 0x3e;
        file.steps_allowed = file.steps + 2; /* a put and its flush */
        assert_error(delete (&file, "a"), ERR_IO);
        assert_int_equal(file.data[START + 2], 0x3c);
        assert_true(has(&file, "a", 50));
        file.steps_allowed = SIZE_MAX;
        assert_ok(delete (&file, "a"));
        assert_false(has(&file, "a", 50));
        memory_image_free(&file);
}

static void test_what_is_not_written(NO_STATE) {
        struct memory_image file;

        init_volume(&file, AUTHENTICATED);
        assert_ok(append(&file, "a", 100));
        assert_ok(append(&file, "b", 100));
        file.puts = 0;
        assert_error(append(&file, "a", 100), ERR_EXISTS);
        assert_error(delete (&file, "c"), ERR_NOT_FOUND);

        /* Two complete ones of one name: the copy that was made before was of the first one. */
        file.data[START + 60 + 4 + 100 + 60] = 'a';
        assert_error(delete (&file, "a"), ERR_EXISTS);

        /* Something behind the last one that is no variable: nothing is known to be free, or to be the last.
         */
        file.data[START + 60 + 4 + 100 + 60] = 'b';
        file.data[STORE_SIZE - 1] = 0x7f;
        assert_error(append(&file, "c", 1), ERR_SIGNATURE);
        assert_error(delete (&file, "a"), ERR_SIGNATURE);
        assert_error(delete (&file, "c"), ERR_SIGNATURE);
        assert_int_equal(file.puts, 0);
        memory_image_free(&file);
}

/* A header of which firmware had not said that it is valid counts as one without name and data. */
static void test_behind_an_unfinished_header(NO_STATE) {
        struct memory_image file;

        init_volume(&file, AUTHENTICATED);
        assert_ok(append(&file, "a", 100));
        file.steps_allowed = file.steps + 2; /* a put and its flush */
        assert_error(append(&file, "b", 100), ERR_IO);
        file.steps_allowed = SIZE_MAX;
        assert_ok(append(&file, "b", 30));
        assert_true(has(&file, "a", 100) && has(&file, "b", 30));
        assert_int_equal(measure(&file).stale, 60);
        memory_image_free(&file);
}

/* As far as it comes when the power fails before step `allowed`. The image is to be freed. */
static int append_until(struct memory_image *file, size_t allowed) {
        int r;

        init_volume(file, AUTHENTICATED);
        assert_ok(append(file, "a", 100));
        file->steps_allowed = file->steps + allowed;
        r = append(file, "b", 50);
        assert_true(r == 0 || r == ERR_IO);
        file->steps_allowed = SIZE_MAX;
        return r;
}

/* What was put since the last flush is lost in every way: "a" stays, "b" is whole or not there, "c" has room.
 */
static void test_power_fails_while_writing(NO_STATE) {
        int r = ERR_IO;

        for (size_t allowed = 0; r != 0; allowed++) {
                struct variable_store_entry entry;
                struct memory_image file;
                unsigned losses = 1;

                for (unsigned lost = 0; lost < losses; lost++) {
                        r = append_until(&file, allowed);
                        losses = memory_image_losses(&file);
                        memory_image_lose(&file, lost);
                        assert_true(has(&file, "a", 100));
                        assert_true(has(&file, "b", 50) || r == ERR_IO);
                        assert_false(find(&file, "b", false, &entry)); /* it was never deleted */
                        assert_ok(append(&file, "c", 10));
                        assert_true(has(&file, "c", 10));
                        memory_image_free(&file);
                }
                assert_true(allowed < 10);
        }
}

/* --- a whole flash -------------------------------------------------------------------------------- */

static void test_volume_in_a_flash(NO_STATE) {
        enum { BASE = 3 * VARIABLE_STORE_SCAN_STEP };
        static uint8_t flash[BASE + VARIABLE_STORE_SCAN_STEP + VOLUME_SIZE];
        struct variable_store store;
        struct memory_image file;
        struct fault fault;

        memset(flash, 0xff, sizeof(flash));
        memcpy(flash + 40, "_FVH", 4); /* a volume of something else */
        put_volume(flash + BASE, AUTHENTICATED);
        put_volume(flash + BASE + VARIABLE_STORE_SCAN_STEP, PLAIN);
        memory_image_init(&file, bytes_of(flash, sizeof(flash)));
        assert_int_equal(open_store(&file).start, BASE + START);
        assert_ok(append(&file, "a", 100));
        assert_true(has(&file, "a", 100));
        assert_int_equal(file.data[BASE + START + 2], 0x3f);
        assert_ok(delete (&file, "a"));
        assert_int_equal(file.data[BASE + START + 2], 0x3d);

        /* A damaged one is still the first one, in which nothing is changed. */
        file.data[BASE + 50] ^= 1;
        assert_error(variable_store_open(memory_image_bytes(&file), &store, &fault), ERR_CHECKSUM);
        assert_int_equal(fault.offset, BASE + 50);
        file.data[BASE + 50] ^= 1;
        file.data[BASE + VOLUME_HEADER + 20] = 0;
        assert_error(variable_store_open(memory_image_bytes(&file), &store, &fault), ERR_VALUE);
        assert_int_equal(fault.offset, BASE + VOLUME_HEADER + 20);

        /* Volumes begin at a multiple of 64 KiB. */
        memory_image_free(&file);
        memory_image_init(&file, bytes_of(flash + 1, sizeof(flash) - 1));
        assert_error(variable_store_open(memory_image_bytes(&file), &store, &fault), ERR_SIGNATURE);
        assert_int_equal(fault.offset, 40);
        memory_image_free(&file);
}

static struct bytes concatenate(const char *first, const char *second) {
        struct bytes left = test_read_file(first), right = test_read_file(second);
        uint8_t *both = malloc(left.size + right.size);

        memcpy(both, left.data, left.size);
        memcpy(both + left.size, right.data, right.size);
        free((void *) left.data);
        free((void *) right.data);
        return bytes_of(both, left.size + right.size);
}

/* OVMF.fd is its two halves. Of 2 MiB it is no more in releases since 2023. */
static void test_whole_ovmf(NO_STATE) {
        static const char *const halves[][2] = {
                { "/usr/share/OVMF/OVMF_VARS.fd", "/usr/share/OVMF/OVMF_CODE.fd" },
                { "/usr/share/OVMF/OVMF_VARS_4M.fd", "/usr/share/OVMF/OVMF_CODE_4M.fd" },
        };

        size_t tried = 0;

        for (size_t i = 0; i < ARRAY_SIZE(halves); i++) {
                FILE *there = fopen(halves[i][1], "rb");
                struct memory_image file;
                struct bytes flash;

                if (!there)
                        continue;
                fclose(there);
                tried++;
                flash = concatenate(halves[i][0], halves[i][1]);
                memory_image_init(&file, flash);
                assert_ok(append(&file, "a", 100));
                assert_true(has(&file, "a", 100));
                memory_image_free(&file);
                free((void *) flash.data);
        }
        if (tried == 0)
                skip();
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_bytes),
                cmocka_unit_test(test_full_to_the_last_byte),
                cmocka_unit_test(test_delete_frees_nothing),
                cmocka_unit_test(test_delete_in_transition),
                cmocka_unit_test(test_what_is_not_written),
                cmocka_unit_test(test_behind_an_unfinished_header),
                cmocka_unit_test(test_power_fails_while_writing),
                cmocka_unit_test(test_volume_in_a_flash),
                cmocka_unit_test(test_whole_ovmf),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

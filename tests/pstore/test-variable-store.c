/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/crash-truth.h"

#include <unistd.h>

#include "pstore/variable-store.h"

/* --- volumes built here --------------------------------------------------------------------------- */

#define VOLUME_HEADER 0x48
#define STORE_HEADER  28
#define START         (VOLUME_HEADER + STORE_HEADER)
#define VOLUME_SIZE   2048
#define STORE_END     (VOLUME_SIZE - 512) /* what follows is not the store's: the event log, the spare block */

static const struct guid crash_vendor =
        GUID_INIT(0xcfc8fc79, 0xbe2e, 0x4ddc, 0x97, 0xf0, 0x9f, 0x98, 0xbf, 0xe2, 0x98, 0xa0);
static const struct guid other_vendor =
        GUID_INIT(0x8be4df61, 0x93ca, 0x11d2, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c);
static const struct guid signature_authenticated =
        GUID_INIT(0xaaf32c78, 0x947b, 0x439a, 0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92);
static const struct guid signature_plain =
        GUID_INIT(0xddcf3616, 0x3275, 0x4164, 0x98, 0xb6, 0xfe, 0x85, 0x70, 0x7f, 0xfe, 0x7d);
static const struct guid volume_guid =
        GUID_INIT(0xfff12b8d, 0x7696, 0x4c8b, 0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50);

struct volume {
        uint8_t bytes[VOLUME_SIZE];
        size_t used; /* where the next variable goes */
        bool plain;
};

static void volume_fix_checksum(struct volume *volume) {
        uint16_t sum = 0;

        store_u16(volume->bytes + 50, 0);
        for (size_t i = 0; i < VOLUME_HEADER; i += 2)
                sum += bytes_u16(bytes_of(volume->bytes, VOLUME_HEADER), i);
        store_u16(volume->bytes + 50, (uint16_t) -sum);
}

static void volume_init(struct volume *volume, bool plain) {
        uint8_t *store = volume->bytes + VOLUME_HEADER;

        memset(volume->bytes, 0xff, VOLUME_SIZE);
        memset(volume->bytes, 0, VOLUME_HEADER);
        memcpy(volume->bytes + 16, volume_guid.bytes, GUID_SIZE);
        store_u64(volume->bytes + 32, VOLUME_SIZE);
        memcpy(volume->bytes + 40, "_FVH", 4);
        store_u16(volume->bytes + 48, VOLUME_HEADER);
        memcpy(store, plain ? signature_plain.bytes : signature_authenticated.bytes, GUID_SIZE);
        store_u32(store + 16, STORE_END - VOLUME_HEADER);
        store[20] = 0x5a;
        store[21] = 0xfe;
        volume_fix_checksum(volume);
        volume->used = START;
        volume->plain = plain;
}

/* Returns the offset of the variable. */
static size_t volume_add(struct volume *volume, uint8_t state, const struct guid *vendor, const char *name,
                         size_t data_size) {
        size_t at = volume->used, header_size = volume->plain ? 32 : 60, sizes = volume->plain ? 8 : 36;
        size_t name_size = 2 * strlen(name) + 2;
        uint8_t *header = volume->bytes + at;

        memset(header, 0, header_size + name_size);
        store_u16(header, 0x55aa);
        header[2] = state;
        store_u32(header + 4, 7);
        store_u32(header + sizes, (uint32_t) name_size);
        store_u32(header + sizes + 4, (uint32_t) data_size);
        memcpy(header + sizes + 8, vendor->bytes, GUID_SIZE);
        for (size_t i = 0; name[i]; i++)
                header[header_size + 2 * i] = (uint8_t) name[i];
        memset(header + header_size + name_size, 'd', data_size);
        volume->used = (at + header_size + name_size + data_size + 3) & ~(size_t) 3;
        return at;
}

static struct variable_store volume_open(const struct volume *volume) {
        struct variable_store store;
        struct fault fault;

        assert_ok(variable_store_open(bytes_of(volume->bytes, VOLUME_SIZE), &store, &fault));
        return store;
}

/* --- reading -------------------------------------------------------------------------------------- */

static void name_to_ascii(struct bytes name, char *text, size_t capacity) {
        size_t i;

        for (i = 0; i + 1 < capacity && i < name.size / 2; i++)
                text[i] = (char) bytes_u16(name, 2 * i);
        text[i] = '\0';
}

static void assert_name(const struct variable_store_entry *entry, const char *name) {
        char text[200];

        name_to_ascii(entry->name, text, sizeof(text));
        assert_string_equal(text, name);
        assert_int_equal(entry->name.size, 2 * strlen(name));
}

static void check_both_variables(bool plain) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry = { 0 };
        struct variable_store_space space;
        struct variable_store store;
        struct fault fault;
        struct volume volume;
        size_t first, second;

        volume_init(&volume, plain);
        first = volume_add(&volume, 0x3f, &crash_vendor, "dump-type0-1", 101);
        second = volume_add(&volume, 0x3c, &other_vendor, "Boot0000", 8);
        store = volume_open(&volume);

        assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 1);
        assert_int_equal(entry.offset, first);
        assert_int_equal(entry.size, second - first);
        assert_int_equal(entry.state, 0x3f);
        assert_true(entry.live);
        assert_int_equal(entry.attributes, 7);
        assert_true(guid_equal(&entry.vendor, &crash_vendor));
        assert_name(&entry, "dump-type0-1");
        assert_int_equal(entry.data.size, 101);
        assert_true(bytes_are_all(entry.data, 'd'));
        assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 1);
        assert_name(&entry, "Boot0000");
        assert_false(entry.live);
        assert_true(guid_equal(&entry.vendor, &other_vendor));
        assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 0);
        assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 0);
        assert_int_equal(entry.offset, second);

        variable_store_measure(&store, &space);
        assert_int_equal(space.size, STORE_END - START);
        assert_int_equal(space.live, second - first);
        assert_int_equal(space.stale, volume.used - second);
        assert_int_equal(space.free, STORE_END - volume.used);
}

static void test_authenticated_headers(NO_STATE) {
        check_both_variables(false);
}

static void test_plain_headers(NO_STATE) {
        check_both_variables(true);
}

/* Which of the variables of one store are live, in order: "10" is the first and not the second. */
static void assert_live(const struct volume *volume, const char *live) {
        struct variable_store store = volume_open(volume);
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct fault fault;
        char found[20] = "";

        for (size_t i = 0; variable_store_next(&store, &cursor, &entry, &fault) > 0; i++)
                found[i] = entry.live ? '1' : '0';
        assert_string_equal(found, live);
}

static void test_states(NO_STATE) {
        static const uint8_t states[] = { 0x3f, 0x3e, 0x3d, 0x3c, 0x7f, 0x7d, 0x00, 0xbf };
        struct volume volume;

        volume_init(&volume, false);
        for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
                char name[2] = { (char) ('a' + i), '\0' };

                volume_add(&volume, states[i], &crash_vendor, name, 4);
        }
        assert_live(&volume, "11000000");
}

static void test_in_transition(NO_STATE) {
        struct volume volume;

        volume_init(&volume, false); /* the new one complete, behind and before the old one */
        volume_add(&volume, 0x3e, &crash_vendor, "a", 4);
        volume_add(&volume, 0x3f, &crash_vendor, "a", 4);
        volume_add(&volume, 0x3f, &crash_vendor, "b", 4);
        volume_add(&volume, 0x3e, &crash_vendor, "b", 4);
        assert_live(&volume, "0110");

        volume_init(&volume,
                    false); /* the new one not complete, deleted, of another vendor, of another name */
        volume_add(&volume, 0x3e, &crash_vendor, "a", 4);
        volume_add(&volume, 0x7f, &crash_vendor, "a", 4);
        volume_add(&volume, 0x3c, &crash_vendor, "a", 4);
        volume_add(&volume, 0x3f, &other_vendor, "a", 4);
        volume_add(&volume, 0x3f, &crash_vendor, "aa", 4);
        assert_live(&volume, "10011");

        volume_init(&volume, false); /* two in transition: the last one */
        volume_add(&volume, 0x3e, &crash_vendor, "a", 4);
        volume_add(&volume, 0x3e, &crash_vendor, "a", 4);
        assert_live(&volume, "01");
}

/*
 * Power failed before the header was complete: edk2 goes on right behind it. Any of these fields that is
 * still erased says so (Variable/RuntimeDxe/VariableParsing.c, NameSizeOfVariable()).
 */
static void test_unfinished_header(NO_STATE) {
        static const struct {
                size_t offset, size;
                const char *live;
        } fields[] = {
                { 2, 1, "01" },  /* state */
                { 4, 4, "11" },  /* attributes */
                { 36, 4, "11" }, /* size of the name */
                { 40, 4, "11" }, /* and of the data */
        };

        for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
                struct volume volume;
                size_t at;

                volume_init(&volume, false);
                at = volume_add(&volume, 0x3f, &crash_vendor, "lost", 400);
                memset(volume.bytes + at + fields[i].offset, 0xff, fields[i].size);
                memset(volume.bytes + at + 60, 0xff, 2 * 5 + 400);
                volume.used = at + 60;
                volume_add(&volume, 0x3f, &crash_vendor, "next", 4);
                assert_live(&volume, fields[i].live);
        }
}

static void test_full_to_the_last_byte(NO_STATE) {
        struct variable_store_space space;
        struct variable_store store;
        struct volume volume;

        volume_init(&volume, false);
        volume_add(&volume, 0x3f, &crash_vendor, "a", STORE_END - START - 60 - 4);
        assert_int_equal(volume.used, STORE_END);
        assert_live(&volume, "1");
        store = volume_open(&volume);
        variable_store_measure(&store, &space);
        assert_int_equal(space.free, 0);
        assert_int_equal(space.live, space.size);
}

/* --- defects -------------------------------------------------------------------------------------- */

static const struct header_defect {
        const char *what;
        size_t offset, size;
        uint64_t value;
        size_t image_size;
        bool keep_checksum;
        int error;
        size_t fault_offset;
        const char *field;
} header_defects[] = {
        { "empty file", 0, 0, 0, 0, false, ERR_TRUNCATED, 0, "firmware volume header" },
        { "cut in the volume's header", 0, 0, 0, 55, false, ERR_TRUNCATED, 55, "firmware volume header" },
        { "cut in the volume", 0, 0, 0, VOLUME_SIZE - 1, false, ERR_TRUNCATED, 32, "FvLength" },
        { "no volume", 40, 1, 'X', VOLUME_SIZE, false, ERR_SIGNATURE, 40, "Signature" },
        { "a volume of code", 16, 4, 0x8c8ce578, VOLUME_SIZE, false, ERR_SIGNATURE, 16, "FileSystemGuid" },
        { "checksum", 44, 4, 0x0004feff, VOLUME_SIZE, true, ERR_CHECKSUM, 50, "Checksum" },
        { "HeaderLength too small", 48, 2, 54, VOLUME_SIZE, false, ERR_LENGTH, 48, "HeaderLength" },
        { "HeaderLength odd", 48, 2, 73, VOLUME_SIZE, false, ERR_LENGTH, 48, "HeaderLength" },
        { "HeaderLength behind the end", 48, 2, VOLUME_SIZE + 2, VOLUME_SIZE, false, ERR_LENGTH, 48,
          "HeaderLength" },
        { "FvLength beyond the file", 32, 8, UINT64_MAX, VOLUME_SIZE, false, ERR_TRUNCATED, 32, "FvLength" },
        { "FvLength without room", 32, 8, VOLUME_HEADER + 27, VOLUME_SIZE, false, ERR_LENGTH, 32,
          "FvLength" },
        { "store of unknown headers", VOLUME_HEADER, 1, 0, VOLUME_SIZE, false, ERR_SIGNATURE, VOLUME_HEADER,
          "variable store Signature" },
        { "store smaller than its header", VOLUME_HEADER + 16, 4, 27, VOLUME_SIZE, false, ERR_LENGTH,
          VOLUME_HEADER + 16, "variable store Size" },
        { "store larger than the volume", VOLUME_HEADER + 16, 4, VOLUME_SIZE - VOLUME_HEADER + 1, VOLUME_SIZE,
          false, ERR_LENGTH, VOLUME_HEADER + 16, "variable store Size" },
        { "store not formatted", VOLUME_HEADER + 20, 1, 0xff, VOLUME_SIZE, false, ERR_VALUE,
          VOLUME_HEADER + 20, "variable store Format" },
        { "store not healthy", VOLUME_HEADER + 21, 1, 0xfc, VOLUME_SIZE, false, ERR_VALUE, VOLUME_HEADER + 21,
          "variable store State" },
};

static void test_header_defects(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(header_defects); i++) {
                const struct header_defect *defect = &header_defects[i];
                struct variable_store store = { .end = 77 };
                struct fault fault = { .field = "none" };
                struct volume volume;
                int r;

                volume_init(&volume, false);
                for (size_t k = 0; k < defect->size; k++)
                        volume.bytes[defect->offset + k] = (uint8_t) (defect->value >> 8 * k);
                if (!defect->keep_checksum)
                        volume_fix_checksum(&volume);
                r = variable_store_open(bytes_of(volume.bytes, defect->image_size), &store, &fault);
                if (r != defect->error || strcmp(fault.field, defect->field) != 0 ||
                    fault.offset != defect->fault_offset)
                        fail_msg("%s: %s, %s at %zu", defect->what, error_name(r), fault.field, fault.offset);
                assert_int_equal(store.end, 77);
        }
}

/*
 * A defect in the second variable of three: the walk says what is wrong and goes on with the third. What a
 * second one says of itself is given up to there, if its name is good.
 */
static const struct {
        const char *what;
        size_t offset, size;
        uint32_t value;
        int error;
        const char *field;
        bool cut;
} variable_defects[] = {
        { "StartId", 0, 2, 0x55ab, ERR_SIGNATURE, "variable StartId", false },
        { "StartId erased, the rest not", 0, 2, 0xffff, ERR_SIGNATURE, "variable StartId", false },
        { "NameSize beyond the store", 36, 4, STORE_END, ERR_LENGTH, "variable NameSize", false },
        { "NameSize that wraps", 36, 4, UINT32_MAX - 1, ERR_LENGTH, "variable NameSize", false },
        { "NameSize that leads into the third", 36, 4, 0x28, ERR_LENGTH, "variable DataSize", false },
        { "DataSize beyond the store", 40, 4, STORE_END, ERR_LENGTH, "variable DataSize", true },
        { "DataSize that wraps", 40, 4, UINT32_MAX - 1, ERR_LENGTH, "variable DataSize", true },
        { "DataSize that leads into the third", 40, 4, 100, ERR_LENGTH, "variable DataSize", true },
        { "DataSize that leads to erased flash", 40, 4, 300, ERR_LENGTH, "variable DataSize", true },
        { "DataSize of all that is left", 40, 4, STORE_END - START - 2 * 86 - 60, ERR_LENGTH,
          "variable DataSize", true },
};

static void test_variable_defects_hide_no_other(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(variable_defects); i++) {
                struct variable_store_cursor cursor = { 0 };
                struct variable_store_entry entry = { 0 };
                struct variable_store_space space;
                struct fault fault = { .field = "none" };
                struct variable_store store;
                struct volume volume;
                size_t second, third;

                volume_init(&volume, false);
                volume_add(&volume, 0x3f, &crash_vendor, "first", 10);
                second = volume_add(&volume, 0x3f, &crash_vendor, "second", 10);
                third = volume_add(&volume, 0x3f, &crash_vendor, "third", 10);
                for (size_t k = 0; k < variable_defects[i].size; k++)
                        volume.bytes[second + variable_defects[i].offset + k] =
                                (uint8_t) (variable_defects[i].value >> 8 * k);
                store = volume_open(&volume);
                assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 1);
                assert_false(entry.salvaged);
                assert_error(variable_store_next(&store, &cursor, &entry, &fault), variable_defects[i].error);
                assert_name(&entry, "first");
                assert_string_equal(fault.field, variable_defects[i].field);
                if (strcmp(variable_defects[i].what, "NameSize that leads into the third") != 0)
                        assert_int_equal(fault.offset, second + variable_defects[i].offset);
                if (variable_defects[i].cut) {
                        assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 1);
                        assert_name(&entry, "second");
                        assert_true(entry.salvaged && entry.live);
                        assert_int_equal(entry.offset + entry.size, third);
                        assert_true(bytes_are_all(bytes_first(entry.data, 10), 'd'));
                        assert_true(entry.data.size < 10 + 4);
                }
                assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 1);
                assert_name(&entry, "third");
                assert_true(entry.salvaged && entry.live);
                assert_int_equal(entry.data.size, 10);
                assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 0);
                assert_error(variable_store_check(&store, &fault), variable_defects[i].error);
                variable_store_measure(&store, &space);
                assert_int_equal(space.live,
                                 (variable_defects[i].cut ? third : second) - START + volume.used - third);
                assert_int_equal(space.free, 0);
                assert_int_equal(space.stale, space.size - space.live);
        }
}

/* Noise that is no header, whatever it begins with, and nothing of it is taken for one. */
static void test_noise_hides_what_it_covers_alone(NO_STATE) {
        for (unsigned seed = 0; seed < 200; seed++) {
                struct variable_store_cursor cursor = { 0 };
                struct variable_store_entry entry;
                struct variable_store store;
                struct fault fault;
                struct volume volume;
                unsigned found = 0, errors = 0;
                size_t at[10];
                int r;

                volume_init(&volume, seed % 2);
                for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
                        char name[] = { (char) ('a' + i), 'x', '\0' };

                        at[i] = volume_add(&volume, 0x3f, &crash_vendor, name, 20);
                }
                srand(seed);
                for (size_t i = at[3]; i < at[6] + 40; i++)
                        volume.bytes[i] = (uint8_t) rand();
                if (seed % 3 == 0)
                        store_u16(volume.bytes + at[3], 0x55aa);
                /* All but the name is one's. */
                memcpy(volume.bytes + at[5], volume.bytes + at[0], at[1] - at[0]);
                store_u16(volume.bytes + at[5] + (volume.plain ? 32 : 60), seed % 5 == 0 ? 0xffff : 1);
                store = volume_open(&volume);
                while ((r = variable_store_next(&store, &cursor, &entry, &fault)) != 0) {
                        errors += r < 0;
                        if (r > 0 && entry.live && entry.size == at[1] - at[0]) {
                                assert_true(entry.salvaged == (entry.offset >= at[7]));
                                found++;
                        }
                }
                assert_int_equal(found, 6);
                assert_true(errors > 0);
        }
}

/* What begins like a header right before a good one: it has no room for its own, so it is nothing. */
static void test_a_mark_right_before_a_header(NO_STATE) {
        for (size_t back = 4; back < 60; back += 4) {
                struct variable_store_cursor cursor = { 0 };
                struct variable_store_entry entry = { 0 };
                struct variable_store store;
                struct fault fault;
                struct volume volume;
                size_t at;

                volume_init(&volume, false);
                volume.used += back;
                at = volume_add(&volume, 0x3f, &crash_vendor, "a", 10);
                volume_add(&volume, 0x3f, &crash_vendor, "b", 10);
                memset(volume.bytes + START, 0x11, back);
                store_u16(volume.bytes + START, 0x55aa);
                store = volume_open(&volume);
                assert_true(variable_store_next(&store, &cursor, &entry, &fault) < 0);
                assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 1);
                assert_int_equal(entry.offset, at);
                assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 1);
                assert_name(&entry, "b");
        }
}

/* A store in which headers follow each other in ever larger ones is walked in its own time. */
static void test_a_walk_over_damage_is_linear(NO_STATE) {
        enum { SIZE = 8 * 1024 * 1024, ENTRY = 64 };
        static uint8_t image[SIZE];
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct variable_store store;
        struct fault fault;
        struct volume volume;
        size_t count = 0;

        volume_init(&volume, false);
        store_u64(volume.bytes + 32, SIZE);
        store_u32(volume.bytes + VOLUME_HEADER + 16, SIZE - VOLUME_HEADER);
        volume_fix_checksum(&volume);
        volume_add(&volume, 0x3f, &crash_vendor, "a", 0);
        memcpy(image, volume.bytes, START);
        for (size_t at = START; at + ENTRY <= SIZE; at += ENTRY) {
                memcpy(image + at, volume.bytes + START, ENTRY);
                store_u32(image + at + 40, (uint32_t) (SIZE - at - ENTRY));
        }
        assert_ok(variable_store_open(bytes_of(image, SIZE), &store, &fault));
        (void) alarm(60);
        while (variable_store_next(&store, &cursor, &entry, &fault) != 0)
                count++;
        (void) alarm(0);
        assert_true(count >= SIZE / ENTRY - 2);
}

/* --- damaged headers ------------------------------------------------------------------------------ */

#define FLASH_SIZE   0x42000
#define RECLAIM_SIZE 0x84000

/* As OVMF lays it out: the store, the working block, and behind it in the spare block a copy of another age.
 */
static void flash_build(uint8_t *flash, size_t copy_at) {
        static const uint8_t working[] = { 0x2b, 0x29, 0x58, 0x9e, 0x68, 0x7c, 0x7d, 0x49,
                                           0xa0, 0xce, 0x65, 0x00, 0xfd, 0x9f, 0x1b, 0x95 };
        struct volume volume;

        memset(flash, 0xff, FLASH_SIZE);
        volume_init(&volume, false);
        volume_add(&volume, 0x3f, &crash_vendor, "cleared", 30);
        memcpy(flash + copy_at, volume.bytes, VOLUME_SIZE);
        memcpy(flash + copy_at - 4096, working, sizeof(working));
        volume_init(&volume, false);
        volume_add(&volume, 0x3f, &other_vendor, "Boot0000", 30);
        volume_add(&volume, 0x3f, &crash_vendor, "dump-type0-1", 30);
        volume_add(&volume, 0x3d, &crash_vendor, "dump-type0-2", 30);
        store_u64(volume.bytes + 32, FLASH_SIZE);
        volume_fix_checksum(&volume);
        memcpy(flash, volume.bytes, VOLUME_SIZE);
}

/* --- a store that firmware was writing anew ------------------------------------------------------- */

#define SPARE_AT   0x42000
#define WORKING_AT (SPARE_AT - 4096)
#define WRITE_AT   (WORKING_AT + 32)

/*
 * As OVMF lays it out when its power went in a reclaim: the spare block has the variables, with the volume's
 * header, and the store has the first of them. See edk2 FaultTolerantWrite.h.
 */
static void reclaim_build(uint8_t *flash, uint8_t header, uint8_t record) {
        static const uint8_t working[] = { 0x2b, 0x29, 0x58, 0x9e, 0x68, 0x7c, 0x7d, 0x49,
                                           0xa0, 0xce, 0x65, 0x00, 0xfd, 0x9f, 0x1b, 0x95 };
        uint8_t *write = flash + WRITE_AT;
        struct volume volume;

        memset(flash, 0xff, RECLAIM_SIZE);
        volume_init(&volume, false);
        store_u64(volume.bytes + 32, RECLAIM_SIZE);
        volume_fix_checksum(&volume);
        volume_add(&volume, 0x3f, &crash_vendor, "dump-type0-1", 30);
        memcpy(flash, volume.bytes, volume.used);
        volume_add(&volume, 0x3f, &crash_vendor, "dump-type0-2", 30);
        memcpy(flash + SPARE_AT, volume.bytes, VOLUME_SIZE);
        memcpy(flash + WORKING_AT, working, sizeof(working));
        write[0] = header;
        store_u64(write + 24, 1); /* writes */
        store_u64(write + 32, 0); /* private bytes of each */
        write[40] = record;
        store_u64(write + 48, 0);                         /* from this block on */
        store_u64(write + 56, VOLUME_HEADER);             /* and this offset in it */
        store_u64(write + 64, STORE_END - VOLUME_HEADER); /* so many bytes */
        store_u64(write + 72, 0);
}

static unsigned count_variables(const struct variable_store *store) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct fault fault;
        unsigned count = 0;

        while (variable_store_next(store, &cursor, &entry, &fault) > 0)
                count++;
        return count;
}

static void test_what_firmware_has_to_go_on_with_is_in_its_spare_block(NO_STATE) {
        static const struct {
                uint8_t header, record;
                bool due;
        } steps[] = {
                { 0xff, 0xff, false }, { 0xfe, 0xff, false }, { 0xfc, 0xff, false },
                { 0xfc, 0xfd, true }, /* the spare block is complete, and the store is not */
                { 0xfc, 0xf9, false }, { 0xf8, 0xf9, false },
        };
        uint8_t *flash = malloc(RECLAIM_SIZE);
        struct variable_store store;
        struct fault fault;

        for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
                reclaim_build(flash, steps[i].header, steps[i].record);
                assert_int_equal(variable_store_open_spare(bytes_of(flash, RECLAIM_SIZE), &store, &fault),
                                 steps[i].due);
                if (!steps[i].due)
                        assert_ok(variable_store_open(bytes_of(flash, RECLAIM_SIZE), &store, &fault));
                assert_int_equal(count_variables(&store), steps[i].due ? 2 : 1);
        }
        free(flash);
}

/* The volume's header is erased and written with the rest. */
static void test_the_spare_block_of_a_store_without_a_header(NO_STATE) {
        uint8_t *flash = malloc(RECLAIM_SIZE);
        struct variable_store store;
        struct fault fault;

        reclaim_build(flash, 0xfc, 0xfd);
        memset(flash, 0xff, VOLUME_SIZE);
        assert_int_equal(variable_store_open_spare(bytes_of(flash, RECLAIM_SIZE), &store, &fault), 1);
        assert_int_equal(count_variables(&store), 2);
        assert_int_equal(fault.offset, WRITE_AT + 40);
        free(flash);
}

/* A write that was finished comes before it. */
static void test_the_last_write_counts(NO_STATE) {
        uint8_t *flash = malloc(RECLAIM_SIZE);
        struct variable_store store;
        struct fault fault;

        reclaim_build(flash, 0xfc, 0xfd);
        memmove(flash + WRITE_AT + 80, flash + WRITE_AT, 80);
        flash[WRITE_AT] = 0xf8;
        flash[WRITE_AT + 40] = 0xf9;
        assert_int_equal(variable_store_open_spare(bytes_of(flash, RECLAIM_SIZE), &store, &fault), 1);
        store_u64(flash + WRITE_AT + 24, UINT64_MAX); /* no such count can be */
        assert_int_equal(variable_store_open_spare(bytes_of(flash, RECLAIM_SIZE), &store, &fault), 0);
        free(flash);
}

/* Of the store's own headers and of the spare block's; and cut off anywhere. */
static void test_a_spare_block_that_is_none(NO_STATE) {
        uint8_t *flash = malloc(RECLAIM_SIZE);
        struct variable_store store;
        struct fault fault;

        reclaim_build(flash, 0xfc, 0xfd);
        for (size_t size = SPARE_AT; size < SPARE_AT + STORE_END; size += 16)
                assert_int_equal(variable_store_open_spare(bytes_of(flash, size), &store, &fault), 0);
        flash[SPARE_AT + 41]++;
        assert_int_equal(variable_store_open_spare(bytes_of(flash, RECLAIM_SIZE), &store, &fault), 0);
        free(flash);
}

static void assert_salvaged(struct bytes image, const char *names) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct variable_store store;
        struct fault fault;
        char found[200] = "";
        int r;

        assert_ok(variable_store_salvage(image, &store));
        assert_true(store.damaged);
        while ((r = variable_store_next(&store, &cursor, &entry, &fault)) != 0)
                if (r > 0) {
                        char name[40];

                        assert_true(entry.salvaged);
                        name_to_ascii(entry.name, name, sizeof(name));
                        snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%s ", name,
                                 entry.live ? "" : "(deleted)");
                }
        assert_string_equal(found, names);
}

/* Whatever of the headers is damaged: what is in the store is found, and nothing of the copy. */
static void test_damaged_headers_hide_no_variable(NO_STATE) {
        static const struct {
                const char *what;
                size_t offset, size;
                uint8_t byte;
                size_t copy_at;
        } rows[] = {
                { "Signature", 40, 4, 0, 0x2000 },
                { "FileSystemGuid", 16, 16, 0x55, 0x2000 },
                { "Checksum", 50, 1, 0x33, 0x2000 },
                { "Signature, and the copy where a volume may begin", 40, 4, 0, 0x10000 },
                { "FvLength, and the copy where a volume may begin", 32, 8, 0xff, 0x10000 },
                { "HeaderLength", 48, 2, 0xff, 0x2000 },
                { "FvLength", 32, 8, 0xff, 0x2000 },
                { "store Signature", VOLUME_HEADER, 16, 0, 0x2000 },
                { "store Size", VOLUME_HEADER + 16, 4, 0xff, 0x2000 },
                { "store Format", VOLUME_HEADER + 20, 1, 0, 0x2000 },
                { "store State", VOLUME_HEADER + 21, 1, 0, 0x2000 },
                { "all of them", 0, START, 0x99, 0x2000 },
        };
        static uint8_t flash[FLASH_SIZE];

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct variable_store store;
                struct fault fault;
                struct bytes image = bytes_of(flash, FLASH_SIZE);

                flash_build(flash, rows[i].copy_at);
                memset(flash + rows[i].offset, rows[i].byte, rows[i].size);
                if (variable_store_open(image, &store, &fault) == 0)
                        fail_msg("%s: opened", rows[i].what);
                assert_salvaged(image, "Boot0000 dump-type0-1 dump-type0-2(deleted) ");
                memset(flash + rows[i].copy_at, 0xff, START); /* a copy of blocks behind the first */
                assert_salvaged(image, "Boot0000 dump-type0-1 dump-type0-2(deleted) ");
        }
        flash_build(flash, 0x2000);
        memset(flash, 0x99, START + 100); /* and the first variable */
        assert_salvaged(bytes_of(flash, FLASH_SIZE), "dump-type0-1 dump-type0-2(deleted) ");
}

/* What only holds a store somewhere is none. */
static void test_only_a_store_is_salvaged(NO_STATE) {
        static uint8_t file[2 * FLASH_SIZE];
        struct bytes image = bytes_of(file, sizeof(file));
        struct variable_store store;
        struct fault fault;

        assert_error(variable_store_salvage(image, &store), ERR_NOT_FOUND);
        assert_error(variable_store_salvage(bytes_first(image, 0), &store), ERR_NOT_FOUND);
        assert_error(variable_store_salvage(bytes_first(image, 90), &store), ERR_NOT_FOUND);
        flash_build(file + 0x11000, 0x2000); /* no multiple of 64 KiB */
        assert_error(variable_store_open(image, &store, &fault), ERR_SIGNATURE);
        assert_int_equal(fault.offset, 40);
        assert_error(variable_store_salvage(image, &store), ERR_NOT_FOUND);
        memset(file, 0, sizeof(file));
        flash_build(file + 0x11200, 0x2000); /* as in an archive */
        assert_error(variable_store_salvage(image, &store), ERR_NOT_FOUND);
}

static void put_volume(uint8_t *flash, size_t size, bool of_code) {
        struct volume volume;

        volume_init(&volume, false);
        volume_add(&volume, 0x3f, &crash_vendor, "a", 4);
        if (of_code)
                volume.bytes[16] ^= 1;
        store_u64(volume.bytes + 32, size);
        volume_fix_checksum(&volume);
        memcpy(flash, volume.bytes, VOLUME_SIZE);
}

/* In a volume of code lies what it brings along, such as an empty store. */
static void test_a_volume_in_a_volume_is_none(NO_STATE) {
        enum { STEP = VARIABLE_STORE_SCAN_STEP };
        static uint8_t flash[6 * STEP];
        struct variable_store store;
        struct fault fault;

        memset(flash, 0xff, sizeof(flash));
        put_volume(flash, 3 * STEP, true);
        put_volume(flash + STEP, VOLUME_SIZE, false);
        put_volume(flash + 4 * STEP, VOLUME_SIZE, false);
        assert_ok(variable_store_open(bytes_of(flash, sizeof(flash)), &store, &fault));
        assert_int_equal(store.start, 4 * STEP + START);

        /* One that is damaged is still the first; a good one may be read in its stead, but for a copy in it.
         */
        put_volume(flash, 3 * STEP, false);
        flash[50] ^= 1;
        assert_error(variable_store_open(bytes_of(flash, sizeof(flash)), &store, &fault), ERR_CHECKSUM);
        assert_ok(variable_store_salvage(bytes_of(flash, sizeof(flash)), &store));
        assert_int_equal(store.start, 4 * STEP + START);
        assert_false(store.damaged);
        memset(flash + 4 * STEP, 0xff, VOLUME_SIZE);
        assert_ok(variable_store_salvage(bytes_of(flash, sizeof(flash)), &store));
        assert_int_equal(store.start, START);
        assert_true(store.damaged && store.end <= STEP);
}

static void test_variable_cut_by_the_end_of_the_store(NO_STATE) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct fault fault;
        struct variable_store store;
        struct volume volume;

        volume_init(&volume, false);
        volume_add(&volume, 0x3f, &crash_vendor, "a", STORE_END - START - 60 - 4 - 8);
        store_u16(volume.bytes + volume.used, 0x55aa);
        store = volume_open(&volume);
        assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 1);
        assert_error(variable_store_next(&store, &cursor, &entry, &fault), ERR_SIGNATURE);
        assert_int_equal(fault.offset, volume.used);
}

static void test_many_in_transition_are_all_shown(NO_STATE) {
        enum { COUNT = 300, ENTRY = 60 + 4 };
        static uint8_t image[START + COUNT * ENTRY];
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct variable_store store;
        struct fault fault;
        struct volume volume;
        unsigned live = 0;

        volume_init(&volume, false);
        store_u64(volume.bytes + 32, sizeof(image));
        store_u32(volume.bytes + VOLUME_HEADER + 16, sizeof(image) - VOLUME_HEADER);
        volume_fix_checksum(&volume);
        volume_add(&volume, 0x3e, &crash_vendor, "a", 0);
        memcpy(image, volume.bytes, START);
        for (size_t i = 0; i < COUNT; i++)
                memcpy(image + START + i * ENTRY, volume.bytes + START, ENTRY);
        assert_ok(variable_store_open(bytes_of(image, sizeof(image)), &store, &fault));
        for (size_t i = 0; i < COUNT; i++) {
                assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 1);
                live += entry.live;
        }
        assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 0);
        assert_int_equal(live, COUNT - 256);
}

/* --- real volumes --------------------------------------------------------------------------------- */

/* The file unpacked by xz; the caller frees .data. */
static struct bytes read_xz(const char *path) {
        enum { CAPACITY = 1024 * 1024 };
        uint8_t *data = malloc(CAPACITY);
        char command[4200];
        FILE *pipe;
        size_t size;

        snprintf(command, sizeof(command), "xz -dc '%s'", path);
        pipe = popen(command, "r");
        assert_non_null(pipe);
        size = fread(data, 1, CAPACITY, pipe);
        assert_int_equal(pclose(pipe), 0);
        return bytes_of(data, size);
}

static struct json_object *find_record(struct json_object *records, const char *name) {
        for (size_t i = 0; i < json_object_array_length(records); i++) {
                struct json_object *record = json_object_array_get_idx(records, i);

                if (strcmp(json_object_get_string(crash_truth_member(record, "name")), name) == 0)
                        return record;
        }
        fail_msg("truth.json has no record %s", name);
        return NULL;
}

static void assert_entry_is(const struct variable_store_entry *entry, struct json_object *records) {
        char name[200];
        struct json_object *truth;

        name_to_ascii(entry->name, name, sizeof(name));
        truth = find_record(records, name);
        assert_int_equal(entry->data.size, json_object_get_int(crash_truth_member(truth, "size")));
        assert_int_equal(entry->attributes, json_object_get_int(crash_truth_member(truth, "attrs")));
        crash_truth_assert_digest(truth, entry->data);
}

static void assert_volume_is(struct bytes image, struct json_object *truth) {
        struct json_object *records = crash_truth_member(truth, "records");
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct variable_store_space space;
        struct variable_store store;
        struct fault fault;
        int live = 0, dead = 0, r;
        size_t crash = 0;

        assert_ok(variable_store_open(image, &store, &fault));
        while ((r = variable_store_next(&store, &cursor, &entry, &fault)) > 0) {
                live += entry.live;
                dead += !entry.live;
                if (!entry.live || !guid_equal(&entry.vendor, &crash_vendor))
                        continue;
                assert_entry_is(&entry, records);
                crash++;
        }
        assert_ok(r);
        assert_int_equal(crash, json_object_array_length(records));
        assert_int_equal(live, json_object_get_int(crash_truth_member(truth, "live_vars")));
        assert_int_equal(dead, json_object_get_int(crash_truth_member(truth, "dead_vars")));
        variable_store_measure(&store, &space);
        assert_int_equal(space.size + STORE_HEADER,
                         json_object_get_int(crash_truth_member(truth, "store_size")));
        assert_int_equal(space.free, json_object_get_int(crash_truth_member(truth, "free")));
        assert_int_equal(space.live + space.stale, json_object_get_int(crash_truth_member(truth, "used")));
}

static void assert_corpus_folder(const char *folder) {
        char path[200];
        struct json_object *truth = crash_truth_open(folder);
        struct bytes image;

        snprintf(path, sizeof(path), "crash/%s/vars.fd.xz", folder);
        image = read_xz(test_corpus(path));
        assert_volume_is(image, crash_truth_member(truth, "efi"));
        free((void *) image.data);
        json_object_put(truth);
}

static void test_volumes_of_real_crashes(NO_STATE) {
        if (!test_corpus(""))
                skip();
        assert_corpus_folder("6.1-efi-panic");
        assert_corpus_folder("6.1-efi-oops-panic");
}

/* The used part of one of them, with the volume made as small. */
static void test_volume_of_a_panic(NO_STATE) {
        struct bytes image = test_read_file(test_data("variable-store/linux-6.1-panic.fd"));
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct variable_store_space space;
        struct variable_store store;
        struct fault fault;
        unsigned parts = 0;

        assert_ok(variable_store_open(image, &store, &fault));
        while (variable_store_next(&store, &cursor, &entry, &fault) > 0)
                if (entry.live && guid_equal(&entry.vendor, &crash_vendor)) {
                        char name[40];

                        snprintf(name, sizeof(name), "dump-type0-%u-1-1709210119-C", ++parts);
                        assert_name(&entry, name);
                }
        assert_int_equal(parts, 14);
        variable_store_measure(&store, &space);
        assert_int_equal(space.live + space.stale, 26648);
        assert_int_equal(space.free, 1000);
        free((void *) image.data);
}

/* The empty volumes that a distribution ships with OVMF, and its code, which is no such volume. */
static void check_shipped(const char *name, int error, size_t size) {
        char path[100];
        struct variable_store_space space;
        struct variable_store store;
        struct fault fault;
        struct bytes image;
        FILE *file;

        snprintf(path, sizeof(path), "/usr/share/OVMF/%s", name);
        file = fopen(path, "rb");
        if (!file)
                return;
        fclose(file);
        image = test_read_file(path);
        assert_error(variable_store_open(image, &store, &fault), error);
        if (error == 0) {
                variable_store_measure(&store, &space);
                assert_int_equal(space.size, size);
                assert_int_equal(space.live + space.stale + space.free, size);
        }
        free((void *) image.data);
}

static void test_shipped_volumes(NO_STATE) {
        check_shipped("OVMF_VARS_4M.fd", 0, 0x3ffb8 - STORE_HEADER);
        check_shipped("OVMF_VARS_4M.ms.fd", 0, 0x3ffb8 - STORE_HEADER);
        check_shipped("OVMF_VARS_4M.snakeoil.fd", 0, 0x3ffb8 - STORE_HEADER);
        check_shipped("OVMF_VARS.fd", 0, 0xdfb8 - STORE_HEADER);
        check_shipped("OVMF_VARS.ms.fd", 0, 0xdfb8 - STORE_HEADER);
        check_shipped("OVMF_CODE_4M.fd", ERR_SIGNATURE, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_authenticated_headers),
                cmocka_unit_test(test_plain_headers),
                cmocka_unit_test(test_states),
                cmocka_unit_test(test_in_transition),
                cmocka_unit_test(test_unfinished_header),
                cmocka_unit_test(test_full_to_the_last_byte),
                cmocka_unit_test(test_header_defects),
                cmocka_unit_test(test_variable_defects_hide_no_other),
                cmocka_unit_test(test_noise_hides_what_it_covers_alone),
                cmocka_unit_test(test_a_mark_right_before_a_header),
                cmocka_unit_test(test_a_walk_over_damage_is_linear),
                cmocka_unit_test(test_what_firmware_has_to_go_on_with_is_in_its_spare_block),
                cmocka_unit_test(test_the_spare_block_of_a_store_without_a_header),
                cmocka_unit_test(test_the_last_write_counts),
                cmocka_unit_test(test_a_spare_block_that_is_none),
                cmocka_unit_test(test_damaged_headers_hide_no_variable),
                cmocka_unit_test(test_only_a_store_is_salvaged),
                cmocka_unit_test(test_a_volume_in_a_volume_is_none),
                cmocka_unit_test(test_variable_cut_by_the_end_of_the_store),
                cmocka_unit_test(test_many_in_transition_are_all_shown),
                cmocka_unit_test(test_volumes_of_real_crashes),
                cmocka_unit_test(test_volume_of_a_panic),
                cmocka_unit_test(test_shipped_volumes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

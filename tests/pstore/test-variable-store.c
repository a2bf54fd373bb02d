/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/crash-truth.h"

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

/* A defect in the second variable of three: the first is read, then the walk says where it ends. */
static const struct {
        const char *what;
        size_t offset, size;
        uint32_t value;
        int error;
        const char *field;
} variable_defects[] = {
        { "StartId", 0, 2, 0x55ab, ERR_SIGNATURE, "variable StartId" },
        { "StartId erased, the rest not", 0, 2, 0xffff, ERR_SIGNATURE, "variable StartId" },
        { "NameSize beyond the store", 36, 4, STORE_END, ERR_LENGTH, "variable NameSize" },
        { "NameSize that wraps", 36, 4, UINT32_MAX - 1, ERR_LENGTH, "variable NameSize" },
        { "DataSize beyond the store", 40, 4, STORE_END, ERR_LENGTH, "variable DataSize" },
        { "DataSize that wraps", 40, 4, UINT32_MAX - 1, ERR_LENGTH, "variable DataSize" },
};

static void test_variable_defects_end_the_walk(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(variable_defects); i++) {
                struct variable_store_cursor cursor = { 0 };
                struct variable_store_entry entry = { 0 };
                struct variable_store_space space;
                struct fault fault = { .field = "none" };
                struct variable_store store;
                struct volume volume;
                size_t second;

                volume_init(&volume, false);
                volume_add(&volume, 0x3f, &crash_vendor, "first", 10);
                second = volume_add(&volume, 0x3f, &crash_vendor, "second", 10);
                volume_add(&volume, 0x3f, &crash_vendor, "third", 10);
                for (size_t k = 0; k < variable_defects[i].size; k++)
                        volume.bytes[second + variable_defects[i].offset + k] =
                                (uint8_t) (variable_defects[i].value >> 8 * k);
                store = volume_open(&volume);
                assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 1);
                assert_error(variable_store_next(&store, &cursor, &entry, &fault), variable_defects[i].error);
                assert_name(&entry, "first");
                assert_string_equal(fault.field, variable_defects[i].field);
                assert_int_equal(fault.offset, second + variable_defects[i].offset);
                assert_int_equal(variable_store_next(&store, &cursor, &entry, &fault), 0);
                variable_store_measure(&store, &space);
                assert_int_equal(space.live, second - START);
                assert_int_equal(space.stale, STORE_END - second);
                assert_int_equal(space.free, 0);
        }
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
                cmocka_unit_test(test_variable_defects_end_the_walk),
                cmocka_unit_test(test_variable_cut_by_the_end_of_the_store),
                cmocka_unit_test(test_many_in_transition_are_all_shown),
                cmocka_unit_test(test_volumes_of_real_crashes),
                cmocka_unit_test(test_volume_of_a_panic),
                cmocka_unit_test(test_shipped_volumes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

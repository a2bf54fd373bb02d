/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/newc-reader.h"

#include <sys/stat.h>

#include "tests/support/test.h"

#define HEADER_SIZE 110

/* In the order of the header (Linux Documentation/driver-api/early-userspace/buffer-format.rst). */
enum {
        INODE,
        MODE,
        USER,
        GROUP,
        LINKS,
        TIME,
        FILE_SIZE,
        DEVICE_MAJOR,
        DEVICE_MINOR,
        NODE_MAJOR,
        NODE_MINOR,
        NAME_SIZE,
        CHECKSUM,
        FIELD_COUNT,
};

static struct bytes take(struct bytes *archive, size_t size) {
        struct bytes taken;

        assert_ok(bytes_slice(*archive, 0, size, &taken));
        *archive = bytes_from(*archive, size);
        return taken;
}

static void take_padding(struct bytes *archive, size_t size) {
        assert_true(bytes_are_all(take(archive, (4 - size % 4) % 4), 0));
}

bool newc_next(struct bytes *archive, struct newc_entry *ret_entry) {
        struct bytes header = take(archive, HEADER_SIZE), name;
        uint64_t fields[FIELD_COUNT];
        size_t at = strlen("070701");

        assert_true(bytes_start_with(header, text_view("070701")));
        for (size_t i = 0; i < FIELD_COUNT; i++)
                assert_ok(hex_parse(header, &at, 8, &fields[i]));
        name = take(archive, fields[NAME_SIZE]);
        assert_true(name.size > 0 && strnlen((const char *) name.data, name.size) == name.size - 1);
        take_padding(archive, HEADER_SIZE + name.size);
        *ret_entry = (struct newc_entry){
                .name = (const char *) name.data,
                .inode = (uint32_t) fields[INODE],
                .mode = (uint32_t) fields[MODE],
                .content = take(archive, fields[FILE_SIZE]),
        };
        take_padding(archive, fields[FILE_SIZE]);
        assert_int_equal(fields[LINKS], S_ISDIR(ret_entry->mode) ? 2 : 1);
        fields[INODE] = fields[MODE] = fields[LINKS] = fields[FILE_SIZE] = fields[NAME_SIZE] = 0;
        for (size_t i = 0; i < FIELD_COUNT; i++)
                assert_int_equal(fields[i], 0);
        if (strcmp(ret_entry->name, "TRAILER!!!") != 0)
                return true;
        assert_int_equal(archive->size, 0);
        return false;
}

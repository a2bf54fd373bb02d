/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memfd_create() */
#include "tests/support/test.h"

#include <sys/mman.h>
#include <unistd.h>

#include "capture/md-superblock.h"

#define SECTORS ((uint64_t) 100) /* so that metadata 1.0 has to round down */

static void make(uint8_t superblock[MD_SUPERBLOCK_SIZE]) {
        memset(superblock, 0, MD_SUPERBLOCK_SIZE);
        store_u32(superblock, 0xa92b4efc);
        store_u32(superblock + 4, 1);
        memcpy(superblock + 16, "0123456789abcdef", 16);
        store_u64(superblock + 200, 42);
        store_u64(superblock + 208, UINT64_MAX);
}

/* Linux, drivers/md/md.c, super_1_load() */
static void test_it_is_found_where_its_version_puts_it(NO_STATE) {
        static const off_t places[] = { 80 * 512, 0, 4096 };

        for (unsigned minor = 0; minor < ARRAY_SIZE(places); minor++) {
                _cleanup_close_ int fd = memfd_create("member", MFD_CLOEXEC);
                uint8_t bytes[MD_SUPERBLOCK_SIZE];
                struct md_superblock superblock;

                make(bytes);
                assert_int_equal(ftruncate(fd, SECTORS * 512), 0);
                assert_error(md_superblock_read(fd, minor, SECTORS, &superblock), ERR_SIGNATURE);
                assert_int_equal(pwrite(fd, bytes, sizeof(bytes), places[minor]), sizeof(bytes));
                assert_ok(md_superblock_read(fd, minor, SECTORS, &superblock));
                assert_memory_equal(superblock.uuid, "0123456789abcdef", 16);
                assert_int_equal(superblock.events, 42);
                assert_true(superblock.clean);
        }
}

static void test_one_that_is_none_is_refused(NO_STATE) {
        uint8_t bytes[MD_SUPERBLOCK_SIZE];
        struct md_superblock superblock;

        make(bytes);
        store_u64(bytes + 208, 8);
        assert_ok(md_superblock_parse(bytes_of(bytes, sizeof(bytes)), &superblock));
        assert_false(superblock.clean);
        assert_error(md_superblock_parse(bytes_of(bytes, sizeof(bytes) - 1), &superblock), ERR_SIGNATURE);
        bytes[4] = 0; /* 0.90 */
        assert_error(md_superblock_parse(bytes_of(bytes, sizeof(bytes)), &superblock), ERR_SIGNATURE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_it_is_found_where_its_version_puts_it),
                cmocka_unit_test(test_one_that_is_none_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

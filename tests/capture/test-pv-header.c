/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memfd_create() */
#include "tests/support/test.h"

#include <sys/mman.h>
#include <unistd.h>

#include "capture/pv-header.h"
#include "tests/support/made-disk.h"

#define SECTOR ((size_t) 512)
#define HEADER MADE_PV_HEADER
#define UUID   "abcdefghijklmnopqrstuvwxyz012345"

struct volume {
        uint8_t bytes[MADE_DISK_SIZE];
};

static struct volume make_volume(size_t sector, uint64_t metadata) {
        struct volume volume;

        made_pv_fill(volume.bytes, sector, UUID, metadata);
        return volume;
}

static uint8_t *label_of(struct volume *volume) {
        return volume->bytes + SECTOR;
}

static int digest(const struct volume *volume, size_t size, uint8_t ret_digest[SHA256_SIZE],
                  struct reason *reason) {
        _cleanup_close_ int fd = memfd_create("volume", MFD_CLOEXEC);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, volume->bytes, size), size);
        return pv_header_digest(fd, ret_digest, reason);
}

static void test_it_is_the_digest_of_the_header(NO_STATE) {
        uint8_t wanted[SHA256_SIZE], got[SHA256_SIZE];
        struct volume volume = make_volume(1, 512);
        struct reason reason;

        sha256_digest(bytes_of(volume.bytes + HEADER, SECTOR), wanted);
        assert_ok(digest(&volume, sizeof(volume), got, &reason));
        assert_memory_equal(got, wanted, sizeof(wanted));
}

static void test_a_change_of_the_metadata_is_another_digest(NO_STATE) {
        uint8_t before[SHA256_SIZE], after[SHA256_SIZE];
        struct volume volume = make_volume(1, 512);
        struct reason reason;

        assert_ok(digest(&volume, sizeof(volume), before, &reason));
        volume = make_volume(1, 2048);
        assert_ok(digest(&volume, sizeof(volume), after, &reason));
        assert_memory_not_equal(before, after, sizeof(before));
}

static void test_the_label_is_in_any_of_four_sectors(NO_STATE) {
        for (size_t sector = 0; sector < 5; sector++) {
                struct volume volume = make_volume(sector, 512);
                uint8_t got[SHA256_SIZE];
                struct reason reason;
                int r;

                r = digest(&volume, sizeof(volume), got, &reason);
                assert_error(r, sector < 4 ? 0 : ERR_NOT_FOUND);
        }
}

/* Of a disk that was copied to a partition of this one. */
static void test_a_label_of_another_sector_is_none(NO_STATE) {
        struct volume volume = make_volume(1, 512);
        uint8_t got[SHA256_SIZE];
        struct reason reason;

        store_u64(label_of(&volume) + 8, 0);
        assert_error(digest(&volume, sizeof(volume), got, &reason), ERR_NOT_FOUND);
        assert_string_equal(reason.text, "there is no label of LVM's");
}

static void test_a_volume_without_metadata_is_refused(NO_STATE) {
        struct volume volume = make_volume(1, 512);
        uint8_t got[SHA256_SIZE];
        struct reason reason;

        store_u64(label_of(&volume) + MADE_PV_AREA + 32, 0);
        assert_error(digest(&volume, sizeof(volume), got, &reason), ERR_VALUE);
        assert_string_equal(reason.text, "the physical volume has no metadata area");

        volume = make_volume(1, 512);
        store_u32(volume.bytes + HEADER + 60, 1);
        assert_error(digest(&volume, sizeof(volume), got, &reason), ERR_VALUE);
        assert_string_equal(reason.text, "LVM ignores the physical volume's metadata area");

        volume = make_volume(1, 512);
        volume.bytes[HEADER + 4] = 'x';
        assert_error(digest(&volume, sizeof(volume), got, &reason), ERR_VALUE);
        assert_string_equal(reason.text, "a metadata area of LVM's begins with no header");
}

static void test_lists_without_an_end_are_no_way_out(NO_STATE) {
        struct volume volume = make_volume(1, 512);
        uint8_t got[SHA256_SIZE];
        struct reason reason;

        memset(label_of(&volume) + MADE_PV_AREA, 0xff, SECTOR - MADE_PV_AREA);
        assert_error(digest(&volume, sizeof(volume), got, &reason), ERR_VALUE);
        volume = make_volume(1, 512);
        store_u32(label_of(&volume) + 20, UINT32_MAX);
        assert_error(digest(&volume, sizeof(volume), got, &reason), ERR_VALUE);
}

static void test_what_ends_too_early_is_no_volume(NO_STATE) {
        struct volume volume = make_volume(1, 512);
        uint8_t got[SHA256_SIZE];
        struct reason reason;

        assert_error(digest(&volume, 4 * SECTOR - 1, got, &reason), ERR_IO);
        assert_error(digest(&volume, HEADER + SECTOR - 1, got, &reason), ERR_IO);
        assert_string_equal(reason.text, "LVM's metadata cannot be read: ends too early");
        store_u64(label_of(&volume) + MADE_PV_AREA + 32, UINT64_MAX);
        assert_true(digest(&volume, sizeof(volume), got, &reason) < 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_it_is_the_digest_of_the_header),
                cmocka_unit_test(test_a_change_of_the_metadata_is_another_digest),
                cmocka_unit_test(test_the_label_is_in_any_of_four_sectors),
                cmocka_unit_test(test_a_label_of_another_sector_is_none),
                cmocka_unit_test(test_a_volume_without_metadata_is_refused),
                cmocka_unit_test(test_lists_without_an_end_are_no_way_out),
                cmocka_unit_test(test_what_ends_too_early_is_no_volume),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

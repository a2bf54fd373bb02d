/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memfd_create() */
#include "tests/support/test.h"

#include <sys/mman.h>
#include <unistd.h>

#include "capture/pv-header.h"

#define SECTOR ((size_t) 512)
#define HEADER ((size_t) 4096)
#define MAGIC  " LVM2 x[5A%r0N*>"

/* As pvcreate makes it: the label in the second sector, one data area, one metadata area from 4 KiB on. */
struct volume {
        uint8_t bytes[HEADER + SECTOR];
};

static uint8_t *label_of(struct volume *volume, size_t sector) {
        return volume->bytes + sector * SECTOR;
}

static void make_label(struct volume *volume, size_t sector) {
        uint8_t *label = label_of(volume, sector);

        memcpy(label, "LABELONE", 8);
        store_u64(label + 8, sector);
        store_u32(label + 20, 32);
        memcpy(label + 24, "LVM2 001", 8);
        memcpy(label + 32, "abcdefghijklmnopqrstuvwxyz012345", 32);
        store_u64(label + 64, 400 << 20);
        store_u64(label + 72, 1 << 20); /* data; then the end of its list, and of the other */
        store_u64(label + 104, HEADER);
        store_u64(label + 112, (1 << 20) - HEADER);
}

static void make_header(struct volume *volume, uint64_t metadata) {
        uint8_t *header = volume->bytes + HEADER;

        memcpy(header + 4, MAGIC, strlen(MAGIC));
        store_u32(header + 20, 1);
        store_u64(header + 24, HEADER);
        store_u64(header + 40, metadata);
}

static struct volume make_volume(void) {
        struct volume volume = { 0 };

        make_label(&volume, 1);
        make_header(&volume, 512);
        return volume;
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
        struct volume volume = make_volume();
        struct reason reason;

        sha256_digest(bytes_of(volume.bytes + HEADER, SECTOR), wanted);
        assert_ok(digest(&volume, sizeof(volume), got, &reason));
        assert_memory_equal(got, wanted, sizeof(wanted));
}

static void test_a_change_of_the_metadata_is_another_digest(NO_STATE) {
        uint8_t before[SHA256_SIZE], after[SHA256_SIZE];
        struct volume volume = make_volume();
        struct reason reason;

        assert_ok(digest(&volume, sizeof(volume), before, &reason));
        make_header(&volume, 2048);
        assert_ok(digest(&volume, sizeof(volume), after, &reason));
        assert_memory_not_equal(before, after, sizeof(before));
}

static void test_the_label_is_in_any_of_four_sectors(NO_STATE) {
        for (size_t sector = 0; sector < 5; sector++) {
                struct volume volume = { 0 };
                uint8_t got[SHA256_SIZE];
                struct reason reason;
                int r;

                make_header(&volume, 512);
                make_label(&volume, sector);
                r = digest(&volume, sizeof(volume), got, &reason);
                assert_error(r, sector < 4 ? 0 : ERR_NOT_FOUND);
        }
}

/* Of a disk that was copied to a partition of this one. */
static void test_a_label_of_another_sector_is_none(NO_STATE) {
        struct volume volume = make_volume();
        uint8_t got[SHA256_SIZE];
        struct reason reason;

        store_u64(label_of(&volume, 1) + 8, 0);
        assert_error(digest(&volume, sizeof(volume), got, &reason), ERR_NOT_FOUND);
        assert_string_equal(reason.text, "there is no label of LVM's");
}

static void test_a_volume_without_metadata_is_refused(NO_STATE) {
        struct volume volume = make_volume();
        uint8_t got[SHA256_SIZE];
        struct reason reason;

        store_u64(label_of(&volume, 1) + 104, 0);
        assert_error(digest(&volume, sizeof(volume), got, &reason), ERR_VALUE);
        assert_string_equal(reason.text, "the physical volume has no metadata area");

        volume = make_volume();
        store_u32(volume.bytes + HEADER + 60, 1);
        assert_error(digest(&volume, sizeof(volume), got, &reason), ERR_VALUE);
        assert_string_equal(reason.text, "LVM ignores the physical volume's metadata area");

        volume = make_volume();
        volume.bytes[HEADER + 4] = 'x';
        assert_error(digest(&volume, sizeof(volume), got, &reason), ERR_VALUE);
        assert_string_equal(reason.text, "a metadata area of LVM's begins with no header");
}

static void test_lists_without_an_end_are_no_way_out(NO_STATE) {
        struct volume volume = make_volume();
        uint8_t got[SHA256_SIZE];
        struct reason reason;

        memset(label_of(&volume, 1) + 72, 0xff, SECTOR - 72);
        assert_error(digest(&volume, sizeof(volume), got, &reason), ERR_VALUE);
        volume = make_volume();
        store_u32(label_of(&volume, 1) + 20, UINT32_MAX);
        assert_error(digest(&volume, sizeof(volume), got, &reason), ERR_VALUE);
}

static void test_what_ends_too_early_is_no_volume(NO_STATE) {
        struct volume volume = make_volume();
        uint8_t got[SHA256_SIZE];
        struct reason reason;

        assert_error(digest(&volume, 4 * SECTOR - 1, got, &reason), ERR_IO);
        assert_error(digest(&volume, sizeof(volume) - 1, got, &reason), ERR_IO);
        assert_string_equal(reason.text, "LVM's metadata cannot be read: ends too early");
        store_u64(label_of(&volume, 1) + 104, UINT64_MAX);
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

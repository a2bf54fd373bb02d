/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/esp.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/error.h"
#include "tests/support/module-tree.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

#define ESP   "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define LINUX "0fc63daf-8483-4772-8e79-3d69d8477de4"
#define UUID  "11111111-2222-3333-4444-abcdefabcdef"

static char *root;

static int setup(void **state) {
        (void) state;
        root = scratch_make();
        return 0;
}

static int teardown(void **state) {
        (void) state;
        scratch_remove(root);
        return 0;
}

/* A partition 254:`minor` called vda`minor` of this type, as udev and sysfs tell it. */
static void put_partition(unsigned minor, const char *type, const char *uuid) {
        char name[64], content[256], target[512];

        snprintf(name, sizeof(name), "/run/udev/data/b254:%u", minor);
        snprintf(content, sizeof(content),
                 "S:disk/by-partuuid/x\nE:ID_FS_TYPE=vfat\nE:ID_PART_ENTRY_UUID=%s\nE:ID_PART_ENTRY_TYPE=%s\n"
                 "E:ID_PART_ENTRY_NUMBER=1\n",
                 uuid, type);
        scratch_put(root, name, content);
        snprintf(name, sizeof(name), "/sys/devices/vda/vda%u/dev", minor);
        scratch_put(root, name, "");
        snprintf(target, sizeof(target), "%s/sys/devices/vda/vda%u", root, minor);
        snprintf(name, sizeof(name), "/sys/dev/block/254:%u", minor);
        module_tree_link(root, name, target);
}

/* Lines of "<device> <root> <mount point> <file system>". */
static void put_mounts(const char *const *mounts) {
        char table[2048] = "1 0 254:9 / / rw - ext4 /dev/vda9 rw\n";

        for (size_t i = 0; mounts[i]; i++) {
                char device[16], within[64], point[64], type[16];
                size_t used = strlen(table);

                assert_int_equal(sscanf(mounts[i], "%15s %63s %63s %15s", device, within, point, type), 4);
                snprintf(table + used, sizeof(table) - used, "2 1 %s %s %s rw shared:1 - %s x rw\n", device,
                         within, point, type);
        }
        scratch_put(root, "/proc/self/mountinfo", table);
}

static void assert_found(enum esp_state state, const char *directory, const char *device, const char *why) {
        char described[ESP_WHY_SIZE];
        struct esp esp;

        esp_find(root, &esp);
        assert_int_equal(esp.state, state);
        assert_string_equal(esp.directory, directory);
        assert_string_equal(esp.device, device);
        esp_describe(&esp, described, sizeof(described));
        assert_string_equal(described, why);
}

#define PUT_MOUNTS(...) put_mounts((const char *const[]){ __VA_ARGS__, NULL })

static void test_mounted(NO_STATE) {
        put_partition(1, ESP, UUID);
        PUT_MOUNTS("254:1 / /boot/efi vfat");
        assert_found(ESP_MOUNTED, "/boot/efi", "/dev/vda1", "");
        put_partition(2, ESP, UUID);
        PUT_MOUNTS("254:1 / /boot/efi vfat", "254:2 / /efi vfat");
        assert_found(ESP_MOUNTED, "/efi", "/dev/vda2", "");
}

/* /boot is often a FAT of another type, with the ESP below it or beside. */
static void test_what_is_mounted_there_has_to_be_it(NO_STATE) {
        put_partition(1, ESP, UUID);
        put_partition(2, LINUX, UUID);
        PUT_MOUNTS("254:2 / /boot vfat", "254:1 / /boot/efi vfat");
        assert_found(ESP_MOUNTED, "/boot/efi", "/dev/vda1", "");
        /* A directory of it, which is not its beginning; and no FAT at all. */
        PUT_MOUNTS("254:1 /EFI /boot vfat", "254:1 / /efi ext4");
        assert_found(ESP_ELSEWHERE, "/efi", "/dev/vda1",
                     "the EFI system partition is mounted on /efi, where it is not looked for");
        /* What is below a mount is not one. */
        PUT_MOUNTS("254:2 / /boot vfat");
        assert_found(ESP_UNMOUNTED, "/efi", "/dev/vda1",
                     "the EFI system partition is not mounted (mkdir /efi; mount /dev/vda1 /efi)");
}

static void test_without_udev_its_content_tells(NO_STATE) {
        PUT_MOUNTS("254:1 / /boot vfat", "254:2 / /boot/efi vfat");
        assert_found(ESP_ABSENT, "", "", "");
        scratch_put(root, "/boot/efi/EFI/BOOT/BOOTX64.EFI", "");
        assert_found(ESP_MOUNTED, "/boot/efi", "", "");
}

static void test_not_mounted(NO_STATE) {
        put_partition(1, ESP, UUID);
        PUT_MOUNTS("254:2 / /home ext4");
        assert_found(ESP_UNMOUNTED, "/efi", "/dev/vda1",
                     "the EFI system partition is not mounted (mkdir /efi; mount /dev/vda1 /efi)");
        scratch_put(root, "/boot/efi/x", "");
        assert_found(ESP_UNMOUNTED, "/boot/efi", "/dev/vda1",
                     "the EFI system partition is not mounted (mount /dev/vda1 /boot/efi)");
        scratch_put(root, "/efi/x", "");
        assert_found(ESP_UNMOUNTED, "/efi", "/dev/vda1",
                     "the EFI system partition is not mounted (mount /dev/vda1 /efi)");
}

/* systemd's automount: once somebody looked, the FAT lies above it. */
static void test_asleep(NO_STATE) {
        put_partition(1, ESP, UUID);
        PUT_MOUNTS("0:40 / /boot autofs");
        assert_found(ESP_ASLEEP, "/boot", "/dev/vda1",
                     "the EFI system partition is not mounted (ls /boot mounts it)");
        PUT_MOUNTS("0:40 / /boot autofs", "254:1 / /boot vfat");
        assert_found(ESP_MOUNTED, "/boot", "/dev/vda1", "");
}

static void test_elsewhere(NO_STATE) {
        put_partition(1, ESP, UUID);
        PUT_MOUNTS("254:1 / /mnt vfat");
        assert_found(ESP_ELSEWHERE, "/mnt", "/dev/vda1",
                     "the EFI system partition is mounted on /mnt, where it is not looked for");
}

static void test_none(NO_STATE) {
        assert_found(ESP_ABSENT, "", "", "");
        put_partition(1, LINUX, UUID);
        PUT_MOUNTS("254:1 / /boot vfat");
        assert_found(ESP_ABSENT, "", "", "");
}

/* The boot loader tells from which it came; else the first counts. */
static void test_several(NO_STATE) {
        static const char uuid[] = "11111111-2222-3333-4444-ABCDEFABCDEF";
        uint8_t variable[4 + 2 * (sizeof(uuid) - 1) + 2] = { 6 };

        scratch_put(root, "/efi/x", "");
        put_partition(12, ESP, "other");
        put_partition(3, ESP, UUID);
        put_partition(2, ESP, "another");
        PUT_MOUNTS("254:9 / / ext4");
        assert_found(ESP_UNMOUNTED, "/efi", "/dev/vda2",
                     "the EFI system partition is not mounted (mount /dev/vda2 /efi)");
        for (size_t i = 0; i < sizeof(uuid) - 1; i++)
                variable[4 + 2 * i] = (uint8_t) uuid[i];
        scratch_put(root, "/sys/firmware/efi/efivars/x", "");
        scratch_write(scratch_path(root, "sys/firmware/efi/efivars/LoaderDevicePartUUID-"
                                         "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"),
                      bytes_of(variable, sizeof(variable)));
        assert_found(ESP_UNMOUNTED, "/efi", "/dev/vda3",
                     "the EFI system partition is not mounted (mount /dev/vda3 /efi)");
}

/* --- for a file that firmware is to start ------------------------------------------------------- */

#define GPT_GUID "6f7b0f0a-94a5-4a0c-8f0e-5d2b6f1f3c11"

/* A disk vda of 8 MiB with a GPT, whose second partition is of this type for sgdisk. */
static void put_disk(const char *type) {
        char command[1024];

        scratch_put(root, "/dev/vda", "");
        snprintf(command, sizeof(command),
                 "truncate -s 8M %s/dev/vda && sgdisk -n 1:2048:+1M -t 1:8300 -n 2:4096:+2M -t 2:%s "
                 "-u 2:" GPT_GUID " %s/dev/vda > %s/said 2>&1",
                 root, type, root, root);
        assert_int_equal(system(command), 0);
        scratch_put(root, "/sys/devices/vda/dev", "254:0\n");
        module_tree_link(root, "/sys/dev/block/254:0", scratch_path(root, "sys/devices/vda"));
        put_partition(2, ESP, GPT_GUID);
        scratch_put(root, "/sys/devices/vda/vda2/partition", "2\n");
}

static void assert_refused(const char *directory, int error, const char *why) {
        struct esp_place place;
        struct reason reason;

        assert_int_equal(esp_choose(root, directory, &place, &reason), error);
        test_assert_contains(reason.text, why);
}

static void test_choose(NO_STATE) {
        struct esp_place place;
        struct reason reason;
        char text[GUID_TEXT_SIZE];

        put_disk("ef00");
        put_partition(7, ESP, UUID);
        put_partition(8, LINUX, UUID);
        PUT_MOUNTS("254:2 / /boot/efi vfat");
        for (int named = 0; named < 2; named++) {
                assert_ok(esp_choose(root, named ? "/boot/efi/" : NULL, &place, &reason));
                assert_string_equal(place.directory, "/boot/efi");
                assert_string_equal(place.device, "/dev/vda2");
                assert_string_equal(place.others, "/dev/vda7");
                assert_int_equal(place.number, 2);
                assert_int_equal(place.start, 4096);
                assert_int_equal(place.block_count, 4096);
                guid_format(&place.guid, text);
                assert_string_equal(text, GPT_GUID);
        }
        PUT_MOUNTS("254:2 / /mnt vfat");
        assert_refused(NULL, ERR_NOT_FOUND, "is mounted on /mnt, where it is not looked for");
        assert_ok(esp_choose(root, "/mnt", &place, &reason));
}

static void test_choose_none(NO_STATE) {
        PUT_MOUNTS("254:9 / /home ext4");
        assert_refused(NULL, ERR_NOT_FOUND, "no EFI system partition is mounted");
        assert_refused("/home", ERR_INVALID_ARGUMENT, "/home: no FAT is mounted there");
        put_disk("ef00");
        assert_refused(NULL, ERR_NOT_FOUND, "is not mounted (mkdir /efi; mount /dev/vda2 /efi)");
        assert_refused("/efi", ERR_INVALID_ARGUMENT, "/efi: no FAT is mounted there");
}

/* Which of them firmware starts from is not for us to guess. */
static void test_choose_of_several(NO_STATE) {
        struct esp_place place;
        struct reason reason;

        put_disk("ef00");
        put_partition(1, ESP, UUID);
        PUT_MOUNTS("254:1 / /efi vfat", "254:2 / /boot/efi vfat");
        assert_refused(NULL, ERR_INVALID_ARGUMENT, "are mounted on /efi and /boot/efi: say which by --esp");
        assert_ok(esp_choose(root, "/boot/efi", &place, &reason));
        assert_int_equal(place.number, 2);
}

/* udev may know an old table. */
static void test_choose_by_the_partition_table(NO_STATE) {
        put_disk("8300");
        PUT_MOUNTS("254:2 / /efi vfat");
        assert_refused(NULL, ERR_INVALID_ARGUMENT, "it is no EFI system partition");
        assert_int_equal(remove(scratch_path(root, "dev/vda")), 0);
        assert_refused(NULL, ERR_NOT_FOUND, "/dev/vda: not found");
        assert_int_equal(remove(scratch_path(root, "sys/devices/vda/vda2/partition")), 0);
        assert_refused(NULL, ERR_INVALID_ARGUMENT, "/efi: is no partition of a disk");
}

static void test_choose_none_on_an_array(NO_STATE) {
        scratch_put(root, "/sys/devices/virtual/block/md0/md/level", "raid1\n");
        scratch_put(root, "/sys/devices/virtual/block/md0/slaves/vda1", "");
        module_tree_link(root, "/sys/dev/block/9:0", scratch_path(root, "sys/devices/virtual/block/md0"));
        scratch_put(root, "/run/udev/data/b9:0", "E:ID_FS_TYPE=vfat\n");
        scratch_put(root, "/boot/efi/EFI/x", "");
        PUT_MOUNTS("9:0 / /boot/efi vfat");
        assert_refused(NULL, ERR_NOT_SUPPORTED,
                       "/boot/efi lies on software RAID (of /dev/vda1): firmware starts a file from a plain");
        assert_refused("/boot/efi", ERR_NOT_SUPPORTED, "software RAID (of /dev/vda1)");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(mounted),
                TEST(what_is_mounted_there_has_to_be_it),
                TEST(without_udev_its_content_tells),
                TEST(not_mounted),
                TEST(asleep),
                TEST(elsewhere),
                TEST(none),
                TEST(several),
                TEST(choose),
                TEST(choose_none),
                TEST(choose_of_several),
                TEST(choose_by_the_partition_table),
                TEST(choose_none_on_an_array),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

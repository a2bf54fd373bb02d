/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "kdump/target.h"
#include "linux/mount-table.h"
#include "tests/support/made-machine.h"
#include "tests/support/module-tree.h"
#include "tests/support/scratch.h"

#define UUID "0c1bf70e-2d10-4f0e-8a3c-9b1f6f0d1a55"

static void find_row(const char *table, const char *path, struct mount_row *ret_row) {
        char *text = strdup(table);

        assert_ok(mount_table_find(text, path, ret_row));
        free(text);
}

static void test_mount_table(NO_STATE) {
        static const char table[] = "22 1 0:21 / /proc rw - proc proc rw\n"
                                    "a line that is none\n"
                                    "23 1 254:1 / / rw,relatime shared:1 master:2 - ext4 /dev/vda1 rw\n"
                                    "24 23 254:2 / /var rw - xfs /dev/old rw\n"
                                    "25 23 254:3 /part /var rw - xfs /dev/vdb\\0401 rw,noquota\n"
                                    "26 23 254:4 / /var/lib/pstore rw - ext4 /dev/vdc rw\n";
        struct mount_row row;
        char none[] = "";

        find_row(table, "/var/lib/pstore-fw", &row);
        assert_string_equal(row.mount_point, "/var");
        assert_string_equal(row.root, "/part");
        assert_string_equal(row.source, "/dev/vdb 1");
        assert_string_equal(row.options, "rw,noquota");
        assert_int_equal(row.minor, 3);
        find_row(table, "/variable", &row);
        assert_string_equal(row.mount_point, "/");
        assert_string_equal(row.file_system, "ext4");
        find_row(table, "/var/lib/pstore/x", &row);
        assert_int_equal(row.minor, 4);
        assert_error(mount_table_find(none, "/", &row), ERR_NOT_FOUND);
}

/* An overlay of many layers, or FUSE: what is left out would make the mount above it the path's. */
static void test_long_mounts(NO_STATE) {
        static char options[5000], source[6000], name[64], table[20000];
        struct mount_row row;

        strcpy(options, "rw,codepage=1250");
        while (strlen(options) < 4500)
                strcat(options, ",lowerdir=/a");
        memset(source, 's', sizeof(source) - 1);
        memset(name, 'f', sizeof(name) - 1);
        snprintf(table, sizeof(table),
                 "23 1 254:1 / / rw - ext4 /dev/vda1 rw\n"
                 "24 23 254:2 / /var rw - %s %s %s\n",
                 name, source, options);
        find_row(table, "/var/lib", &row);
        assert_string_equal(row.mount_point, "/var");
        assert_int_equal(row.minor, 2);
        assert_int_equal(strlen(row.file_system), sizeof(row.file_system) - 1);
        assert_int_equal(strlen(row.source), sizeof(row.source) - 1);
        assert_true(strlen(row.options) > sizeof(row.options) - 16);
        assert_memory_equal(row.options, options, strlen(row.options));
        assert_int_equal(options[strlen(row.options)], ',');
        memset(options, 'x', 2000); /* one that is longer than all the room */
        options[2000] = '\0';
        snprintf(table, sizeof(table), "24 23 254:2 / /var rw - vfat /dev/vdb %s\n", options);
        find_row(table, "/var/lib", &row);
        assert_int_equal(row.minor, 2);
}

/* A machine whose root is on /dev/vda1, a file with a real file system. */
static char *make_machine(const char *mkfs, const char *mount_line, const char *sys_directory) {
        char *root = scratch_make();

        made_disk_put(root, mkfs, mount_line, sys_directory);
        module_tree_put(root, "/var/lib/file", "");
        return root;
}

#define EXT4      "mkfs.ext4 -q -U " UUID
#define PLAIN     "/sys/devices/pci0000:00/virtio0/block/vda/vda1"
#define ROOT_LINE "23 1 254:1 / / rw - ext4 /dev/root rw\n"

static void find(const char *root, const char *directory, struct kdump_target *ret_target) {
        struct reason reason = { "" };
        int r = kdump_target_find(root, directory, ret_target, &reason);

        if (r < 0)
                print_error("%s\n", reason.text);
        assert_ok(r);
}

static void test_plain(NO_STATE) {
        char *root = make_machine(EXT4, ROOT_LINE, PLAIN);
        struct kdump_target target;
        struct reason reason;

        find(root, "/var/lib/pstore-fw/deep", &target);
        assert_string_equal(target.directory, "/var/lib/pstore-fw/deep");
        assert_string_equal(target.path, "/var/lib/pstore-fw/deep");
        assert_string_equal(target.device, "/dev/vda1");
        assert_string_equal(target.uuid, UUID);
        assert_string_equal(target.file_system, "ext4");
        assert_string_equal(target.mount_options, "");
        assert_string_equal(target.above, "");
        assert_int_equal(target.major, 254);
        assert_ok(kdump_target_check(&target, 1, &reason));
        scratch_remove(root);
}

/* Each rule breaks a target that is good otherwise. */
static void test_check(NO_STATE) {
        const struct kdump_target good = {
                .directory = "/d", .file_system = "xfs", .uuid = UUID, .free_bytes = 100 << 20
        };
        struct kdump_target target = good;
        struct reason reason;

        assert_ok(kdump_target_check(&target, 100 << 20, &reason));
        assert_error(kdump_target_check(&target, (100 << 20) + 1, &reason), ERR_NO_SPACE);
        test_assert_contains(reason.text, "100 MiB are free");
        target.read_only = true;
        assert_error(kdump_target_check(&target, 1, &reason), ERR_READ_ONLY);
        target = good;
        strcpy(target.file_system, "f2fs");
        assert_error(kdump_target_check(&target, 1, &reason), ERR_NOT_SUPPORTED);
        test_assert_contains(reason.text, "f2fs");
        target = good;
        target.uuid[0] = '\0';
        assert_error(kdump_target_check(&target, 1, &reason), ERR_NOT_SUPPORTED);
        target = good;
        strcpy(target.above, "LVM");
        assert_error(kdump_target_check(&target, 1, &reason), ERR_NOT_SUPPORTED);
        test_assert_contains(reason.text, "LVM");
        target.is_stacked = true; /* of which kdump/stack-record.h knows more */
        assert_ok(kdump_target_check(&target, 1, &reason));
}

/* Root runs in the crash kernel what lies there, and leaves the memory of the machine. */
static void test_what_others_can_write(NO_STATE) {
        char *root = make_machine(EXT4, ROOT_LINE, PLAIN), path[256];
        struct kdump_target target;
        struct reason reason;

        snprintf(path, sizeof(path), "%s/var/lib", root);
        assert_int_equal(chmod(path, 01777), 0);
        find(root, "/var/lib/missing", &target);
        assert_error(kdump_target_check(&target, 1, &reason), ERR_PERMISSION);
        test_assert_contains(reason.text, "/var/lib/missing: others than root can write to /var/lib,");
        find(root, "/var/lib", &target);
        assert_error(kdump_target_check_mounted(&target, 1, &reason), ERR_PERMISSION);
        assert_int_equal(chmod(path, 0755), 0);
        find(root, "/var/lib", &target);
        assert_ok(kdump_target_check(&target, 1, &reason));
        if (geteuid() == 0) {
                assert_int_equal(chown(path, 1234, 0), 0);
                find(root, "/var/lib", &target);
                assert_error(kdump_target_check(&target, 1, &reason), ERR_PERMISSION);
        }
        scratch_remove(root);
}

/* Whoever may rename a directory above can put another one in its place, after all was looked at. */
static void test_what_others_can_exchange(NO_STATE) {
        static const struct {
                mode_t mode;
                uid_t owner;
                gid_t group;
                bool refused;
        } rows[] = {
                { 0755, 0, 0, false },    { 0777, 0, 0, true },   { 0775, 0, 1234, true },
                { 0755, 1234, 0, true },  { 01777, 0, 0, false }, /* of others' directories nobody has one
                                                                     there */
                { 01755, 1234, 0, true },
        };
        char *root = make_machine(EXT4, ROOT_LINE, PLAIN), path[256];
        struct kdump_target target;
        struct reason reason;

        if (geteuid() != 0)
                skip();
        module_tree_put(root, "/home/eve/dumps/file", "");
        snprintf(path, sizeof(path), "%s/home", root);
        for (size_t i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
                size_t row = i % ARRAY_SIZE(rows);
                int r;

                if (i == ARRAY_SIZE(rows)) { /* the same, one lower */
                        assert_int_equal(chown(path, 0, 0), 0);
                        assert_int_equal(chmod(path, 0755), 0);
                        strcat(path, "/eve");
                }
                assert_int_equal(chown(path, rows[row].owner, rows[row].group), 0);
                assert_int_equal(chmod(path, rows[row].mode), 0);
                find(root, "/home/eve/dumps", &target);
                r = kdump_target_check(&target, 1, &reason);
                if (r != (rows[row].refused ? ERR_PERMISSION : 0))
                        fail_msg("%s, %o of %u: %d", path, rows[row].mode, rows[row].owner, r);
                if (rows[row].refused)
                        test_assert_contains(reason.text, path + strlen(root));
        }
        /* What is not there yet, anybody may make in a sticky directory. */
        assert_int_equal(chown(path, 0, 0), 0);
        assert_int_equal(chmod(path, 01777), 0);
        find(root, "/home/eve/missing/dumps", &target);
        assert_error(kdump_target_check(&target, 1, &reason), ERR_PERMISSION);
        scratch_remove(root);
}

static void test_a_file_in_the_way(NO_STATE) {
        char *root = make_machine(EXT4, ROOT_LINE, PLAIN);
        struct kdump_target target;
        struct reason reason;

        assert_error(kdump_target_find(root, "/var/lib/file", &target, &reason), ERR_INVALID_ARGUMENT);
        assert_string_equal(reason.text, "/var/lib/file: no directory");
        assert_error(kdump_target_find(root, "/var/lib/file/x", &target, &reason), ERR_INVALID_ARGUMENT);
        assert_error(kdump_target_find(root, "/none/../x", &target, &reason), ERR_INVALID_ARGUMENT);
        scratch_remove(root);
}

static void test_links_and_bind_mounts(NO_STATE) {
        char *root = make_machine(EXT4, "23 1 254:1 /exports/var /var rw - ext4 /dev/vda1 rw\n", PLAIN);
        struct kdump_target target;
        char link_target[256];

        snprintf(link_target, sizeof(link_target), "%s/var/lib", root);
        module_tree_link(root, "/crash", link_target);
        find(root, "/crash/dumps", &target);
        assert_string_equal(target.directory, "/var/lib/dumps");
        assert_string_equal(target.path, "/exports/var/lib/dumps");
        find(root, "/var", &target);
        assert_string_equal(target.path, "/exports/var");
        scratch_remove(root);
}

static void test_layers(NO_STATE) {
        static const struct {
                const char *directory, *member, *content, *words;
                bool is_stacked;
        } rows[] = {
                { "/sys/devices/virtual/block/dm-0", "/dm/uuid", "LVM-abc\n", "LVM", true },
                { "/sys/devices/virtual/block/dm-0", "/dm/uuid", "CRYPT-LUKS2-abc\n", "an encrypted disk",
                  true },
                { "/sys/devices/virtual/block/dm-0", "/dm/uuid", "part1-x\n", "the device mapper", true },
                { "/sys/devices/virtual/block/md0/md0p1", "/../md/level", "raid1\n", "software RAID", true },
                { "/sys/devices/virtual/block/loop0", "/x", "", "a loop device" },
                { "/sys/devices/platform/host2/session1/target2:0:0/2:0:0:0/block/sda/sda1", "/x", "",
                  "iSCSI" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                char *root = make_machine(EXT4, ROOT_LINE, rows[i].directory), path[256];
                struct kdump_target target;

                snprintf(path, sizeof(path), "%s%s", rows[i].directory, rows[i].member);
                module_tree_put(root, path, rows[i].content);
                find(root, "/var", &target);
                assert_string_equal(target.above, rows[i].words);
                assert_int_equal(target.is_stacked, rows[i].is_stacked);
                scratch_remove(root);
        }
}

static void test_without_device(NO_STATE) {
        static const char *const rows[][2] = {
                { "23 1 0:40 / / rw - cifs //server/export rw\n", "a network file system" },
                { "23 1 0:40 / / rw - overlay overlay rw\n", "an overlay" },
                { "23 1 0:40 / / rw - oddfs none rw\n", "oddfs, which has no block device" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                char *root = make_machine(EXT4, rows[i][0], PLAIN);
                struct kdump_target target;

                find(root, "/var", &target);
                assert_string_equal(target.above, rows[i][1]);
                assert_string_equal(target.device, "");
                scratch_remove(root);
        }
}

/* Its number is no device's, and the mounted part is below the file system's top. */
static void test_btrfs(NO_STATE) {
        char *root = make_machine("true", "23 1 0:33 /@ / rw - btrfs /dev/vda1 rw,subvolid=256,subvol=/@\n",
                                  PLAIN);
        struct kdump_target target;

        find(root, "/var/lib", &target);
        assert_string_equal(target.device, "/dev/vda1");
        assert_int_equal(target.minor, 1);
        assert_string_equal(target.path, "/@/var/lib");
        assert_string_equal(target.mount_options, "subvolid=5");
        scratch_remove(root);
}

#define BTRFS_LINE "23 1 0:33 / / rw - btrfs /dev/vda1 rw,subvolid=5,subvol=/\n"
#define BTRFS      "/sys/fs/btrfs/" UUID
#define SECOND     "/sys/devices/pci0000:00/virtio1/block/vdb/vdb1"

/* A btrfs on vda1 and vdb1. */
static char *make_btrfs(void) {
        char command[512], target[512], *root = make_machine("true", BTRFS_LINE, PLAIN);

        module_tree_put(root, "/dev/vdb1", "");
        snprintf(command, sizeof(command),
                 "cd %s/dev && truncate -s 140M vda1 vdb1 && PATH=$PATH:/sbin:/usr/sbin mkfs.btrfs -q -f "
                 "-U " UUID " -d raid0 -m raid1 vda1 vdb1",
                 root);
        assert_int_equal(system(command), 0);
        module_tree_put(root, SECOND "/dev", "254:17\n");
        snprintf(target, sizeof(target), "%s" SECOND, root);
        module_tree_link(root, "/sys/dev/block/254:17", target);
        module_tree_link(root, "/sys/class/block/vdb1", target);
        module_tree_put(root, BTRFS "/devices/vda1", "");
        module_tree_put(root, BTRFS "/devices/vdb1", "");
        module_tree_put(root, BTRFS "/devinfo/1/missing", "0\n");
        module_tree_put(root, BTRFS "/devinfo/2/missing", "0\n");
        return root;
}

static void check_refused(const char *root, const char *why) {
        struct kdump_target target;
        struct reason reason;

        find(root, "/var/lib", &target);
        assert_error(kdump_target_check(&target, 1, &reason), ERR_NOT_SUPPORTED);
        test_assert_contains(reason.text, why);
}

static void test_btrfs_of_two(NO_STATE) {
        char *root = make_btrfs();
        struct kdump_target target;
        struct reason reason;

        find(root, "/var/lib", &target);
        assert_ok(kdump_target_check(&target, 1, &reason));
        assert_int_equal(target.device_count, 2);
        assert_int_equal(target.devices[0].minor + target.devices[1].minor, 1 + 17);
        /* One that runs without another is not started so by us. */
        module_tree_put(root, BTRFS "/devinfo/2/missing", "1\n");
        check_refused(root, "a btrfs of which the device 2 is missing");
        module_tree_put(root, BTRFS "/devinfo/2/missing", "0\n");
        module_tree_put(root, BTRFS "/devinfo/0/replace_target", "1\n");
        check_refused(root, "a device is being replaced");
        scratch_remove(root);
}

/* What the crash kernel would find by the UUID is not what the kernel uses. */
static void test_btrfs_and_others(NO_STATE) {
        char *root = make_btrfs(), command[512];

        module_tree_put(root, BTRFS "/devices/vdc1", "");
        check_refused(root, "of the 3 devices of this btrfs 2 have its UUID");
        module_tree_put(root, "/sys/class/block/vdc1/dev", "254:33\n");
        snprintf(command, sizeof(command), "cp --sparse=always %s/dev/vdb1 %s/dev/vdc1", root, root);
        assert_int_equal(system(command), 0);
        check_refused(root, "two devices claim to be the same one of the btrfs " UUID ": one is a copy");
        scratch_remove(root);
}

/* What is not mounted by IPv4 is known before any route is asked for. */
static void test_share(NO_STATE) {
        char *root = make_machine(EXT4,
                                  "23 1 0:40 / / rw - nfs4 nas:/srv/dumps rw,vers=4.2,proto=tcp,sec=krb5,"
                                  "addr=127.0.0.1\n",
                                  PLAIN);
        struct kdump_target target;
        struct reason reason;
        char path[256];

        module_tree_put(root, "/proc/sys/kernel/hostname", "web1\n");
        find(root, "/var/web1", &target);
        assert_true(kdump_target_is_share(&target));
        assert_string_equal(target.device, "nas:/srv/dumps");
        assert_string_equal(target.path, "/var/web1");
        assert_string_equal(target.above, "");
        assert_error(kdump_target_check(&target, 1, &reason), ERR_NOT_SUPPORTED);
        test_assert_contains(reason.text, "sec=krb5");
        target.refusal[0] = '\0';
        assert_ok(kdump_target_check(&target, 1, &reason));
        /* Whose it is, only the server knows; but nobody else may put another in its place. */
        snprintf(path, sizeof(path), "%s/var", root);
        assert_int_equal(chmod(path, 01777), 0);
        find(root, "/var/web1", &target);
        assert_false(target.open_to_others);
        assert_int_equal(chmod(path, 0777), 0);
        find(root, "/var/web1", &target);
        target.refusal[0] = '\0';
        assert_error(kdump_target_check(&target, 1, &reason), ERR_PERMISSION);
        test_assert_contains(reason.text,
                             "others can write to /var, and put a directory of theirs in its place");
        scratch_remove(root);
}

static void test_vfat(NO_STATE) {
        char *root = make_machine("true",
                                  "23 1 254:1 / / rw - vfat /dev/vda1 rw,fmask=0022,codepage=437,"
                                  "iocharset=ascii,shortname=mixed\n",
                                  PLAIN);
        struct kdump_target target;

        find(root, "/var/lib", &target);
        assert_string_equal(target.mount_options, "codepage=437,iocharset=ascii");
        scratch_remove(root);
}

static void test_nothing(NO_STATE) {
        char *root = scratch_make();
        struct kdump_target target;
        struct reason reason;

        assert_error(kdump_target_find(root, "/var", &target, &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "/var: ");
        scratch_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_mount_table),
                cmocka_unit_test(test_long_mounts),
                cmocka_unit_test(test_plain),
                cmocka_unit_test(test_check),
                cmocka_unit_test(test_links_and_bind_mounts),
                cmocka_unit_test(test_layers),
                cmocka_unit_test(test_without_device),
                cmocka_unit_test(test_btrfs),
                cmocka_unit_test(test_btrfs_of_two),
                cmocka_unit_test(test_btrfs_and_others),
                cmocka_unit_test(test_share),
                cmocka_unit_test(test_vfat),
                cmocka_unit_test(test_nothing),
                cmocka_unit_test(test_what_others_can_write),
                cmocka_unit_test(test_what_others_can_exchange),
                cmocka_unit_test(test_a_file_in_the_way),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

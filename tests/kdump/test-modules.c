/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <sys/sysmacros.h>

#include "kdump/modules.h"
#include "tests/support/module-tree.h"
#include "tests/support/scratch.h"

#define RELEASE "6.1.0-test"

static const struct made_module modules[] = {
        { "virtio_ring", NULL, "vring", NULL, NULL },
        { "virtio", NULL, "virtio_bus", "vring", NULL },
        { "virtio_pci", "pci:v00001AF4d*sv*sd*bc*sc*i*", NULL, "virtio_bus", NULL },
        { "virtio_blk", "virtio:d00000002v*", NULL, "virtio_bus", NULL },
        { "virtio_scsi", "virtio:d00000008v*", NULL, "scsi_add", NULL },
        { "scsi_mod", NULL, "scsi_add", NULL, NULL },
        { "sd-mod", "scsi:t-0x00*", NULL, "scsi_add", NULL },
        { "libata", NULL, "ata_add", "scsi_add", NULL },
        { "ahci", "pci:v*d*sv*sd*bc01sc06i01*", NULL, "ata_add", NULL },
        { "ata_generic", "pci:v*d*sv*sd*bc01sc*i*", NULL, "ata_add", NULL },
        { "nvme-core", NULL, "nvme_add", NULL, NULL },
        { "nvme", "pci:v*d*sv*sd*bc01sc08i02*", NULL, "nvme_add", NULL },
        { "crc32c_generic", "crc32c", NULL, NULL, NULL },
        { "crc32c_intel", "crc32c", NULL, NULL, NULL },
        { "md-mod", NULL, "md_add", NULL, NULL },
        { "raid1", "md-raid1", NULL, "md_add", NULL },
        { "raid456", "md-raid5", "raid5_add", "md_add", NULL },
        { "dm-mod", NULL, "dm_add", NULL, NULL },
        { "dm-thin-pool", NULL, NULL, "dm_add", NULL },
        { "dm-raid", NULL, NULL, "raid5_add", NULL },
        { "jbd2", NULL, "journal", NULL, NULL },
        { "ext4", "fs-ext4", NULL, "journal", "pre: crc32c" },
        { "vfat", "fs-vfat", NULL, NULL, NULL },
        { "sunrpc", NULL, "rpc", NULL, NULL },
        { "nfs", "fs-nfs4", "nfs_client", "rpc", NULL },
        { "nfsv4", NULL, NULL, "nfs_client", NULL },
        { "nfsv3", NULL, NULL, "nfs_client", NULL },
        { "virtio_net", "virtio:d00000001v*", NULL, "virtio_bus", NULL },
        { "phy", "mdio:1234", NULL, NULL, NULL },
        { "nls_cp437", NULL, NULL, NULL, NULL },
        { "nls_ascii", NULL, NULL, NULL, NULL },
        { "i6300esb", "pci:v00008086d000025ABsv*", NULL, NULL, NULL },
        { "mfd_core", NULL, "mfd", NULL, NULL },
        { "lpc_ich", "pci:v00008086d00002918sv*", NULL, "mfd", NULL },
        { "iTCO_vendor_support", NULL, "vendor", NULL, NULL },
        { "iTCO_wdt", "platform:iTCO_wdt", NULL, "vendor", NULL },
        /* They want each other, which must end. */
        { "loop_a", NULL, NULL, NULL, "pre: loop_b" },
        { "loop_b", NULL, NULL, NULL, "pre: loop_a" },
};

static void put_device(const char *root, const char *directory, const char *modalias, const char *driver,
                       const char *module) {
        char path[512], target[128];

        if (modalias) {
                snprintf(path, sizeof(path), "%s/modalias", directory);
                module_tree_put(root, path, modalias);
        }
        snprintf(path, sizeof(path), "%s/driver", directory);
        snprintf(target, sizeof(target), "%s/sys/bus/drivers/%s", root, driver);
        module_tree_link(root, path, target);
        snprintf(path, sizeof(path), "/sys/bus/drivers/%s/module", driver);
        if (module)
                module_tree_link(root, path, module);
        snprintf(path, sizeof(path), "/sys/bus/drivers/%s/bind", driver);
        module_tree_put(root, path, "");
}

static void put_disk(const char *root, const char *directory) {
        char target[512], path[512];

        snprintf(path, sizeof(path), "%s/size", directory);
        module_tree_put(root, path, "1\n");
        snprintf(target, sizeof(target), "%s%s", root, directory);
        module_tree_link(root, "/sys/dev/block/254:1", target);
}

static char *make_root(const char *built_in) {
        char *root = scratch_make();

        module_tree_make(root, RELEASE, modules, ARRAY_SIZE(modules), built_in);
        module_tree_put(root, "/sys/module/crc32c_generic/refcnt", "1");
        return root;
}

static struct kdump_watchdogs watchdogs;
static struct reason watchdog_lacks; /* of the last find() */

static int find_on(const char *root, const struct stack_record *stack, const char *file_system,
                   const char *more, char *ret_names, size_t size, struct reason *ret_reason) {
        struct kdump_target target = { .device = "/dev/vda1", .major = 254, .minor = 1 };
        const struct kdump_modules_request request = {
                .root = root,
                .release = RELEASE,
                .target = &target,
                .stack = stack,
                .more = more,
                .watchdogs = &watchdogs,
        };
        struct text names = text_on(ret_names, size);
        struct kdump_modules found;
        int r;

        snprintf(target.file_system, sizeof(target.file_system), "%s", file_system);
        if (strcmp(file_system, "vfat") == 0)
                strcpy(target.mount_options, "codepage=437,iocharset=ascii");
        r = kdump_modules_find(&request, &found, ret_reason);
        if (r < 0)
                return r;
        for (size_t i = 0; i < found.count; i++)
                text_format(&names, "%s%s", i > 0 ? " " : "", found.list[i].name);
        watchdog_lacks = found.watchdog_lacks;
        kdump_modules_free(&found);
        return 0;
}

static int find(const char *root, const char *file_system, const char *more, char *ret_names, size_t size,
                struct reason *ret_reason) {
        return find_on(root, NULL, file_system, more, ret_names, size, ret_reason);
}

static void expect(const char *root, const char *file_system, const char *more, const char *wanted) {
        struct reason reason = { "" };
        char names[1024];
        int r = find(root, file_system, more, names, sizeof(names), &reason);

        if (r < 0)
                print_error("%s\n", reason.text);
        assert_ok(r);
        assert_string_equal(names, wanted);
}

/* The modules, or why there are none. */
static void expect_target(const char *root, const struct kdump_target *target, const char *wanted) {
        const struct kdump_modules_request request = {
                .root = root,
                .release = RELEASE,
                .target = target,
                .more = "",
        };
        struct reason reason = { "" };
        struct kdump_modules found = { 0 };
        char names[1024];
        struct text text = TEXT_ON(names);

        if (kdump_modules_find(&request, &found, &reason) < 0)
                text_put(&text, reason.text);
        for (size_t i = 0; i < found.count; i++)
                text_format(&text, "%s%s", i > 0 ? " " : "", found.list[i].name);
        kdump_modules_free(&found);
        assert_string_equal(names, wanted);
}

static void put_virtio_blk(const char *root) {
        put_device(root, "/sys/devices/pci0000:00/0000:00:04.0",
                   "pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00\n", "virtio-pci", "virtio_pci");
        put_device(root, "/sys/devices/pci0000:00/0000:00:04.0/virtio1", "virtio:d00000002v00001AF4\n",
                   "virtio_blk", "virtio_blk");
        put_disk(root, "/sys/devices/pci0000:00/0000:00:04.0/virtio1/block/vda/vda1");
}

static void test_virtio_blk(NO_STATE) {
        char *root = make_root("");

        put_virtio_blk(root);
        expect(root, "ext4", "", "virtio_ring virtio virtio_blk virtio_pci crc32c_generic jbd2 ext4");
        expect(root, "vfat", "", "virtio_ring virtio virtio_blk virtio_pci vfat nls_cp437 nls_ascii");
        scratch_remove(root);
}

/* By its card, which has a PHY; and by the version, which no file system's name tells. */
static void test_share(NO_STATE) {
        char *root = make_root(""), target[512];
        struct kdump_target share = { .file_system = "nfs4",
                                      .card = "eth0",
                                      .mount_options = "vers=4.1,port=2049" };

        strcpy(share.network.server, "10.0.9.9");
        put_device(root, "/sys/devices/pci0000:00/0000:00:03.0",
                   "pci:v00001AF4d00001000sv00001AF4sd00000001bc02sc00i00\n", "virtio-pci", "virtio_pci");
        put_device(root, "/sys/devices/pci0000:00/0000:00:03.0/virtio0", "virtio:d00000001v00001AF4\n",
                   "virtio_net", "virtio_net");
        put_device(root, "/sys/devices/pci0000:00/0000:00:03.0/mdio_bus/a:00", "mdio:1234\n", "PHY", "phy");
        snprintf(target, sizeof(target), "%s/sys/devices/pci0000:00/0000:00:03.0/virtio0", root);
        module_tree_link(root, "/sys/class/net/eth0/device", target);
        expect_target(root, &share, "virtio_ring virtio virtio_net virtio_pci sunrpc nfs nfsv4");
        snprintf(target, sizeof(target), "%s/sys/devices/pci0000:00/0000:00:03.0/mdio_bus/a:00", root);
        module_tree_link(root, "/sys/class/net/eth0/phydev", target);
        strcpy(share.mount_options, "vers=3,port=2049");
        expect_target(root, &share, "phy virtio_ring virtio virtio_pci virtio_net sunrpc nfs nfsv3");
        strcpy(share.card, "eth1");
        expect_target(root, &share, "eth1: not in /sys");
        scratch_remove(root);
}

/* Its card's drivers come last, and without them dumps are made all the same. */
static void test_collector(NO_STATE) {
        char *root = make_root(""), target[512];
        struct kdump_target disk = { .major = 254, .minor = 1, .file_system = "ext4" };
        struct kdump_modules_request request = {
                .root = root, .release = RELEASE, .more = "", .target = &disk
        };
        struct kdump_modules found;
        struct reason reason;

        put_virtio_blk(root);
        put_device(root, "/sys/devices/pci0000:00/0000:00:03.0", "pci:v00001AF4d00001000sv0sd0bc02sc00i00\n",
                   "virtio-pci-of-net", "virtio_pci");
        put_device(root, "/sys/devices/pci0000:00/0000:00:03.0/virtio0", "virtio:d00000001v00001AF4\n",
                   "virtio_net", "virtio_net");
        snprintf(target, sizeof(target), "%s/sys/devices/pci0000:00/0000:00:03.0/virtio0", root);
        module_tree_link(root, "/sys/class/net/eth0/device", target);
        request.collector_card = "eth0";
        assert_ok(kdump_modules_find(&request, &found, &reason));
        assert_int_equal(found.collector_count, 1);
        assert_string_equal(found.list[found.count - 1].name, "virtio_net");
        assert_string_equal(found.list[found.count - 2].name, "ext4");
        assert_string_equal(found.collector_lacks.text, "");
        kdump_modules_free(&found);
        request.collector_card = "eth1";
        assert_ok(kdump_modules_find(&request, &found, &reason));
        assert_int_equal(found.collector_count, 0);
        assert_string_equal(found.list[found.count - 1].name, "ext4");
        assert_string_equal(found.collector_lacks.text, "eth1: not in /sys");
        kdump_modules_free(&found);
        request.collector_card = "eth0";
        request.target = NULL;
        assert_ok(kdump_modules_find(&request, &found, &reason));
        assert_int_equal(found.collector_count, found.count);
        kdump_modules_free(&found);
        scratch_remove(root);
}

/* Of a driver that is built in no file is needed; of its dependents, their own. */
static void test_built_in(NO_STATE) {
        char *root = make_root("kernel/drivers/xfs.ko\n");

        put_virtio_blk(root);
        expect(root, "xfs", "", "virtio_ring virtio virtio_blk virtio_pci");
        scratch_remove(root);
}

static void test_more(NO_STATE) {
        char *root = make_root("");
        struct reason reason;
        char names[1024] = "";

        put_virtio_blk(root);
        expect(root, "vfat", " nvme  loop_a ",
               "virtio_ring virtio virtio_blk virtio_pci vfat nls_cp437 nls_ascii nvme_core nvme loop_b "
               "loop_a");
        assert_error(find(root, "vfat", "nonesuch", names, sizeof(names), &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "nonesuch");
        assert_error(find(root, "zonefs", "", names, sizeof(names), &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "zonefs");
        scratch_remove(root);
}

static void test_virtio_scsi(NO_STATE) {
        char *root = make_root("");
        const char *disk = "/sys/devices/pci0000:00/0000:00:05.0/virtio2/host0/target0:0:0/0:0:0:0";
        char path[256];

        put_device(root, "/sys/devices/pci0000:00/0000:00:05.0",
                   "pci:v00001AF4d00001004sv00001AF4sd00000008bc01sc00i00\n", "virtio-pci", "virtio_pci");
        put_device(root, "/sys/devices/pci0000:00/0000:00:05.0/virtio2", "virtio:d00000008v00001AF4\n",
                   "virtio_scsi", "virtio_scsi");
        put_device(root, disk, "scsi:t-0x00\n", "sd", "sd_mod");
        snprintf(path, sizeof(path), "%s/block/sda", disk);
        put_disk(root, path);
        expect(root, "vfat", "",
               "scsi_mod sd_mod virtio_scsi virtio_ring virtio virtio_pci vfat nls_cp437 nls_ascii");
        scratch_remove(root);
}

/* ata_generic would fit, too, and is loaded; the bridge's driver is built in. */
static void test_ahci(NO_STATE) {
        const char *controller = "/sys/devices/pci0000:00/0000:00:1c.0/0000:00:1f.2";
        char *root = make_root("");
        char path[256];

        module_tree_put(root, "/sys/module/ata_generic/refcnt", "0");
        put_device(root, "/sys/devices/pci0000:00/0000:00:1c.0", "pci:v00008086d00002940sv0sd0bc06sc04i00\n",
                   "pcieport", NULL);
        put_device(root, controller, "pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01\n", "ahci",
                   "ahci");
        snprintf(path, sizeof(path), "%s/ata1/host0/target0:0:0/0:0:0:0", controller);
        put_device(root, path, "scsi:t-0x00\n", "sd", "sd_mod");
        strcat(path, "/block/sda");
        put_disk(root, path);
        expect(root, "ext4", "", "scsi_mod sd_mod libata ahci crc32c_generic jbd2 ext4");
        scratch_remove(root);
}

static void put_nvme(const char *root) {
        put_device(root, "/sys/devices/pci0000:00/0000:00:03.0",
                   "pci:v00001B36d00000010sv00001AF4sd00001100bc01sc08i02\n", "nvme", "nvme");
}

static void test_nvme(NO_STATE) {
        char *root = make_root("");

        put_nvme(root);
        put_disk(root, "/sys/devices/pci0000:00/0000:00:03.0/nvme/nvme0/nvme0n1/nvme0n1p1");
        expect(root, "vfat", "", "nvme_core nvme vfat nls_cp437 nls_ascii");
        scratch_remove(root);
}

/* The disk of a subsystem with multipath is virtual; its controllers are not. */
static void test_nvme_multipath(NO_STATE) {
        char *root = make_root(""), target[512];

        put_nvme(root);
        module_tree_put(root, "/sys/devices/pci0000:00/0000:00:03.0/nvme/nvme0/state", "live\n");
        snprintf(target, sizeof(target), "%s/sys/devices/pci0000:00/0000:00:03.0/nvme/nvme0", root);
        module_tree_link(root, "/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0", target);
        put_disk(root, "/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/nvme0n1p1");
        expect(root, "vfat", "", "nvme_core nvme vfat nls_cp437 nls_ascii");
        scratch_remove(root);
}

static void put_watchdog(const char *root, const char *name, const char *directory) {
        struct kdump_watchdog *watchdog = &watchdogs.list[watchdogs.count++];
        char path[256], target[512];

        snprintf(watchdog->name, sizeof(watchdog->name), "%s", name);
        snprintf(path, sizeof(path), WATCHDOG_CLASS "/%s/device", name);
        snprintf(target, sizeof(target), "%s%s", root, directory);
        module_tree_link(root, path, target);
}

/* Before the disk's; with the driver that makes the platform device. */
static void test_watchdogs(NO_STATE) {
        const char *bridge = "/sys/devices/pci0000:00/0000:00:1f.0";
        const char *card = "/sys/devices/pci0000:00/0000:00:09.0";
        char *root = make_root("");
        char path[256];

        put_virtio_blk(root);
        put_device(root, bridge, "pci:v00008086d00002918sv00001AF4sd00001100bc06sc01i00\n", "lpc_ich",
                   "lpc_ich");
        snprintf(path, sizeof(path), "%s/iTCO_wdt.1.auto", bridge);
        put_device(root, path, "platform:iTCO_wdt\n", "iTCO_wdt", "iTCO_wdt");
        put_device(root, card, "pci:v00008086d000025ABsv00001AF4sd00001100bc08sc80i00\n", "i6300ESB timer",
                   "i6300esb");
        put_watchdog(root, "watchdog0", path);
        expect(root, "vfat", "",
               "iTCO_vendor_support iTCO_wdt mfd_core lpc_ich virtio_ring virtio virtio_blk virtio_pci vfat "
               "nls_cp437 nls_ascii");
        put_watchdog(root, "watchdog1", card);
        expect(root, "vfat", "",
               "iTCO_vendor_support iTCO_wdt mfd_core lpc_ich i6300esb virtio_ring virtio virtio_blk "
               "virtio_pci "
               "vfat nls_cp437 nls_ascii");
        assert_string_equal(watchdog_lacks.text, "");
        watchdogs.count = 0;
        scratch_remove(root);
}

/* A dump is tried all the same. */
static void test_a_watchdog_without_a_driver(NO_STATE) {
        const char *device = "/sys/devices/platform/odd.0";
        char *root = make_root("");

        put_virtio_blk(root);
        put_device(root, device, "platform:odd\n", "odd_wdt", "odd_wdt");
        put_watchdog(root, "watchdog0", device);
        put_watchdog(root, "watchdog1", "/sys/gone");
        expect(root, "vfat", "", "virtio_ring virtio virtio_blk virtio_pci vfat nls_cp437 nls_ascii");
        test_assert_contains(watchdog_lacks.text, "has no driver for odd.0, which is odd_wdt's now");
        watchdogs.count = 0;
        scratch_remove(root);
}

/* Of each disk the drivers, and once what builds the rest: what is built in is not there. */
static void test_a_stack(NO_STATE) {
        static const struct {
                const char *text, *modules;
        } stacks[] = {
                { "disk LVM2_member a 8\ndisk LVM2_member b 8\nvolume v LVM-v rw 8\ntarget 0 8 linear @0 0\n",
                  "virtio_ring virtio virtio_blk virtio_pci nvme_core nvme dm_mod vfat nls_cp437 nls_ascii" },
                { "disk LVM2_member a 8\nvolume v LVM-v rw 8\ntarget 0 8 thin @0 1\n",
                  "virtio_ring virtio virtio_blk virtio_pci dm_mod dm_thin_pool vfat nls_cp437 nls_ascii" },
                { "disk LVM2_member a 8\nvolume v LVM-v rw 8\ntarget 0 8 raid raid1 @0\n",
                  "virtio_ring virtio virtio_blk virtio_pci md_mod raid456 dm_raid raid1 vfat nls_cp437 "
                  "nls_ascii" },
                { "disk linux_raid_member a 8\ndisk linux_raid_member b 8\narray u raid5 2 0 8 0,1\n"
                  "part 2 1 0 8\n",
                  "virtio_ring virtio virtio_blk virtio_pci nvme_core nvme md_mod raid456 vfat nls_cp437 "
                  "nls_ascii" },
        };
        char *root = make_root(""), error[STACK_ERROR_SIZE], names[1024], target[512];
        static struct stack_record record;
        struct reason reason;

        put_virtio_blk(root);
        put_nvme(root);
        module_tree_put(root, "/sys/devices/pci0000:00/0000:00:03.0/nvme/nvme0/nvme0n1/size", "1\n");
        snprintf(target, sizeof(target), "%s/sys/devices/pci0000:00/0000:00:03.0/nvme/nvme0/nvme0n1", root);
        module_tree_link(root, "/sys/dev/block/259:0", target);
        record.numbers[0] = makedev(254, 1);
        record.numbers[1] = makedev(259, 0);
        for (size_t i = 0; i < ARRAY_SIZE(stacks); i++) {
                assert_ok(stack_parse(text_view(stacks[i].text), &record.stack, error));
                reason.text[0] = '\0';
                if (find_on(root, &record, "vfat", "", names, sizeof(names), &reason) < 0)
                        fail_msg("%s", reason.text);
                assert_string_equal(names, stacks[i].modules);
        }
        assert_ok(stack_parse(text_view("disk linux_raid_member a 8\narray u raid10 2 0 8 0\n"),
                              &record.stack, error));
        assert_error(find_on(root, &record, "vfat", "", names, sizeof(names), &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "has no module md-raid10");
        scratch_remove(root);
}

static void test_missing(NO_STATE) {
        char *root = make_root(""), names[64];
        struct reason reason;

        assert_error(find(root, "vfat", "", names, sizeof(names), &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "/dev/vda1");
        put_device(root, "/sys/devices/pci0000:00/0000:00:09.0", "pci:v0000DEADd0000BEEFsv0sd0bc02sc08i02\n",
                   "odd", "odd_driver");
        put_disk(root, "/sys/devices/pci0000:00/0000:00:09.0/block/odd0");
        assert_error(find(root, "vfat", "", names, sizeof(names), &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "no driver for 0000:00:09.0");
        scratch_remove(root);
}

static void test_no_directory(NO_STATE) {
        char *root = scratch_make(), names[64];
        struct reason reason;

        assert_error(find(root, "ext4", "", names, sizeof(names), &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "/lib/modules/" RELEASE);
        scratch_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_virtio_blk),
                cmocka_unit_test(test_built_in),
                cmocka_unit_test(test_more),
                cmocka_unit_test(test_virtio_scsi),
                cmocka_unit_test(test_ahci),
                cmocka_unit_test(test_nvme),
                cmocka_unit_test(test_nvme_multipath),
                cmocka_unit_test(test_missing),
                cmocka_unit_test(test_no_directory),
                cmocka_unit_test(test_watchdogs),
                cmocka_unit_test(test_a_watchdog_without_a_driver),
                cmocka_unit_test(test_share),
                cmocka_unit_test(test_collector),
                cmocka_unit_test(test_a_stack),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

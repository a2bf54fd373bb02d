/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <linux/dm-ioctl.h>
#include <sys/ioctl.h>
#include <sys/types.h>

#include "kdump/stack-record.h"
#include "tests/support/made-array.h"
#include "tests/support/module-tree.h"
#include "tests/support/scratch.h"

/* NUMBER() of small ones, as a constant. */
#define NUMBER(major, minor) ((dev_t) (major) << 8 | (minor))

#define PV_UUID              "abcdefghijklmnopqrstuvwxyz012345"
#define PV_UUID2             "ABCDEFghijklmnopqrstuvwxyz012345"
#define GROUP                "LVM-0123456789abcdefghijklmnopqrstuv"
#define OTHER                "LVM-abcdefghijklmnopqrstuv0123456789"

/* --- a device mapper ---------------------------------------------------------------------------- */

struct fake_target {
        const char *type, *table, *status;
};

struct fake_volume {
        unsigned minor;
        const char *name, *uuid;
        uint32_t flags;
        struct fake_target targets[2]; /* each of 8 sectors */
        dev_t below[3];
};

struct fake_mapper {
        const struct fake_volume *volumes;
        size_t count;
        size_t room;         /* an answer that is larger does not fit */
        uint32_t data_start; /* of an answer that makes no sense, as its */
        uint32_t next;       /* specifications make none; 0: it does */
};

static size_t append_target(uint8_t *data, size_t offset, uint64_t start, const struct fake_target *target,
                            const char *text) {
        struct dm_target_spec spec = { .sector_start = start, .length = 8 };
        size_t next = (offset + sizeof(spec) + strlen(text) + 1 + 7) / 8 * 8;

        spec.next = (uint32_t) next; /* from the first specification on */
        snprintf(spec.target_type, sizeof(spec.target_type), "%s", target->type);
        memcpy(data + offset, &spec, sizeof(spec));
        strcpy((char *) data + offset + sizeof(spec), text);
        return next;
}

static void answer_status(const struct fake_volume *volume, struct dm_ioctl *header) {
        uint8_t *data = (uint8_t *) header + header->data_start;
        bool table = header->flags & DM_STATUS_TABLE_FLAG;
        size_t offset = 0;

        assert_true(header->flags & DM_NOFLUSH_FLAG);
        header->target_count = 0;
        for (size_t i = 0; i < 2 && volume->targets[i].type; i++) {
                const struct fake_target *target = &volume->targets[i];

                offset = append_target(data, offset, i * 8, target,
                                       table            ? target->table
                                       : target->status ? target->status
                                                        : "");
                header->target_count++;
        }
        header->data_size = (uint32_t) (header->data_start + offset);
}

static void answer_deps(const struct fake_volume *volume, struct dm_ioctl *header) {
        struct dm_target_deps *deps = (void *) ((uint8_t *) header + header->data_start);

        deps->count = 0;
        for (size_t i = 0; i < 3 && volume->below[i]; i++)
                deps->dev[deps->count++] = volume->below[i];
        header->data_size = (uint32_t) (header->data_start + sizeof(*deps) + deps->count * sizeof(uint64_t));
}

static int fake_control(void *context, unsigned long request, void *argument) {
        const struct fake_mapper *mapper = context;
        struct dm_ioctl *header = argument;

        assert_int_equal(header->version[0], 4);
        assert_int_equal(header->name[0] | header->uuid[0], 0);
        if (header->data_size < mapper->room) {
                header->flags |= DM_BUFFER_FULL_FLAG;
                return 0;
        }
        for (size_t i = 0; i < mapper->count; i++) {
                const struct fake_volume *volume = &mapper->volumes[i];

                if (header->dev != NUMBER(253, volume->minor))
                        continue;
                if (request == DM_TABLE_DEPS)
                        answer_deps(volume, header);
                else
                        answer_status(volume, header);
                strcpy(header->name, volume->name);
                strcpy(header->uuid, volume->uuid);
                header->flags = volume->flags;
                if (mapper->data_start > 0)
                        header->data_start = mapper->data_start;
                if (mapper->next > 0)
                        memcpy((uint8_t *) header + header->data_start +
                                       offsetof(struct dm_target_spec, next),
                               &mapper->next, sizeof(mapper->next));
                return 0;
        }
        return ERR_NOT_FOUND;
}

/* --- a machine ---------------------------------------------------------------------------------- */

#define VIRTUAL "/sys/devices/virtual/block/"

static void fill_pv(const char *root, const char *name, const char *uuid, uint64_t metadata) {
        uint8_t disk[MADE_DISK_SIZE];

        made_pv_fill(disk, 1, uuid, metadata);
        made_device_fill(root, name, disk);
}

static void fill_member(const char *root, const char *name, uint8_t uuid) {
        uint8_t disk[MADE_DISK_SIZE];

        made_member_fill(disk, 0xaa, uuid, 20);
        made_device_fill(root, name, disk);
}

static void put_volume(const char *root, unsigned minor_number, unsigned sectors) {
        char directory[128], path[256];

        snprintf(directory, sizeof(directory), VIRTUAL "dm-%u", minor_number);
        made_device_put(root, directory, 253, minor_number, sectors);
        snprintf(path, sizeof(path), "%s/dm/suspended", directory);
        module_tree_put(root, path, "0\n");
}

static char *make_array(void) {
        char *root = scratch_make();

        made_array_put(root);
        return root;
}

static char *make_disks_of_lvm(void) {
        char *root = scratch_make();

        made_virtio_disks_put(root, 2);
        fill_pv(root, "/dev/vda", PV_UUID, 512);
        fill_pv(root, "/dev/vdb", PV_UUID2, 512);
        for (unsigned i = 0; i < 4; i++)
                put_volume(root, i, 8);
        return root;
}

static struct stack_record record;

static int make(const char *root, const struct fake_volume *volumes, size_t count, dev_t device,
                struct reason *reason) {
        struct fake_mapper fake = { volumes, count };
        const struct device_mapper mapper = { fake_control, &fake, -1 };

        *reason = (struct reason){ "" };
        return stack_record_make(root, &mapper, device, &record, reason);
}

static void expect(const char *root, const struct fake_volume *volumes, size_t count, dev_t device,
                   const char *wanted) {
        struct reason reason;
        int r = make(root, volumes, count, device, &reason);

        if (r < 0)
                print_error("%s\n", reason.text);
        assert_ok(r);
        assert_string_equal(record.text, wanted);
}

static void refuse(const char *root, const struct fake_volume *volumes, size_t count, dev_t device,
                   const char *wanted) {
        struct reason reason;

        assert_true(make(root, volumes, count, device, &reason) < 0);
        assert_string_equal(reason.text, wanted);
}

static const char *digest_of(const char *root, const char *name) {
        static char digits[2][2 * SHA256_SIZE + 1];
        static size_t next;
        struct text text = TEXT_ON(digits[next++ % 2]);
        uint8_t digest[SHA256_SIZE];
        char path[512];
        struct bytes disk;

        snprintf(path, sizeof(path), "%s%s", root, name);
        disk = test_read_file(path);
        sha256_digest(bytes_of(disk.data + MADE_PV_HEADER, 512), digest);
        text_put_hex(&text, bytes_of(digest, sizeof(digest)));
        free((void *) (uintptr_t) disk.data);
        return text.buffer;
}

#define DISK_A "disk LVM2_member abcdef-ghij-klmn-opqr-stuv-wxyz-012345 8192\n"
#define DISK_B "disk LVM2_member ABCDEF-ghij-klmn-opqr-stuv-wxyz-012345 8192\n"

/* --- LVM ---------------------------------------------------------------------------------------- */

static const struct fake_volume linear = {
        .minor = 0,
        .name = "vg-root",
        .uuid = GROUP "root",
        .targets = { { "linear", "254:0 2048" } },
        .below = { NUMBER(254, 0) },
};

static void test_a_volume_over_two_disks(NO_STATE) {
        const struct fake_volume volume = {
                .name = "vg-root",
                .uuid = GROUP "root",
                .flags = DM_READONLY_FLAG,
                .targets = { { "linear", "254:16 2048" }, { "striped", "2 128 254:0 384 254:16 384" } },
                .below = { NUMBER(254, 16), NUMBER(254, 0) },
        };
        char *root = make_disks_of_lvm(), wanted[1024];

        put_volume(root, 7, 8);
        snprintf(wanted, sizeof(wanted),
                 DISK_B "header 0 %s\n" DISK_A "header 1 %s\n"
                        "volume vg-root " GROUP "root ro 16\n"
                        "target 0 8 linear @0 2048\ntarget 8 8 striped 2 128 @1 384 @0 384\n",
                 digest_of(root, "/dev/vdb"), digest_of(root, "/dev/vda"));
        module_tree_put(root, VIRTUAL "dm-0/size", "16\n");
        expect(root, &volume, 1, NUMBER(253, 0), wanted);
        assert_true(record.numbers[1] == NUMBER(254, 0));
        assert_true(record.room_bytes == UINT64_MAX);
        scratch_remove(root);
}

/* The pool's own two volumes, on one disk, then the pool, then what is mounted. */
static const struct fake_volume thin[] = {
        { 0, "vg-p_tmeta", GROUP "m-tmeta", 0, { { "linear", "254:0 0" } }, { NUMBER(254, 0) } },
        { 1, "vg-p_tdata", GROUP "d-tdata", 0, { { "linear", "254:0 8" } }, { NUMBER(254, 0) } },
        { 2,
          "vg-p-tpool",
          GROUP "p-tpool",
          0,
          { { "thin-pool", "253:0 253:1 128 0 1 skip_block_zeroing ",
              "1 11/1024 100/800 - rw discard_passdown queue_if_no_space - 1024 " } },
          { NUMBER(253, 1), NUMBER(253, 0) } },
        { 3, "vg-t", GROUP "t", 0, { { "thin", "253:2 1" } }, { NUMBER(253, 2) } },
};

static void test_a_thin_volume(NO_STATE) {
        const struct kdump_target target = { .directory = "/var" };
        char *root = make_disks_of_lvm(), wanted[1024];
        struct reason reason;

        snprintf(wanted, sizeof(wanted),
                 DISK_A "header 0 %s\n"
                        "volume vg-p_tdata " GROUP "d-tdata rw 8\ntarget 0 8 linear @0 8\n"
                        "volume vg-p_tmeta " GROUP "m-tmeta rw 8\ntarget 0 8 linear @0 0\n"
                        "volume vg-p-tpool " GROUP "p-tpool rw 8\n"
                        "target 0 8 thin-pool @2 @1 128 0 2 skip_block_zeroing error_if_no_space\n"
                        "volume vg-t " GROUP "t rw 8\ntarget 0 8 thin @3 1\n",
                 digest_of(root, "/dev/vda"));
        expect(root, thin, ARRAY_SIZE(thin), NUMBER(253, 3), wanted);
        assert_int_equal(record.room_bytes, 700 * 128 * 512);
        assert_ok(kdump_target_check_room(&target, &record, record.room_bytes, &reason));
        assert_error(kdump_target_check_room(&target, &record, 64 << 20, &reason), ERR_NO_SPACE);
        assert_string_equal(reason.text, "/var: the thin pool below it has 43 MiB left, and a dump of this "
                                         "machine may take 64");
        scratch_remove(root);
}

static void test_a_pool_that_has_the_feature_or_none(NO_STATE) {
        static const char *const tables[][2] = {
                { "253:0 253:1 128 0 0 ", "target 0 8 thin-pool @2 @1 128 0 1 error_if_no_space\n" },
                { "253:0 253:1 128 0 2 skip_block_zeroing error_if_no_space ",
                  "target 0 8 thin-pool @2 @1 128 0 2 skip_block_zeroing error_if_no_space\n" },
        };
        char *root = make_disks_of_lvm();

        for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
                struct fake_volume volumes[ARRAY_SIZE(thin)];
                struct reason reason;

                memcpy(volumes, thin, sizeof(thin));
                volumes[2].targets[0].table = tables[i][0];
                assert_ok(make(root, volumes, ARRAY_SIZE(thin), NUMBER(253, 3), &reason));
                test_assert_contains(record.text, tables[i][1]);
        }
        scratch_remove(root);
}

static void test_a_pool_that_takes_no_dump(NO_STATE) {
        static const char *const states[][2] = {
                { "Fail", "vg-p-tpool: a thin pool that failed (Fail)" },
                { "1 11/1024 1/8 - ro no_discard_passdown queue_if_no_space - 1024",
                  "vg-p-tpool: a thin pool that takes no writes (ro)" },
                { "1 11/1024 8/8 - out_of_data_space discard_passdown queue_if_no_space - 1024",
                  "vg-p-tpool: a thin pool that takes no writes (out_of_data_space)" },
                { "1 11/1024 1/8 - rw discard_passdown queue_if_no_space needs_check 1024",
                  "vg-p-tpool: a thin pool that has to be checked (needs_check)" },
                { "1 11/1024 8/8 - rw discard_passdown queue_if_no_space - 1024",
                  "vg-p-tpool: a thin pool that is full" },
                { "1 24/24 1/8 - rw discard_passdown queue_if_no_space - 1024",
                  "vg-p-tpool: a thin pool that is full" },
        };
        char *root = make_disks_of_lvm();

        for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
                struct fake_volume volumes[ARRAY_SIZE(thin)];

                memcpy(volumes, thin, sizeof(thin));
                volumes[2].targets[0].status = states[i][0];
                refuse(root, volumes, ARRAY_SIZE(thin), NUMBER(253, 3), states[i][1]);
        }
        scratch_remove(root);
}

static void test_a_thin_volume_that_is_not_taken(NO_STATE) {
        char *root = make_disks_of_lvm();
        struct fake_volume volumes[ARRAY_SIZE(thin)];

        memcpy(volumes, thin, sizeof(thin));
        volumes[3].targets[0].status = "Fail";
        refuse(root, volumes, ARRAY_SIZE(thin), NUMBER(253, 3), "vg-t: a thin volume that failed");
        volumes[3].targets[0] = (struct fake_target){ "thin", "253:2 1 253:0", "8 7" };
        refuse(root, volumes, ARRAY_SIZE(thin), NUMBER(253, 3),
               "vg-t: a thin volume with an external origin");
        scratch_remove(root);
}

static const struct fake_volume mirror = {
        .name = "vg-r",
        .uuid = GROUP "r",
        .targets = { { "raid", "raid1 3 0 region_size 4096 2 254:0 254:16 254:0 254:16",
                       "raid1 2 AA 8/8 idle 0 0 -" } },
        .below = { NUMBER(254, 0), NUMBER(254, 16) },
};

static void test_a_mirror_of_lvm(NO_STATE) {
        static const char *const states[][2] = {
                { "raid1 2 AD 8/8 idle 0 0 -", "vg-r: a mirror that is not whole (AD)" },
                { "raid1 2 aa 3/8 resync 0 0 -", "vg-r: a mirror that is not whole (aa)" },
                { "raid1 2 AA 3/8 resync 0 0 -", "vg-r: a mirror that is being synchronised (resync)" },
                { "raid1 2 AA 8/8 repair 0 0 -", "vg-r: a mirror that is being synchronised (repair)" },
                { "", "vg-r: a mirror of which the state is not known" },
        };
        static const char *const tables[][2] = {
                { "raid5_ls 3 128 region_size 4096 3 - 254:0", "vg-r: a volume of the level raid5_ls" },
                { "raid1 5 0 rebuild 1 region_size 4096 2 254:0 254:16 254:0 254:16",
                  "vg-r: a mirror that lacks a leg, or gets one" },
                { "raid1 3 0 region_size 4096 2 254:0 254:16 - -",
                  "vg-r: a mirror that lacks a leg, or gets one" },
        };
        char *root = make_disks_of_lvm();
        struct fake_volume volume = mirror;
        struct reason reason;

        assert_ok(make(root, &volume, 1, NUMBER(253, 0), &reason));
        test_assert_contains(record.text, "target 0 8 raid raid1 3 0 region_size 4096 2 @0 @1 @0 @1\n");
        for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
                volume.targets[0].status = states[i][0];
                refuse(root, &volume, 1, NUMBER(253, 0), states[i][1]);
        }
        volume = mirror;
        for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
                volume.targets[0].table = tables[i][0];
                refuse(root, &volume, 1, NUMBER(253, 0), tables[i][1]);
        }
        scratch_remove(root);
}

static void test_targets_that_were_not_proven(NO_STATE) {
        static const char *const types[][2] = {
                { "crypt", "vg-root: an encrypted disk (dm-crypt)" },
                { "snapshot-origin", "vg-root: a volume that has thick snapshots" },
                { "mirror", "vg-root: a mirror as pvmove makes it (dm-mirror)" },
                { "error", "vg-root: a disk that is missing" },
                { "era", "vg-root: a target of the device mapper's, era" },
        };
        char *root = make_disks_of_lvm();

        for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
                struct fake_volume volume = linear;

                volume.targets[0].type = types[i][0];
                refuse(root, &volume, 1, NUMBER(253, 0), types[i][1]);
        }
        scratch_remove(root);
}

static void test_volumes_that_are_not_as_they_should_be(NO_STATE) {
        char *root = make_disks_of_lvm();
        struct fake_volume volume = linear;
        const struct fake_volume foreign[] = {
                { 1, "other-lv", OTHER "x", 0, { { "linear", "254:0 0" } }, { NUMBER(254, 0) } },
                { 0, "vg-root", GROUP "root", 0, { { "linear", "253:1 0" } }, { NUMBER(253, 1) } },
        };

        volume.flags = DM_SUSPEND_FLAG;
        refuse(root, &volume, 1, NUMBER(253, 0), "vg-root: a volume that is suspended");
        volume.flags = DM_INACTIVE_PRESENT_FLAG;
        refuse(root, &volume, 1, NUMBER(253, 0), "vg-root: a volume that is being changed");
        volume = linear;
        volume.targets[0] = (struct fake_target){ 0 };
        refuse(root, &volume, 1, NUMBER(253, 0), "vg-root: a volume that is being changed");
        volume = linear;
        volume.uuid = "part1-of-something";
        refuse(root, &volume, 1, NUMBER(253, 0),
               "vg-root: a volume of the device mapper's that is not LVM's");
        volume = linear;
        volume.targets[0].table = "254:16 2048"; /* and it does not stand on that */
        refuse(root, &volume, 1, NUMBER(253, 0), "vg-root: value outside of its range");
        refuse(root, NULL, 0, NUMBER(253, 0),
               "/dev/dm-0: the device mapper does not tell its table: not found");
        refuse(root, foreign, 2, NUMBER(253, 0), "vg-root: a volume over one of another volume group");
        scratch_remove(root);
}

static void test_disks_that_are_no_physical_volumes(NO_STATE) {
        char *root = make_disks_of_lvm();
        uint8_t nothing[MADE_DISK_SIZE] = { 0 }, disk[MADE_DISK_SIZE];

        made_device_fill(root, "/dev/vda", nothing);
        refuse(root, &linear, 1, NUMBER(253, 0), "/dev/vda: a disk that has no signature of LVM's or MD's");
        fill_member(root, "/dev/vda", 1);
        refuse(root, &linear, 1, NUMBER(253, 0),
               "/dev/vda: is below a volume, and is no physical volume of LVM's");
        made_pv_fill(disk, 1, PV_UUID, 512);
        store_u32(disk + MADE_PV_HEADER + 60, 1);
        made_device_fill(root, "/dev/vda", disk);
        refuse(root, &linear, 1, NUMBER(253, 0), "/dev/vda: LVM ignores the physical volume's metadata area");
        scratch_remove(root);
}

static void test_a_disk_that_is_there_twice(NO_STATE) {
        char *root = make_disks_of_lvm();
        struct reason reason;

        fill_pv(root, "/dev/vdb", PV_UUID, 512);
        refuse(root, &linear, 1, NUMBER(253, 0),
               "/dev/vda and /dev/vdb: both are the LVM2_member abcdef-ghij-klmn-opqr-stuv-wxyz-012345: "
               "which of them the crash kernel would write to cannot be told");
        /* A drive without a medium, and what the crash kernel will not have, are not looked at. */
        module_tree_put(root, "/sys/class/block/vdb/size", "0\n");
        assert_ok(make(root, &linear, 1, NUMBER(253, 0), &reason));
        module_tree_put(root, "/sys/class/block/vdb/size", "8192\n");
        module_tree_put(root, "/sys/class/block/vdb/dm/suspended", "1\n");
        assert_ok(make(root, &linear, 1, NUMBER(253, 0), &reason));
        scratch_remove(root);
}

static void test_a_disk_of_a_network(NO_STATE) {
        char *root = scratch_make();

        made_device_put(root, "/sys/devices/platform/host3/session1/target3:0:0/3:0:0:1/block/sda", 254, 0,
                        MADE_DEVICE_SECTORS);
        fill_pv(root, "/dev/sda", PV_UUID, 512);
        put_volume(root, 0, 8);
        refuse(root, &linear, 1, NUMBER(253, 0), "/dev/sda: iSCSI");
        scratch_remove(root);
}

static void test_an_answer_that_needs_more_room(NO_STATE) {
        char *root = make_disks_of_lvm();
        struct fake_mapper fake = { &linear, 1, .room = 100000 };
        const struct device_mapper mapper = { fake_control, &fake, -1 };
        struct reason reason;

        assert_ok(stack_record_make(root, &mapper, NUMBER(253, 0), &record, &reason));
        fake.room = 4 << 20;
        assert_error(stack_record_make(root, &mapper, NUMBER(253, 0), &record, &reason), ERR_TOO_LARGE);
        scratch_remove(root);
}

static void test_an_answer_that_makes_no_sense(NO_STATE) {
        struct fake_volume volume = linear;
        struct fake_mapper fakes[] = {
                { &volume, 1, .data_start = 1 << 20 },
                { &volume, 1, .data_start = UINT32_MAX },
                { &volume, 1, .next = 1 << 20 },
                { &volume, 1, .next = UINT32_MAX },
        };
        char *root = make_disks_of_lvm();
        struct reason reason;

        volume.targets[1] = volume.targets[0];
        for (size_t i = 0; i < ARRAY_SIZE(fakes); i++) {
                const struct device_mapper mapper = { fake_control, &fakes[i], -1 };

                assert_error(stack_record_make(root, &mapper, NUMBER(253, 0), &record, &reason), ERR_VALUE);
        }
        scratch_remove(root);
}

/* --- MD ----------------------------------------------------------------------------------------- */

#define MEMBERS                                                                                              \
        "disk linux_raid_member 01010101-0101-0101-0101-010101010101 8192\n"                                 \
        "disk linux_raid_member 02020202-0202-0202-0202-020202020202 8192\n"
#define ARRAY MEMBERS "array aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa raid1 2 20 4096 0,1\n"

static void test_an_array(NO_STATE) {
        char *root = make_array();

        expect(root, NULL, 0, NUMBER(9, 0), ARRAY);
        made_device_put(root, MADE_ARRAY "/md0p1", 259, 1, 2048);
        module_tree_put(root, MADE_ARRAY "/md0p1/partition", "1\n");
        module_tree_put(root, MADE_ARRAY "/md0p1/start", "1024\n");
        expect(root, NULL, 0, NUMBER(259, 1), ARRAY "part 2 1 1024 2048\n");
        scratch_remove(root);
}

static void test_a_volume_on_an_array(NO_STATE) {
        const struct fake_volume volume = {
                .name = "vg-root",
                .uuid = GROUP "root",
                .targets = { { "linear", "9:0 2048" } },
                .below = { NUMBER(9, 0) },
        };
        char *root = make_array(), wanted[1024];

        put_volume(root, 0, 8);
        fill_pv(root, "/dev/md0", PV_UUID, 512);
        snprintf(wanted, sizeof(wanted),
                 ARRAY "header 2 %s\n"
                       "volume vg-root " GROUP "root rw 8\ntarget 0 8 linear @2 2048\n",
                 digest_of(root, "/dev/md0"));
        expect(root, &volume, 1, NUMBER(253, 0), wanted);
        scratch_remove(root);
}

static void test_arrays_that_are_not_taken(NO_STATE) {
        static const struct {
                const char *file, *line, *wanted;
        } states[] = {
                { "level", "raid6\n", "/dev/md0: an array of the level raid6" },
                { "metadata_version", "0.90\n", "/dev/md0: an array with metadata 0.90" },
                { "metadata_version", "external:imsm\n",
                  "/dev/md0: an array with metadata of a firmware (IMSM, DDF)" },
                { "degraded", "1\n", "/dev/md0: an array that has lost a disk (degraded: 1)" },
                { "resync_start", "0\n", "/dev/md0: an array that is not in sync (resync_start: 0)" },
                { "sync_action", "recover\n",
                  "/dev/md0: an array that is being synchronised (sync_action: recover)" },
                { "reshape_position", "128\n",
                  "/dev/md0: an array that is being reshaped (reshape_position: 128)" },
                { "consistency_policy", "journal\n",
                  "/dev/md0: an array that has a journal (or a partial parity log) (consistency_policy: "
                  "journal)" },
                { "raid_disks", "17\n", "/dev/md0: an array of more than 16 disks" },
                { "dev-vdb/state", "spare\n", "/dev/md0: an array that has 1 of 2 disks in sync" },
                { "dev-vdb/slot", "0\n", "/dev/md0: an array that has 1 of 2 disks in sync" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
                char *root = make_array();

                made_array_put_file(root, states[i].file, states[i].line);
                refuse(root, NULL, 0, NUMBER(9, 0), states[i].wanted);
                scratch_remove(root);
        }
}

static void test_what_does_no_harm_to_an_array(NO_STATE) {
        char *root = make_array();

        made_array_put_file(root, "sync_action", "check\n");
        made_array_put_file(root, "consistency_policy", "resync\n");
        made_device_put(root, "/sys/devices/pci0000:00/virtio2/block/vdc", 254, 32, MADE_DEVICE_SECTORS);
        fill_member(root, "/dev/vdc", 0x03);
        made_array_put_member(root, 2, "spare\n");
        made_array_put_file(root, "dev-vdc/slot", "none\n");
        expect(root, NULL, 0, NUMBER(9, 0), ARRAY);
        scratch_remove(root);
}

/* --- what has changed --------------------------------------------------------------------------- */

static void read_stack(const char *text, struct stack *ret_stack) {
        char error[STACK_ERROR_SIZE];

        assert_ok(stack_parse(text_view(text), ret_stack, error));
}

#define DIGEST  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define DIGEST2 "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define VOLUME(digest, start)                                                                                \
        "disk LVM2_member u 8192\nheader 0 " digest                                                          \
        "\nvolume vg-root LVM-x rw 8\ntarget 0 8 linear @0 " start "\n"

static void test_what_has_changed(NO_STATE) {
        static const char disks[] = "disk linux_raid_member a 8\ndisk linux_raid_member b 8\n";
        static const struct {
                const char *then, *now, *wanted;
        } changes[] = {
                { ARRAY, ARRAY, NULL },
                { MEMBERS "array a raid1 2 20 4096 0,1\n", MEMBERS "array a raid1 2 99 4096 0,1\n", NULL },
                { MEMBERS "array a raid1 2 20 4096 0,1\n", MEMBERS "array a raid5 2 20 4096 0,1\n",
                  "the array a" },
                { MEMBERS "array a raid1 2 20 4096 0,1\n", MEMBERS "array a raid1 2 20 4096 0\n",
                  "the array a" },
                { ARRAY "part 2 1 8 8\n", ARRAY "part 2 2 8 8\n", "partition 1 of an array" },
                { ARRAY "part 2 1 8 8\n", ARRAY, "partition 1 of an array" },
                { ARRAY, ARRAY "part 2 1 8 8\n", "the array aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa" },
                { VOLUME(DIGEST, "0"), VOLUME(DIGEST, "0"), NULL },
                { VOLUME(DIGEST, "0"), VOLUME(DIGEST2, "0"), "the LVM2_member u" },
                { VOLUME(DIGEST, "0"), VOLUME(DIGEST, "8"), "vg-root" },
                { VOLUME(DIGEST, "0"), disks, "the LVM2_member u" },
        };
        static struct stack then, now;

        for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
                const struct stack_device *changed;
                char label[STACK_LABEL_SIZE];

                read_stack(changes[i].then, &then);
                read_stack(changes[i].now, &now);
                changed = stack_record_find_change(&then, &now);
                assert_int_equal(changed == NULL, changes[i].wanted == NULL);
                if (!changed)
                        continue;
                stack_device_label(changed, label);
                assert_string_equal(label, changes[i].wanted);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_volume_over_two_disks),
                cmocka_unit_test(test_a_thin_volume),
                cmocka_unit_test(test_a_pool_that_has_the_feature_or_none),
                cmocka_unit_test(test_a_pool_that_takes_no_dump),
                cmocka_unit_test(test_a_thin_volume_that_is_not_taken),
                cmocka_unit_test(test_a_mirror_of_lvm),
                cmocka_unit_test(test_targets_that_were_not_proven),
                cmocka_unit_test(test_volumes_that_are_not_as_they_should_be),
                cmocka_unit_test(test_disks_that_are_no_physical_volumes),
                cmocka_unit_test(test_a_disk_that_is_there_twice),
                cmocka_unit_test(test_a_disk_of_a_network),
                cmocka_unit_test(test_an_answer_that_needs_more_room),
                cmocka_unit_test(test_an_answer_that_makes_no_sense),
                cmocka_unit_test(test_an_array),
                cmocka_unit_test(test_a_volume_on_an_array),
                cmocka_unit_test(test_arrays_that_are_not_taken),
                cmocka_unit_test(test_what_does_no_harm_to_an_array),
                cmocka_unit_test(test_what_has_changed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

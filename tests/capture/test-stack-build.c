/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <errno.h>
#include <linux/dm-ioctl.h>
#include <linux/major.h>
#include <linux/raid/md_u.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "capture/stack-build.h"
#include "posix/clock.h"
#include "tests/support/made-disk.h"
#include "tests/support/scratch.h"

/* On less libblkid looks for no RAID, as on a floppy disk. */
#define DEVICE_SIZE ((size_t) 2 * 1024 * 1024)
#define SECTORS     "2048"
#define FILE_SYSTEM "11112222-3333-4444-5555-666677778888"
#define ARRAY_UUID  "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
#define PV          "abcdef-ghij-klmn-opqr-stuv-wxyz-01234"

/* --- a kernel that is none ------------------------------------------------------------------------ */

struct machine {
        char *root;
        char asked[2048]; /* by ioctl() and in order, one a line */
        struct text log;
        const char *fails;  /* what is asked for, and refused */
        const char *level;  /* that an array comes out as */
        const char *volume; /* the file system's UUID on what the device mapper makes */
        unsigned volumes;
        struct stack stack;
        struct stack_site site;
        char path[BLOCK_PATH_SIZE];
        struct reason reason;
};

static void put_attribute(struct machine *machine, const char *name, const char *attribute,
                          const char *text) {
        char path[256];

        snprintf(path, sizeof(path), "/sys/class/block/%s/%s", name, attribute);
        scratch_put(machine->root, path, text);
}

static void put_content(struct machine *machine, const char *name, struct bytes content) {
        char path[256];

        snprintf(path, sizeof(path), "/dev/%s", name);
        scratch_put(machine->root, path, "");
        snprintf(path, sizeof(path), "%s/dev/%s", machine->root, name);
        scratch_write(path, content);
}

static void put_device(struct machine *machine, const char *name, const char *number, struct bytes content) {
        put_attribute(machine, name, "dev", number);
        put_attribute(machine, name, "size", SECTORS "\n");
        put_content(machine, name, content);
}

/* The file system is one for swapping, as libblkid knows that by the least. */
static struct bytes make_file_system(const char *uuid) {
        static uint8_t content[DEVICE_SIZE];
        size_t offset = 0;
        uint64_t byte;

        memset(content, 0, sizeof(content));
        store_u32(content + 1024, 1);
        store_u32(content + 1028, 255);
        for (size_t i = 0; i < 16; i++) {
                offset += uuid[offset] == '-';
                assert_ok(hex_parse(text_view(uuid), &offset, 2, &byte));
                content[1024 + 12 + i] = (uint8_t) byte;
        }
        memcpy(content + 4086, "SWAPSPACE2", 10);
        return bytes_of(content, sizeof(content));
}

static void put_targets(struct machine *machine, const struct dm_ioctl *request) {
        const uint8_t *at = (const uint8_t *) request + request->data_start;

        for (uint32_t i = 0; i < request->target_count; i++) {
                const struct dm_target_spec *spec = (const void *) at;

                text_format(&machine->log, " %llu+%llu %s %s", (unsigned long long) spec->sector_start,
                            (unsigned long long) spec->length, spec->target_type, (const char *) (spec + 1));
                assert_int_equal(spec->next % 8, 0);
                assert_true(spec->next > sizeof(*spec) + strlen((const char *) (spec + 1)));
                at += spec->next;
        }
        assert_ptr_equal(at, (const uint8_t *) request + request->data_size);
}

static void volume_name(uint64_t number, char ret_name[32]) {
        snprintf(ret_name, 32, "dm-%u", minor(number));
}

static void dm_create(struct machine *machine, void *argument) {
        struct dm_ioctl *request = argument;

        text_format(&machine->log, " %s %s", request->name, request->uuid);
        request->dev = makedev(253, machine->volumes++);
}

static void dm_load(struct machine *machine, void *argument) {
        const struct dm_ioctl *request = argument;

        text_format(&machine->log, " %u %s", minor(request->dev),
                    request->flags == DM_READONLY_FLAG ? "ro" : "rw");
        put_targets(machine, request);
}

static void dm_resume(struct machine *machine, void *argument) {
        const struct dm_ioctl *request = argument;
        char name[32], number[32];

        volume_name(request->dev, name);
        snprintf(number, sizeof(number), "253:%u\n", minor(request->dev));
        put_device(machine, name, number, make_file_system(machine->volume));
        text_format(&machine->log, " %u", minor(request->dev));
}

static void dm_remove(struct machine *machine, void *argument) {
        text_format(&machine->log, " %u", minor(((const struct dm_ioctl *) argument)->dev));
}

static void md_version(struct machine *machine, void *argument) {
        const mdu_array_info_t *info = argument;

        text_format(&machine->log, " %d.%d of %d", info->major_version, info->minor_version,
                    info->raid_disks);
        put_attribute(machine, "md127", "dev", "9:127\n");
        put_attribute(machine, "md127", "size", SECTORS "\n");
        put_attribute(machine, "md127", "md/level", machine->level);
        put_attribute(machine, "md127", "md/array_state", "");
        put_attribute(machine, "md127", "md/sync_action", "");
}

static void md_add(struct machine *machine, void *argument) {
        const mdu_disk_info_t *disk = argument;

        text_format(&machine->log, " %d:%d", disk->major, disk->minor);
}

static void md_stop_array(struct machine *machine, void *argument) {
        (void) machine;
        assert_null(argument);
}

static const struct {
        unsigned long request;
        const char *name;
        void (*serve)(struct machine *machine, void *argument);
} requests[] = {
        { DM_DEV_CREATE, "DM_DEV_CREATE", dm_create },    { DM_TABLE_LOAD, "DM_TABLE_LOAD", dm_load },
        { DM_DEV_SUSPEND, "DM_DEV_SUSPEND", dm_resume },  { DM_DEV_REMOVE, "DM_DEV_REMOVE", dm_remove },
        { SET_ARRAY_INFO, "SET_ARRAY_INFO", md_version }, { ADD_NEW_DISK, "ADD_NEW_DISK", md_add },
        { STOP_ARRAY, "STOP_ARRAY", md_stop_array },
};

static int serve(void *context, int fd, unsigned long request, void *argument) {
        struct machine *machine = context;

        assert_true(fd >= 0);
        for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
                if (requests[i].request != request)
                        continue;
                text_put(&machine->log, requests[i].name);
                if (request >> 8 == DM_DEV_CREATE >> 8)
                        assert_int_equal(((struct dm_ioctl *) argument)->version[0], 4);
                if (machine->fails && strcmp(machine->fails, requests[i].name) == 0) {
                        text_put(&machine->log, " refused\n");
                        return -EINVAL;
                }
                requests[i].serve(machine, argument);
                text_put(&machine->log, "\n");
                return 0;
        }
        fail_msg("a request that nobody expects: %#lx", request);
        return -ENOTTY;
}

static int set_up(void **state) {
        struct machine *machine = calloc(1, sizeof(*machine));

        machine->root = scratch_make();
        machine->log = TEXT_ON(machine->asked);
        machine->level = "raid1\n";
        machine->volume = FILE_SYSTEM;
        scratch_put(machine->root, "/dev/mapper/control", "");
        scratch_put(machine->root, "/sys/module/md_mod/parameters/new_array", "");
        *state = machine;
        return 0;
}

static int tear_down(void **state) {
        struct machine *machine = *state;

        scratch_remove(machine->root);
        free(machine);
        return 0;
}

static struct machine *renew(void **state) {
        (void) tear_down(state);
        (void) set_up(state);
        return *state;
}

/* --- disks ---------------------------------------------------------------------------------------- */

/* `last` is the last character of its UUID; another commit writes its metadata to another place. */
static struct bytes make_pv(char last, uint64_t metadata) {
        static uint8_t content[DEVICE_SIZE];
        char uuid[] = "abcdefghijklmnopqrstuvwxyz01234?";

        uuid[31] = last;
        made_pv_fill(content, 1, uuid, metadata);
        return bytes_of(content, sizeof(content));
}

/* With the digest of this PV. */
static void append_header(struct text *text, size_t device, struct bytes content) {
        uint8_t digest[SHA256_SIZE];

        sha256_digest(bytes_of(content.data + MADE_PV_HEADER, 512), digest);
        text_format(text, "header %zu ", device);
        text_put_hex(text, bytes_of(digest, sizeof(digest)));
        text_put_char(text, '\n');
}

struct member {
        uint8_t own; /* each byte of its UUID; 0: it is not there */
        uint64_t events;
        bool dirty;
};

static struct bytes make_member(struct member member) {
        static uint8_t content[DEVICE_SIZE];

        made_member_fill(content, 0xaa, member.own, member.events);
        /* The superblock's checksum is of a kind that stays the same. */
        if (member.dirty)
                store_u64(content + 4096 + 208, 0);
        return bytes_of(content, sizeof(content));
}

/* --- stacks --------------------------------------------------------------------------------------- */

#define LINEAR                                                                                               \
        "volume vg-root LVM-root rw 2048\n"                                                                  \
        "target 0 1024 linear @0 384\n"                                                                      \
        "target 1024 1024 linear @1 384\n"

static int build(struct machine *machine, const char *text) {
        char error[STACK_ERROR_SIZE];

        assert_ok(stack_parse(text_view(text), &machine->stack, error));
        stack_site_init(&machine->site, &machine->stack);
        machine->site.root = machine->root;
        machine->site.control = serve;
        machine->site.context = machine;
        return stack_build(&machine->site, FILE_SYSTEM, clock_ms(), machine->path, &machine->reason);
}

static void put_two_pvs(struct machine *machine) {
        put_device(machine, "vdb", "252:16\n", make_pv('5', 512));
        put_device(machine, "vdc", "252:32\n", make_pv('6', 512));
}

/* The stack with the digests of what put_two_pvs() puts. */
static const char *linear_stack(void) {
        static char buffer[2048];
        struct text text = TEXT_ON(buffer);

        text_put(&text, "disk LVM2_member " PV "5 " SECTORS "\n");
        append_header(&text, 0, make_pv('5', 512));
        text_put(&text, "disk LVM2_member " PV "6 " SECTORS "\n");
        append_header(&text, 1, make_pv('6', 512));
        text_put(&text, LINEAR);
        return buffer;
}

/* The volume's PV is what lies on the array. */
static const char *array_stack(const char *level, bool with_volume) {
        static char buffer[2048];
        struct text text = TEXT_ON(buffer);

        text_format(&text,
                    "disk linux_raid_member "
                    "11111111-1111-1111-1111-111111111111 " SECTORS "\n"
                    "disk linux_raid_member "
                    "22222222-2222-2222-2222-222222222222 " SECTORS "\n"
                    "array " ARRAY_UUID " %s 2 20 " SECTORS " 0,1\n",
                    level);
        if (!with_volume)
                return buffer;
        append_header(&text, 2, make_pv('5', 512));
        text_put(&text, "volume vg-root LVM-root ro 2048\ntarget 0 2048 linear @2 384\n");
        return buffer;
}

static void put_members(struct machine *machine, struct member one, struct member two, struct bytes array) {
        put_device(machine, "vdb", "252:16\n", make_member(one));
        if (two.own)
                put_device(machine, "vdc", "252:32\n", make_member(two));
        put_content(machine, "md127", array);
}

static void assert_attribute(struct machine *machine, const char *name, const char *wanted) {
        struct bytes got = test_read_file(scratch_path(machine->root, name));

        assert_int_equal(got.size, strlen(wanted));
        assert_memory_equal(got.data, wanted, got.size);
        free((void *) (uintptr_t) got.data);
}

#define STATE    "sys/class/block/md127/md/array_state"
#define ACTION   "sys/class/block/md127/md/sync_action"
#define ASSEMBLY "SET_ARRAY_INFO 1.2 of 0\nADD_NEW_DISK 252:16\nADD_NEW_DISK 252:32\n"

/* --- tests ---------------------------------------------------------------------------------------- */

static void test_volumes_are_made_over_disks(void **state) {
        struct machine *machine = *state;

        put_two_pvs(machine);
        put_device(machine, "vda", "252:0\n", make_file_system(FILE_SYSTEM)); /* not the one that was built */
        assert_ok(build(machine, linear_stack()));
        assert_string_equal(machine->asked,
                            "DM_DEV_CREATE vg-root LVM-root\n"
                            "DM_TABLE_LOAD 0 rw 0+1024 linear 252:16 384 1024+1024 linear 252:32 384\n"
                            "DM_DEV_SUSPEND 0\n");
        assert_string_equal(machine->path + strlen(machine->root), "/dev/dm-0");
        machine->log = TEXT_ON(machine->asked);
        assert_ok(stack_take_down(&machine->site, &machine->reason));
        assert_string_equal(machine->asked, "DM_DEV_REMOVE 0\n");
        /* And once. */
        assert_ok(stack_take_down(&machine->site, &machine->reason));
        assert_string_equal(machine->asked, "DM_DEV_REMOVE 0\n");
}

static void test_a_volume_is_made_over_an_array(void **state) {
        struct machine *machine = *state;

        put_members(machine, (struct member){ 0x11, 20 }, (struct member){ 0x22, 21 }, make_pv('5', 512));
        assert_ok(build(machine, array_stack("raid1", true)));
        assert_string_equal(machine->asked, ASSEMBLY "DM_DEV_CREATE vg-root LVM-root\n"
                                                     "DM_TABLE_LOAD 0 ro 0+2048 linear 9:127 384\n"
                                                     "DM_DEV_SUSPEND 0\n");
        assert_attribute(machine, "sys/module/md_mod/parameters/new_array", "md127");
        assert_attribute(machine, STATE, "read-auto");
        assert_attribute(machine, ACTION, "frozen");
        machine->log = TEXT_ON(machine->asked);
        assert_ok(stack_take_down(&machine->site, &machine->reason));
        assert_string_equal(machine->asked, "DM_DEV_REMOVE 0\nSTOP_ARRAY\n");
}

/* Whichever step fails, nothing is left. */
static void test_what_fails_is_taken_down(void **state) {
        static const struct {
                const char *fails, *asked, *reason;
        } rows[] = {
                { "SET_ARRAY_INFO", "SET_ARRAY_INFO refused\nSTOP_ARRAY\n",
                  "raid1 " ARRAY_UUID ": SET_ARRAY_INFO: Invalid argument" },
                { "ADD_NEW_DISK", "SET_ARRAY_INFO 1.2 of 0\nADD_NEW_DISK refused\nSTOP_ARRAY\n",
                  "raid1 " ARRAY_UUID ": ADD_NEW_DISK: Invalid argument" },
                { "DM_DEV_CREATE", ASSEMBLY "DM_DEV_CREATE refused\nSTOP_ARRAY\n",
                  "vg-root: DM_DEV_CREATE: Invalid argument" },
                { "DM_TABLE_LOAD",
                  ASSEMBLY
                  "DM_DEV_CREATE vg-root LVM-root\nDM_TABLE_LOAD refused\nDM_DEV_REMOVE 0\nSTOP_ARRAY\n",
                  "vg-root: DM_TABLE_LOAD: Invalid argument" },
                { "DM_DEV_SUSPEND",
                  ASSEMBLY "DM_DEV_CREATE vg-root LVM-root\nDM_TABLE_LOAD 0 ro 0+2048 linear 9:127 384\n"
                           "DM_DEV_SUSPEND refused\nDM_DEV_REMOVE 0\nSTOP_ARRAY\n",
                  "vg-root: DM_DEV_SUSPEND: Invalid argument" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct machine *machine = renew(state);

                put_members(machine, (struct member){ 0x11, 20 }, (struct member){ 0x22, 20 },
                            make_pv('5', 512));
                machine->fails = rows[i].fails;
                assert_error(build(machine, array_stack("raid1", true)), ERR_INVALID_ARGUMENT);
                assert_string_equal(machine->asked, rows[i].asked);
                assert_string_equal(machine->reason.text, rows[i].reason);
        }
}

static void test_a_changed_volume_group_is_not_mapped(void **state) {
        struct machine *machine = *state;

        put_two_pvs(machine);
        put_content(machine, "vdc", make_pv('6', 2048));
        assert_error(build(machine, linear_stack()), ERR_CHANGED);
        assert_string_equal(machine->asked, "");
        assert_string_equal(machine->reason.text,
                            "/dev/vdc: the volume group changed since the load: nothing is written there");
}

/* Before anybody writes: a resync may not begin either. */
static void test_a_changed_volume_group_on_an_array_is_not_mapped(void **state) {
        struct machine *machine = *state;

        put_members(machine, (struct member){ 0x11, 20 }, (struct member){ 0x22, 20 }, make_pv('5', 2048));
        assert_error(build(machine, array_stack("raid1", true)), ERR_CHANGED);
        assert_string_equal(machine->asked, ASSEMBLY "STOP_ARRAY\n");
        assert_string_equal(machine->reason.text,
                            "/dev/md127: the volume group changed since the load: nothing is written there");
        assert_attribute(machine, ACTION, "");
}

/* However they are ordered, no volume is made before each physical volume was compared. */
static void test_volumes_are_made_last(void **state) {
        struct machine *machine = *state;
        char stack_text[2048];
        struct text text = TEXT_ON(stack_text);

        text_put(&text, "disk LVM2_member " PV "6 " SECTORS "\n");
        append_header(&text, 0, make_pv('6', 512));
        text_format(&text, "volume vg-half LVM-half rw 2048\ntarget 0 2048 linear @0 384\n"
                           "disk linux_raid_member 11111111-1111-1111-1111-111111111111 " SECTORS "\n"
                           "array " ARRAY_UUID " raid1 2 20 " SECTORS " 2\n");
        append_header(&text, 3, make_pv('5', 512));
        text_put(&text, "volume vg-root LVM-root rw 4096\ntarget 0 2048 linear @1 0\n"
                        "target 2048 2048 linear @3 384\n");
        put_device(machine, "vdd", "252:48\n", make_pv('6', 512));
        put_members(machine, (struct member){ 0x11, 20 }, (struct member){ 0 }, make_pv('5', 2048));
        assert_error(build(machine, stack_text), ERR_CHANGED);
        assert_string_equal(machine->asked, "SET_ARRAY_INFO 1.2 of 0\nADD_NEW_DISK 252:16\nSTOP_ARRAY\n");
}

static void test_a_disk_that_is_there_twice_is_refused(void **state) {
        struct machine *machine = *state;

        put_two_pvs(machine);
        put_device(machine, "vdd", "252:48\n", make_pv('5', 512));
        assert_error(build(machine, linear_stack()), ERR_EXISTS);
        assert_string_equal(machine->asked, "");
        test_assert_contains(machine->reason.text, ": both are the LVM2_member " PV "5");
}

static void test_a_disk_of_another_size_is_refused(void **state) {
        struct machine *machine = *state;

        put_two_pvs(machine);
        put_attribute(machine, "vdc", "size", "2049\n");
        assert_error(build(machine, linear_stack()), ERR_CHANGED);
        assert_string_equal(machine->asked, "");
        assert_string_equal(machine->reason.text, "/dev/vdc: has 2049 sectors, and had 2048 at the load");
}

static void test_a_disk_that_does_not_come_is_named(void **state) {
        struct machine *machine = *state;

        put_device(machine, "vdb", "252:16\n", make_pv('5', 512));
        assert_error(build(machine, linear_stack()), ERR_NOT_FOUND);
        assert_string_equal(machine->asked, "");
        assert_string_equal(machine->reason.text, "no disk is the LVM2_member " PV "6");
}

static void test_only_the_file_system_of_the_plan_is_taken(void **state) {
        struct machine *machine = *state;

        put_two_pvs(machine);
        put_device(machine, "vda", "252:0\n", make_file_system(FILE_SYSTEM));
        machine->volume = "11112222-3333-4444-5555-666677778889";
        assert_error(build(machine, linear_stack()), ERR_CHANGED);
        test_assert_contains(machine->asked, "DM_DEV_REMOVE 0\n");
        assert_string_equal(machine->reason.text, "dm-0: does not hold the file system " FILE_SYSTEM);
}

static void test_an_array_of_another_level_is_stopped(void **state) {
        struct machine *machine = *state;

        put_members(machine, (struct member){ 0x11, 20 }, (struct member){ 0x22, 20 },
                    make_file_system(FILE_SYSTEM));
        machine->level = "raid0\n";
        assert_error(build(machine, array_stack("raid1", false)), ERR_CHANGED);
        assert_string_equal(machine->asked, ASSEMBLY "STOP_ARRAY\n");
        assert_string_equal(machine->reason.text, "raid1 " ARRAY_UUID ": is raid0 by now");
}

/* Members are judged by their superblocks, before any of them is given to the kernel. */
static void test_which_members_are_taken(void **state) {
        static const struct {
                const char *level;
                struct member one, two;
                const char *members, *reason; /* either */
        } rows[] = {
                { "raid1", { 0x11, 20, true }, { 0x22, 21, true }, "252:16 252:32", NULL },
                { "raid1", { 0x11, 19 }, { 0x22, 19 }, "252:16 252:32", NULL },
                { "raid1",
                  { 0x11, 18 },
                  { 0x22, 21 },
                  NULL,
                  "is older than at the load: it has 18 events, and had 20" },
                { "raid1", { 0x11, 20 }, { 0x22, 22 }, "252:32", NULL },
                { "raid1",
                  { 0x11, 20 },
                  { 0x22, 22, true },
                  NULL,
                  "1 of 2 members are there, and the array is not clean" },
                { "raid1", { 0x11, 20 }, { 0 }, "252:16", NULL },
                { "raid1",
                  { 0x11, 20, true },
                  { 0 },
                  NULL,
                  "1 of 2 members are there, and the array is not clean" },
                { "raid10", { 0x11, 20 }, { 0 }, "252:16", NULL },
                { "raid5", { 0x11, 20 }, { 0 }, NULL, "raid5 " ARRAY_UUID ": 1 of 2 members are there" },
                { "raid0", { 0x11, 20 }, { 0x22, 23 }, NULL, "1 of 2 members are there" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct machine *machine = renew(state);
                char level[16];
                int r;

                snprintf(level, sizeof(level), "%s\n", rows[i].level);
                machine->level = level;
                put_members(machine, rows[i].one, rows[i].two, make_file_system(FILE_SYSTEM));
                r = build(machine, array_stack(rows[i].level, false));
                if (rows[i].reason) {
                        assert_true(r < 0);
                        assert_string_equal(machine->asked, "");
                        test_assert_contains(machine->reason.text, rows[i].reason);
                        continue;
                }
                assert_ok(r);
                assert_int_equal(strstr(machine->asked, "ADD_NEW_DISK 252:16") != NULL,
                                 strstr(rows[i].members, "252:16") != NULL);
                assert_int_equal(strstr(machine->asked, "ADD_NEW_DISK 252:32") != NULL,
                                 strstr(rows[i].members, "252:32") != NULL);
        }
}

static void test_a_partition_of_an_array_is_found(void **state) {
        static const struct {
                const char *start;
                int result;
        } rows[] = { { "64\n", 0 }, { "63\n", ERR_NOT_FOUND } };
        char text[1024];

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct machine *machine = renew(state);
                int r;

                snprintf(text, sizeof(text), "%spart 2 1 64 " SECTORS "\n", array_stack("raid1", false));
                put_members(machine, (struct member){ 0x11, 20 }, (struct member){ 0x22, 20 },
                            bytes_of("", 0));
                put_device(machine, "md127p1", "259:0\n", make_file_system(FILE_SYSTEM));
                put_attribute(machine, "md127p1", "start", rows[i].start);
                r = build(machine, text);
                assert_error(r, rows[i].result);
                if (r == 0)
                        assert_string_equal(machine->path + strlen(machine->root), "/dev/md127p1");
                else
                        assert_string_equal(machine->asked, ASSEMBLY "STOP_ARRAY\n");
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_volumes_are_made_over_disks, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_a_volume_is_made_over_an_array, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_what_fails_is_taken_down, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_a_changed_volume_group_is_not_mapped, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_a_changed_volume_group_on_an_array_is_not_mapped, set_up,
                                                tear_down),
                cmocka_unit_test_setup_teardown(test_volumes_are_made_last, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_a_disk_that_is_there_twice_is_refused, set_up,
                                                tear_down),
                cmocka_unit_test_setup_teardown(test_a_disk_of_another_size_is_refused, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_a_disk_that_does_not_come_is_named, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_only_the_file_system_of_the_plan_is_taken, set_up,
                                                tear_down),
                cmocka_unit_test_setup_teardown(test_an_array_of_another_level_is_stopped, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_which_members_are_taken, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_a_partition_of_an_array_is_found, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

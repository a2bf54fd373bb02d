/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "kdump/map.h"
#include "tests/support/made-array.h"
#include "tests/support/module-tree.h"
#include "tests/support/scratch.h"

#define NOTE       "/run/pstore-fw-kdump.stack"
#define MOUNTS     "/proc/self/mountinfo"
#define ARRAY_ROOT "23 1 9:0 / / rw - ext4 /dev/md0 rw\n"
#define ARRAY_NAME "the array aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"

static char *root;

/* A machine whose root is on an array, of which the crash kernel was told. */
static int begin(NO_STATE) {
        static struct stack_record record;
        struct kdump_target target;
        struct reason reason = { "" };

        root = scratch_make();
        made_array_put(root);
        module_tree_put(root, MOUNTS, ARRAY_ROOT);
        module_tree_put(root, "/var/lib/file", "");
        assert_ok(kdump_target_find(root, "/var/lib", &target, &reason));
        assert_true(target.is_stacked);
        assert_ok(kdump_target_record(root, &target, &record, &reason));
        kdump_map_note(root, &record);
        return 0;
}

static int end(NO_STATE) {
        scratch_remove(root);
        return 0;
}

static void expect(enum kdump_map_state state, const char *of, const char *changed) {
        struct kdump_map map;

        kdump_map_look(root, "/var/lib", &map);
        assert_int_equal(map.state, state);
        assert_string_equal(map.of, of);
        assert_string_equal(map.changed, changed);
}

static void test_it_is_so_still(NO_STATE) {
        expect(KDUMP_MAP_CURRENT, ARRAY_NAME, "");
}

static void test_events_are_no_change(NO_STATE) {
        uint8_t disk[MADE_DISK_SIZE];

        made_member_fill(disk, 0xaa, 1, 700);
        made_device_fill(root, "/dev/vda", disk);
        made_member_fill(disk, 0xaa, 2, 700);
        made_device_fill(root, "/dev/vdb", disk);
        expect(KDUMP_MAP_CURRENT, ARRAY_NAME, "");
}

static void test_another_disk_is_a_change(NO_STATE) {
        uint8_t disk[MADE_DISK_SIZE];

        made_member_fill(disk, 0xaa, 9, 20);
        made_device_fill(root, "/dev/vdb", disk);
        expect(KDUMP_MAP_CHANGED, ARRAY_NAME, "the linux_raid_member 02020202-0202-0202-0202-020202020202");
}

/* The crash kernel starts it without the one disk; what that one was cannot be compared. */
static void test_an_array_that_lost_a_disk_is_not_known(NO_STATE) {
        made_array_put_file(root, "degraded", "1\n");
        expect(KDUMP_MAP_UNKNOWN, ARRAY_NAME, "");
}

static void test_a_directory_that_lies_elsewhere(NO_STATE) {
        module_tree_put(root, MOUNTS, "23 1 254:0 / / rw - ext4 /dev/vda rw\n");
        expect(KDUMP_MAP_CHANGED, ARRAY_NAME, ARRAY_NAME);
}

static void test_without_a_note_there_is_no_map(NO_STATE) {
        module_tree_put(root, NOTE, "no stack\n");
        expect(KDUMP_MAP_NONE, "", "");
        kdump_map_note(root, NULL);
        expect(KDUMP_MAP_NONE, "", "");
        assert_int_equal(scratch_count_files(scratch_path(root, "run")), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_it_is_so_still, begin, end),
                cmocka_unit_test_setup_teardown(test_events_are_no_change, begin, end),
                cmocka_unit_test_setup_teardown(test_another_disk_is_a_change, begin, end),
                cmocka_unit_test_setup_teardown(test_an_array_that_lost_a_disk_is_not_known, begin, end),
                cmocka_unit_test_setup_teardown(test_a_directory_that_lies_elsewhere, begin, end),
                cmocka_unit_test_setup_teardown(test_without_a_note_there_is_no_map, begin, end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

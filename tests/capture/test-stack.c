/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "capture/stack.h"

#define DIGEST "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define DISKS                                                                                                \
        "disk linux_raid_member 1de0c1a1-58c3-1d08-8b2f-0a1c7d3b6f01 819200\n"                               \
        "disk linux_raid_member 1de0c1a1-58c3-1d08-8b2f-0a1c7d3b6f02 819200\n"
#define ARRAY DISKS "array 6f1c9e3e-3a5c-4c7e-9d0b-0c9a4b0f3a11 raid1 2 21 817152 0,1\n"
#define VOLUME                                                                                               \
        ARRAY "header 2 " DIGEST "\n"                                                                        \
              "volume vg-root LVM-Wq3e rw 409600\n"                                                          \
              "target 0 204800 linear @2 2048\n"                                                             \
              "target 204800 204800 striped 2 128 @2 409600 @2 612352\n"

static struct stack stack;

static void test_a_stack_is_read(NO_STATE) {
        const struct stack_device *array = &stack.devices[2], *volume = &stack.devices[3];
        char error[STACK_ERROR_SIZE];

        assert_ok(stack_parse(text_view(VOLUME), &stack, error));
        assert_int_equal(stack.device_count, 4);
        assert_int_equal(stack.devices[1].kind, STACK_DISK);
        assert_string_equal(stack.devices[1].disk.type, "linux_raid_member");
        assert_int_equal(array->kind, STACK_ARRAY);
        assert_string_equal(array->array.level, "raid1");
        assert_int_equal(array->array.metadata_minor, 2);
        assert_int_equal(array->array.events, 21);
        assert_int_equal(array->array.member_count, 2);
        assert_int_equal(array->array.members[1], 1);
        assert_true(array->has_header);
        assert_int_equal(array->header[31], 0xff);
        assert_string_equal(volume->uuid, "LVM-Wq3e");
        assert_int_equal(volume->volume.target_count, 2);
        assert_string_equal(stack_parameters(&stack, &stack.targets[1]), "2 128 @2 409600 @2 612352");
}

static void put_number(void *context, size_t below, struct text *text) {
        text_format(text, "%s:%zu", (const char *) context, below);
}

static void test_parameters_get_the_names_of_now(NO_STATE) {
        char error[STACK_ERROR_SIZE], parameters[64], small[16], major[] = "9";
        struct text text = TEXT_ON(parameters), little = TEXT_ON(small);

        assert_ok(stack_parse(text_view(VOLUME), &stack, error));
        assert_ok(stack_put_parameters(&stack, &stack.targets[1], 3, put_number, major, &text));
        assert_string_equal(parameters, "2 128 9:2 409600 9:2 612352");
        assert_error(stack_put_parameters(&stack, &stack.targets[1], 3, put_number, major, &little),
                     ERR_BUFFER_TOO_SMALL);
        /* A device that is not there yet when this one is made. */
        assert_error(stack_put_parameters(&stack, &stack.targets[1], 2, put_number, major, &text), ERR_VALUE);
}

static void test_a_printed_stack_is_the_stack(NO_STATE) {
        static const char parts[] = ARRAY "part 2 1 2048 815104\n";
        const char *const stacks[] = { VOLUME, parts };
        char error[STACK_ERROR_SIZE], again[1024], small[64];

        for (size_t i = 0; i < ARRAY_SIZE(stacks); i++) {
                struct text text = TEXT_ON(again), little = TEXT_ON(small);

                assert_ok(stack_parse(text_view(stacks[i]), &stack, error));
                assert_ok(stack_print(&stack, &text, error));
                assert_string_equal(again, stacks[i]);
                assert_error(stack_print(&stack, &little, error), ERR_BUFFER_TOO_SMALL);
        }
}

/* A recorder may make what no line holds. */
static void test_what_cannot_be_read_is_not_printed(NO_STATE) {
        char error[STACK_ERROR_SIZE], buffer[256];
        struct text text = TEXT_ON(buffer);
        struct stack_device *device;

        memset(&stack, 0, sizeof(stack));
        device = stack_add_device(&stack, STACK_DISK);
        assert_non_null(device);
        strcpy(device->disk.type, "ext4");
        strcpy(device->uuid, "with a blank");
        assert_error(stack_print(&stack, &text, error), ERR_VALUE);
        assert_string_equal(error, "line 1: disk: too few words, or too many");
}

static void test_what_is_wrong_is_named(NO_STATE) {
        static const struct {
                const char *text, *error;
        } stacks[] = {
                { "", "line 0: no device" },
                { "disk ext4 u 8\n\n", "line 2: empty, too long, or not printable" },
                { "disk ext4 u\x01 8\n", "line 1: empty, too long, or not printable" },
                { "disc ext4 u 8\n", "line 1: disc: no such line" },
                { "disk ext4 u 8 9\n", "line 1: disk: too few words, or too many" },
                { "disk ext4 u 8x\n", "line 1: disk: a word is no number, or too large" },
                { "disk  u 8\n", "line 1: disk: a name is missing, or too long" },
                { "part 0 1 2048 8\n", "line 1: part: stands on a device, and none is before it" },
                { DISKS "part 2 1 2048 8\n", "line 3: part: a word is no number, or too large" },
                { DISKS "array u raid1 3 0 8 0,1\n", "line 3: array: a word is no number, or too large" },
                { DISKS "array u raid1 2 0 8 0,2\n",
                  "line 3: array: a member is no device before it, or there are too many" },
                { DISKS "array u raid1 2 0 8 0,\n",
                  "line 3: array: a member is no device before it, or there are too many" },
                { DISKS "array u raid1 2 0 8 0;1\n", "line 3: array: the members are no list of devices" },
                { DISKS "volume v u ok 8\n", "line 3: volume: is neither rw nor ro" },
                { DISKS "volume v u rw 8\n", "line 3: a volume's targets do not fill it" },
                { DISKS "volume v u rw 8\ntarget 0 4 linear @0 0\ndisk ext4 u 8\n",
                  "line 5: a volume's targets do not fill it" },
                { DISKS "volume v u rw 8\ntarget 1 7 linear @0 0\n",
                  "line 4: target: does not begin where the one before it ends, or is empty" },
                { DISKS "volume v u rw 8\ntarget 0 8 linear @2 0\n",
                  "line 4: target: a parameter is no device before it" },
                { DISKS "target 0 8 linear @0 0\n", "line 3: target: no volume is before it" },
                { DISKS "header 1 0011\n", "line 3: header: the digest is none of SHA-256" },
                { DISKS "header 2 " DIGEST "\n", "line 3: header: a word is no number, or too large" },
        };
        char error[STACK_ERROR_SIZE];

        for (size_t i = 0; i < ARRAY_SIZE(stacks); i++) {
                assert_error(stack_parse(text_view(stacks[i].text), &stack, error), ERR_VALUE);
                assert_string_equal(error, stacks[i].error);
        }
}

static void test_what_is_too_much_is_refused(NO_STATE) {
        static char text[STACK_TEXT_SIZE];
        struct text many = TEXT_ON(text);
        char error[STACK_ERROR_SIZE];

        for (size_t i = 0; i <= STACK_DEVICES_MAX; i++)
                text_put(&many, "disk ext4 u 8\n");
        assert_error(stack_parse(text_bytes(&many), &stack, error), ERR_VALUE);
        assert_string_equal(error, "line 49: disk: too many devices");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_stack_is_read),
                cmocka_unit_test(test_parameters_get_the_names_of_now),
                cmocka_unit_test(test_a_printed_stack_is_the_stack),
                cmocka_unit_test(test_what_cannot_be_read_is_not_printed),
                cmocka_unit_test(test_what_is_wrong_is_named),
                cmocka_unit_test(test_what_is_too_much_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/boot-entry.h"

#include <efivar/efivar.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "linux/boot-option.h"
#include "tests/support/efivars-directory.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

#define VENDOR      "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define APPLICATION "pstore-fwx64.efi"
#define SHIM        "\\EFI\\debian\\shimx64.efi"
#define ATTRIBUTES  "\7\0\0\0"

static const char *directory;

/* efivarfs replaces a variable with each write; of a file in a directory libefivar would leave what is
 * longer. */
int efi_set_variable(efi_guid_t vendor, const char *name, uint8_t *data, size_t size, uint32_t attributes,
                     mode_t mode) {
        char file[80], content[1024];

        assert_int_equal(mode, 0644);
        assert_memory_equal(&vendor, &EFI_GLOBAL_GUID, sizeof(vendor));
        memcpy(content, &attributes, 4);
        memcpy(content + 4, data, size);
        snprintf(file, sizeof(file), "%s" VENDOR, name);
        scratch_write(scratch_path(directory, file), bytes_of(content, 4 + size));
        return 0;
}

static const struct source_space roomy = { 0 };

static const struct esp_place esp = {
        .number = 2,
        .start = 4096,
        .block_count = 8192,
        .guid = GUID_INIT(0x6f7b0f0a, 0x94a5, 0x4a0c, 0x8f, 0x0e, 0x5d, 0x2b, 0x6f, 0x1f, 0x3c, 0x11),
};

static struct boot_entry sysprep(const char *shim) {
        return (struct boot_entry){ .esp = &esp,
                                    .kind = BOOT_ENTRY_SYSPREP,
                                    .application = APPLICATION,
                                    .shim = shim,
                                    .in_order = true };
}

static const char *file_of(const char *name) {
        char file[80];

        snprintf(file, sizeof(file), "%s" VENDOR, name);
        return scratch_path(directory, file);
}

static void put_variable(const char *name, const char *data, size_t size) {
        char content[256] = ATTRIBUTES;

        memcpy(content + 4, data, size);
        scratch_write(file_of(name), bytes_of(content, 4 + size));
}

static void assert_variable(const char *name, const char *data, size_t size) {
        struct bytes content = test_read_file(file_of(name));

        assert_int_equal(content.size, 4 + size);
        assert_memory_equal(content.data, ATTRIBUTES, 4);
        assert_memory_equal(content.data + 4, data, size);
        free((void *) (uintptr_t) content.data);
}

static bool is_there(const char *name) {
        return access(file_of(name), F_OK) == 0;
}

static void assert_put(const struct boot_entry *entry, const char *name, bool changed) {
        char given[BOOT_ENTRY_NAME_SIZE];
        struct reason reason;
        bool has_changed;

        if (boot_entry_put(entry, &roomy, given, &has_changed, &reason) < 0)
                fail_msg("%s", reason.text);
        assert_string_equal(given, name);
        assert_int_equal(has_changed, changed);
}

static struct boot_entry_state find(enum boot_entry_kind kind) {
        struct boot_entry_state state;
        struct reason reason;

        assert_ok(boot_entry_find(kind, APPLICATION, &state, &reason));
        return state;
}

/* UEFI 2.10, 3.1.3, 10.3.5.1 and 10.3.5.4, byte by byte. */
static void test_bytes(NO_STATE) {
        static const char path[] = "\\EFI\\pstore-fw\\" APPLICATION;
        uint8_t expected[256] = { 1, 0, 0, 0, 42 + 4 + 2 * sizeof(path) + 4, 0 };
        static const uint8_t node[] = { 4,    1,    42,   0,    2,    0,    0,    0,    0,    16,   0,
                                        0,    0,    0,    0,    0,    0,    32,   0,    0,    0,    0,
                                        0,    0,    0x0a, 0x0f, 0x7b, 0x6f, 0xa5, 0x94, 0x0c, 0x4a, 0x8f,
                                        0x0e, 0x5d, 0x2b, 0x6f, 0x1f, 0x3c, 0x11, 2,    2 };
        struct boot_entry entry = sysprep(NULL);
        size_t at = 6;

        for (const char *c = "pstore-fw"; at < 6 + 20; at += 2, c += *c != '\0')
                expected[at] = (uint8_t) *c;
        memcpy(expected + at, node, sizeof(node));
        at += sizeof(node);
        memcpy(expected + at, (uint8_t[]){ 4, 4, 4 + 2 * sizeof(path), 0 }, 4);
        at += 4;
        for (size_t i = 0; i < sizeof(path); i++, at += 2)
                expected[at] = (uint8_t) path[i];
        memcpy(expected + at, (uint8_t[]){ 0x7f, 0xff, 4, 0 }, 4);
        at += 4;
        for (const char *c = "boot"; *c; c++, at += 2)
                expected[at] = (uint8_t) *c;
        assert_put(&entry, "SysPrep0000", true);
        assert_variable("SysPrep0000", (const char *) expected, at + 2);
        assert_variable("SysPrepOrder", "\0\0", 2);
        assert_put(&entry, "SysPrep0000", false);
}

static void test_others_stay(NO_STATE) {
        struct boot_entry entry = sysprep(NULL);
        struct reason reason;

        put_variable("SysPrep0000", "other", 5);
        put_variable("SysPrep0002", "\1\0\0\0\0\0\0\0", 8);
        put_variable("SysPrepOrder", "\2\0\0\0\7\0", 6);
        put_variable("BootOrder", "\3\0", 2);
        assert_put(&entry, "SysPrep0001", true);
        assert_variable("SysPrepOrder", "\2\0\0\0\7\0\1\0", 8);
        assert_int_equal(boot_entry_remove(BOOT_ENTRY_SYSPREP, APPLICATION, &reason), 1);
        assert_false(is_there("SysPrep0001"));
        assert_variable("SysPrepOrder", "\2\0\0\0\7\0", 6);
        assert_variable("SysPrep0000", "other", 5);
        assert_variable("SysPrep0002", "\1\0\0\0\0\0\0\0", 8);
        assert_variable("BootOrder", "\3\0", 2);
        assert_int_equal(boot_entry_remove(BOOT_ENTRY_SYSPREP, APPLICATION, &reason), 0);
}

/* Through shim, and back; doubles that somebody made go, with their places. */
static void test_replaced_not_doubled(NO_STATE) {
        struct boot_entry direct = sysprep(NULL), by_shim = sysprep(SHIM);
        struct boot_entry_state found;

        put_variable("SysPrep0000", "other", 5);
        put_variable("SysPrepOrder", "\5\0\1\0\0\0", 6);
        assert_put(&direct, "SysPrep0001", true);
        assert_int_equal(rename(file_of("SysPrep0001"), file_of("SysPrep0005")), 0);
        assert_put(&by_shim, "SysPrep0005", true);
        found = find(BOOT_ENTRY_SYSPREP);
        assert_int_equal(found.count, 1);
        assert_true(found.by_shim && found.is_active && found.is_in_order);
        assert_string_equal(found.file, SHIM);
        assert_int_equal(link(file_of("SysPrep0005"), file_of("SysPrep0001")), 0);
        assert_int_equal(find(BOOT_ENTRY_SYSPREP).count, 2);
        assert_put(&direct, "SysPrep0001", true);
        assert_false(is_there("SysPrep0005"));
        assert_variable("SysPrepOrder", "\1\0\0\0", 4);
        found = find(BOOT_ENTRY_SYSPREP);
        assert_true(!found.by_shim && found.count == 1);
        assert_string_equal(found.file, "\\EFI\\pstore-fw\\" APPLICATION);
}

static void test_boot_option(NO_STATE) {
        struct boot_entry entry = sysprep(NULL);
        struct reason reason;

        entry.kind = BOOT_ENTRY_BOOT;
        entry.in_order = false;
        entry.next = true;
        put_variable("BootOrder", "\3\0", 2);
        assert_put(&entry, "Boot0000", true);
        assert_variable("BootNext", "\0\0", 2);
        assert_variable("BootOrder", "\3\0", 2);
        assert_false(find(BOOT_ENTRY_BOOT).is_in_order);
        entry.in_order = true;
        assert_put(&entry, "Boot0000", true);
        assert_variable("BootOrder", "\3\0\0\0", 4);
        assert_int_equal(boot_entry_remove(BOOT_ENTRY_BOOT, APPLICATION, &reason), 1);
        assert_false(is_there("BootNext"));
        assert_variable("BootOrder", "\3\0", 2);
        /* Somebody else's next boot. */
        put_variable("BootNext", "\3\0", 2);
        entry.next = false;
        assert_put(&entry, "Boot0000", true);
        assert_int_equal(boot_entry_remove(BOOT_ENTRY_BOOT, APPLICATION, &reason), 1);
        assert_variable("BootNext", "\3\0", 2);
}

static void test_order_of_ours_alone_goes(NO_STATE) {
        struct boot_entry entry = sysprep(NULL);
        struct reason reason;

        assert_put(&entry, "SysPrep0000", true);
        assert_int_equal(boot_entry_remove(BOOT_ENTRY_SYSPREP, APPLICATION, &reason), 1);
        assert_int_equal(scratch_count_files(directory), 0);
}

static void test_nearly_full(NO_STATE) {
        struct source_space space = { .known = true, .total = 65536, .remaining = 5500, .reserved = 5120 };
        struct boot_entry entry = sysprep(NULL);
        char name[BOOT_ENTRY_NAME_SIZE];
        struct reason reason;
        bool changed;

        assert_int_equal(boot_entry_put(&entry, &space, name, &changed, &reason), ERR_NO_SPACE);
        test_assert_contains(reason.text, "nearly full: 5500 bytes are left");
        assert_int_equal(scratch_count_files(directory), 0);
        space.remaining = 6500;
        assert_ok(boot_entry_put(&entry, &space, name, &changed, &reason));
}

/* What is malformed is nobody's of ours, and an order that is no list of numbers is not written anew. */
static void test_malformed(NO_STATE) {
        struct boot_entry entry = sysprep(NULL);
        char name[BOOT_ENTRY_NAME_SIZE];
        struct boot_option option;
        struct reason reason;
        bool changed;

        put_variable("SysPrep0000",
                     "\1\0\0\0\xff\xff"
                     "a\0\0\0",
                     10);
        put_variable("SysPrep0001", "\1\0", 2);
        put_variable("SysPrepABCx", "\1\0", 2);
        assert_put(&entry, "SysPrep0002", true);
        put_variable("SysPrepOrder", "\2\0\1", 3);
        assert_int_equal(boot_entry_put(&entry, &roomy, name, &changed, &reason), ERR_LENGTH);
        test_assert_contains(reason.text, "SysPrepOrder: length does not fit");
        assert_variable("SysPrepOrder", "\2\0\1", 3);
        assert_int_equal(boot_option_parse(bytes_of("\1\0\0\0\0\0"
                                                    "a\0b",
                                                    9),
                                           &option),
                         ERR_TRUNCATED);
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(test_bytes, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_others_stay, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_replaced_not_doubled, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_boot_option, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_order_of_ours_alone_goes, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_nearly_full, efivars_directory_make_empty),
                cmocka_unit_test_setup(test_malformed, efivars_directory_make_empty),
        };
        int failures;

        (void) argc;
        directory = efivars_directory();
        if (!directory)
                return efivars_directory_start_again(argv);
        failures = cmocka_run_group_tests(tests, NULL, NULL);
        efivars_directory_remove();
        return failures;
}

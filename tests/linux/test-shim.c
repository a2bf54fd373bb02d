/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/shim.h"

#include "tests/support/scratch.h"
#include "tests/support/test.h"

#define APPLICATION "pstore-fwx64.efi"

static char *root;

static int setup(NO_STATE) {
        root = scratch_make();
        return 0;
}

static int teardown(NO_STATE) {
        scratch_remove(root);
        return 0;
}

static void put(const char *path) {
        char name[256];

        snprintf(name, sizeof(name), "/esp/EFI/%s", path);
        scratch_put(root, name, "");
}

static int find(const char *application, char ret_path[SHIM_PATH_SIZE], struct reason *reason) {
        char file[PATH_MAX] = "", esp[PATH_MAX];
        int r;

        snprintf(esp, sizeof(esp), "%s", scratch_path(root, "esp"));
        r = shim_find(root, esp, application, ret_path, file, reason);
        if (r == 0)
                free((void *) (uintptr_t) test_read_file(file).data);
        return r;
}

static void assert_found(const char *wanted) {
        char path[SHIM_PATH_SIZE];
        struct reason reason;

        if (find(APPLICATION, path, &reason) < 0)
                fail_msg("%s", reason.text);
        assert_string_equal(path, wanted);
}

static void assert_fails(const char *application, int error, const char *why) {
        char path[SHIM_PATH_SIZE];
        struct reason reason;

        assert_error(find(application, path, &reason), error);
        test_assert_contains(reason.text, why);
}

static void test_the_only_one(NO_STATE) {
        put("BOOT/BOOTX64.EFI");
        put("Microsoft/Boot/bootmgfw.efi");
        put("debian/grubx64.efi");
        put("debian/shimx64.efi");
        assert_found("\\EFI\\debian\\shimx64.efi");
        /* Of whichever system. */
        scratch_put(root, "/etc/os-release", "ID=other\n");
        assert_found("\\EFI\\debian\\shimx64.efi");
        assert_fails("pstore-fwaa64.efi", ERR_NOT_FOUND, "/esp/EFI: no directory there has a shimaa64.efi");
        put("fedora/shimaa64.efi");
        assert_found("\\EFI\\debian\\shimx64.efi");
}

static void test_none(NO_STATE) {
        assert_fails(APPLICATION, ERR_NOT_FOUND, "/esp/EFI: no directory there has a shimx64.efi");
        put("BOOT/BOOTX64.EFI");
        put("shimx64.efi");
        put(".trash/shimx64.efi");
        put("deep/er/shimx64.efi");
        assert_fails(APPLICATION, ERR_NOT_FOUND, "/esp/EFI: no directory there has a shimx64.efi");
}

/* The running system's, in whichever order they are found. */
static void test_several(NO_STATE) {
        static const struct {
                const char *content, *found;
        } rows[] = {
                { "ID=debian\n", "\\EFI\\debian\\shimx64.efi" },
                { "NAME=\"Fedora Linux\"\nVERSION_ID=40\nID=fedora\nPRETTY_NAME=x\n",
                  "\\EFI\\fedora\\shimx64.efi" },
                { "ID=\"Fedora\"", "\\EFI\\fedora\\shimx64.efi" },
                { "ID='ubuntu'\nID_LIKE=debian\n", "\\EFI\\ubuntu\\shimx64.efi" },
        };

        put("debian/shimx64.efi");
        put("fedora/shimx64.efi");
        put("ubuntu/shimx64.efi");
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                scratch_put(root, "/etc/os-release", rows[i].content);
                assert_found(rows[i].found);
        }
}

static void test_several_of_others(NO_STATE) {
        static const char *const contents[] = { "ID=arch\n",           "ID=\n", "ID=\"",
                                                "VARIANT_ID=debian\n", "",      "ID=debian-longer\n" };

        put("debian/shimx64.efi");
        put("fedora/shimx64.efi");
        assert_fails(APPLICATION, ERR_INVALID_ARGUMENT, "several shims");
        for (size_t i = 0; i < ARRAY_SIZE(contents); i++) {
                scratch_put(root, "/etc/os-release", contents[i]);
                assert_fails(APPLICATION, ERR_INVALID_ARGUMENT, "/EFI/debian/shimx64.efi");
                assert_fails(APPLICATION, ERR_INVALID_ARGUMENT, "/EFI/fedora/shimx64.efi");
        }
}

/* A directory's name of this length alone. */
static int find_of_length(size_t length, struct reason *reason) {
        char name[2 * SHIM_PATH_SIZE], path[SHIM_PATH_SIZE];

        (void) teardown(NULL);
        (void) setup(NULL);
        memset(name, 'a', length);
        strcpy(name + length, "/shimx64.efi");
        put(name);
        return find(APPLICATION, path, reason);
}

static void test_long_name(NO_STATE) {
        size_t fits = SHIM_PATH_SIZE - sizeof("\\EFI\\\\shimx64.efi");
        struct reason reason;

        assert_ok(find_of_length(fits, &reason));
        assert_error(find_of_length(fits + 1, &reason), ERR_TOO_LARGE);
        test_assert_contains(reason.text, "aaa: the name is too long");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_the_only_one),      TEST(test_none),      TEST(test_several),
                TEST(test_several_of_others), TEST(test_long_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "pstore/container.h"

#define FILE_SIZE 4096

static const struct {
        const char *name;
        size_t offset;
        const char *magic;
        size_t size;
} forms[] = {
        { "qcow,", 0, "QFI\xfb\0\0\0\1", 8 },
        { "qcow2,", 0, "QFI\xfb\0\0\0\2", 8 },
        { "qcow2,", 0, "QFI\xfb\0\0\0\3", 8 },
        { "QED,", 0, "QED\0", 4 },
        { "VMDK,", 0, "KDMV", 4 },
        { "VMDK,", 0, "COWD", 4 },
        { "VMDK,", 0, "# Disk DescriptorFile\n", 22 },
        { "VHDX,", 0, "vhdxfile", 8 },
        { "VHD,", 0, "conectix", 8 },
        { "VHD,", FILE_SIZE - 512, "conectix", 8 },
        { "VDI,", 64, "\x7f\x10\xda\xbe", 4 },
        { "Parallels,", 0, "WithoutFreeSpace", 16 },
        { "Parallels,", 0, "WithouFreSpacExt", 16 },
        { "gzip,", 0, "\x1f\x8b\x08", 3 },
        { "xz,", 0, "\3757zXZ\0", 6 },
        { "zstd,", 0, "\x28\xb5\x2f\xfd", 4 },
        { "bzip2,", 0, "BZh91AY&SY", 10 },
        { "lz4,", 0, "\x04\x22\x4d\x18", 4 },
        { "lz4,", 0, "\x02\x21\x4c\x18", 4 },
        { "zip,", 0, "PK\3\4", 4 },
};

static void test_each_form_is_named(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
                uint8_t file[FILE_SIZE] = { 0 };
                struct fault fault = { .reason = "" };
                char says[30];

                memcpy(file + forms[i].offset, forms[i].magic, forms[i].size);
                assert_error(container_refuse(bytes_of(file, FILE_SIZE), &fault), ERR_SIGNATURE);
                snprintf(says, sizeof(says), "is %s not raw; ", forms[i].name);
                assert_non_null(strstr(fault.reason, says));
                assert_true(fault.offset < FILE_SIZE);
                assert_string_equal(fault.field, "format");

                /* One byte of it elsewhere or otherwise: an image like any other. */
                file[forms[i].offset + forms[i].size - 1] ^= 0x80;
                if (forms[i].magic[0] == 'Q' && forms[i].size == 8)
                        file[3] = 0;
                if (forms[i].size == 22)
                        file[3] = 0;
                assert_ok(container_refuse(bytes_of(file, FILE_SIZE), &fault));
        }
}

/* No magic of four bytes and more is looked for behind the end. */
static void test_files_of_any_size(NO_STATE) {
        struct fault fault;

        for (size_t size = 0; size < 16; size++) {
                uint8_t *file = malloc(size + (size == 0));

                memset(file, 'c', size);
                assert_ok(container_refuse(bytes_of(file, size), &fault));
                free(file);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_form_is_named),
                cmocka_unit_test(test_files_of_any_size),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/installation.h"

#include <unistd.h>

#include "linux/pe-image.h"
#include "linux/processor.h"
#include "tests/support/made-image.h"
#include "tests/support/module-tree.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

#define GLOBAL_VENDOR   "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define SECURITY_VENDOR "-d719b2cb-3d3a-4596-a3bc-dad00e67656f"
#define SHIM_VENDOR     "-605dab50-e046-4300-abb6-3dd810dd8b23"

#define SHIM            "\\EFI\\debian\\shimx64.efi"
#define ACTIVE          1

#define REMEDY          "pstore-fw install"

static char *root;
static uint8_t image[MADE_IMAGE_SIZE];
/* The application for this processor's firmware, on the ESP and with the program; and as its boot options
 * name it. */
static char on_esp[64], with_us[64], direct[64], by_shim[96];

static struct bytes image_bytes(void) {
        return bytes_of(image, sizeof(image));
}

/* A machine with UEFI and its ESP on /efi, a program with its application, and no variable. */
static int setup(NO_STATE) {
        const struct processor *processor = processor_running();

        assert_non_null(processor);
        snprintf(on_esp, sizeof(on_esp), "efi/EFI/pstore-fw/%s", processor->application);
        snprintf(with_us, sizeof(with_us), "usr/lib/pstore-fw/%s", processor->application);
        snprintf(direct, sizeof(direct), "\\EFI\\pstore-fw\\%s", processor->application);
        snprintf(by_shim, sizeof(by_shim), "%s boot", direct);
        root = scratch_make();
        scratch_put(root, "/sys/firmware/efi/fw_platform_size", "64\n");
        scratch_put(root, "/proc/self/mountinfo",
                    "1 0 254:9 / / rw - ext4 /dev/vda9 rw\n2 1 254:1 / /efi rw - vfat /dev/vda1 rw\n");
        scratch_put(root, "/run/udev/data/b254:1",
                    "E:ID_PART_ENTRY_TYPE=c12a7328-f81f-11d2-ba4b-00a0c93ec93b\n");
        scratch_put(root, "/efi/EFI/pstore-fw/other.txt", "");
        scratch_put(root, "/usr/lib/pstore-fw/other.txt", "");
        scratch_put(root, "/usr/bin/pstore-fw", "");
        module_tree_link(root, "/proc/self/exe", scratch_path(root, "usr/bin/pstore-fw"));
        scratch_put(root, "/variables/x", "");
        setenv("EFIVARFS_PATH", scratch_path(root, "variables/"), 1);
        made_image_fill(image);
        store_u16(image + MADE_IMAGE_MACHINE_AT, (uint16_t) processor->pe_machine);
        scratch_write(scratch_path(root, with_us), image_bytes());
        return 0;
}

static int teardown(NO_STATE) {
        if (root)
                scratch_remove(root);
        return 0;
}

static void put_variable(const char *name, struct bytes data) {
        struct buffer content;
        char file[128];

        snprintf(file, sizeof(file), "variables/%s", name);
        buffer_init(&content, &system_allocator);
        buffer_append(&content, bytes_of("\7\0\0\0", 4));
        buffer_append(&content, data);
        scratch_write(scratch_path(root, file), buffer_bytes(&content));
        buffer_free(&content);
}

static void append_ucs2(struct buffer *buffer, const char *text) {
        for (; *text; text++)
                buffer_append(buffer, bytes_of((const char[]){ *text, '\0' }, 2));
        buffer_append(buffer, bytes_of("\0", 2));
}

/* EFI_LOAD_OPTION of one file (UEFI 2.10, 3.1.3 and 10.3.5.4). */
static void put_entry(const char *name, uint8_t attributes, const char *file, const char *arguments) {
        uint8_t node_size = (uint8_t) (4 + 2 * (strlen(file) + 1));
        struct buffer option;

        buffer_init(&option, &system_allocator);
        buffer_append(&option, bytes_of((uint8_t[]){ attributes, 0, 0, 0, node_size + 4, 0 }, 6));
        append_ucs2(&option, "pstore-fw");
        buffer_append(&option, bytes_of((uint8_t[]){ 4, 4, node_size, 0 }, 4));
        append_ucs2(&option, file);
        buffer_append(&option, bytes_of("\x7f\xff\4\0", 4));
        append_ucs2(&option, arguments);
        put_variable(name, buffer_bytes(&option));
        buffer_free(&option);
}

/* As `pstore-fw install` leaves it. */
static void install(void) {
        scratch_write(scratch_path(root, on_esp), image_bytes());
        put_entry("SysPrep0002" GLOBAL_VENDOR, ACTIVE, direct, "boot");
        put_variable("SysPrepOrder" GLOBAL_VENDOR, bytes_of("\1\0\2\0", 4));
}

/* The only finding. */
static void assert_said(enum verdict verdict, const char *text, const char *remedy) {
        struct findings findings;

        findings_init(&findings, &system_allocator);
        installation_judge(root, &findings);
        assert_int_equal(findings.count, 1);
        assert_string_equal(findings_at(&findings, 0)->text, text);
        assert_string_equal(findings_at(&findings, 0)->remedy, remedy);
        assert_int_equal(findings_at(&findings, 0)->verdict, verdict);
        findings_free(&findings);
}

static void assert_good(void) {
        assert_said(VERDICT_OK, "firmware starts the application before each boot (SysPrep0002)", "");
}

static void test_not_installed(NO_STATE) {
        assert_said(VERDICT_OK, "the application is not installed: nothing is saved before a system starts",
                    REMEDY);
        scratch_write(scratch_path(root, on_esp), image_bytes());
        assert_said(VERDICT_OK, "the application is on the ESP, and firmware does not start it by itself",
                    REMEDY);
}

static void test_no_uefi(NO_STATE) {
        struct findings findings;

        install();
        assert_int_equal(unlink(scratch_path(root, "sys/firmware/efi/fw_platform_size")), 0);
        findings_init(&findings, &system_allocator);
        installation_judge(root, &findings);
        assert_int_equal(findings.count, 0);
        findings_free(&findings);
}

static void test_current(NO_STATE) {
        struct buffer content;

        install();
        assert_good();
        /* But for a signature. */
        buffer_init(&content, &system_allocator);
        buffer_append(&content, image_bytes());
        made_image_sign(&content, 2, text_view("the owner's"));
        scratch_write(scratch_path(root, on_esp), buffer_bytes(&content));
        buffer_free(&content);
        assert_good();
        /* Nothing to compare it with. */
        assert_int_equal(unlink(scratch_path(root, with_us)), 0);
        assert_good();
}

static void test_boot_option(NO_STATE) {
        scratch_write(scratch_path(root, on_esp), image_bytes());
        put_entry("Boot000A" GLOBAL_VENDOR, ACTIVE, direct, "");
        assert_said(VERDICT_OK, "the application is a boot option (Boot000A)", "");
}

static void test_older(NO_STATE) {
        install();
        image[MADE_IMAGE_SIZE - 1] ^= 1;
        scratch_write(scratch_path(root, on_esp), image_bytes());
        assert_said(VERDICT_WARNING, "the application on the ESP is not the one that came with this program",
                    REMEDY);
}

static void test_file_is_not_there(NO_STATE) {
        static const char wanted[] =
                "firmware is to start the application from the ESP, and that there cannot be used: ";
        char text[256];

        install();
        assert_int_equal(unlink(scratch_path(root, on_esp)), 0);
        snprintf(text, sizeof(text), "%s%s", wanted, error_text(ERR_NOT_FOUND));
        assert_said(VERDICT_WARNING, text, REMEDY);
        scratch_write(scratch_path(root, on_esp), bytes_first(image_bytes(), 200));
        snprintf(text, sizeof(text), "%s%s", wanted, error_text(ERR_TRUNCATED));
        assert_said(VERDICT_WARNING, text, REMEDY);
        /* What is not mounted is not spoken of. */
        scratch_put(root, "/proc/self/mountinfo", "1 0 254:9 / / rw - ext4 /dev/vda9 rw\n");
        assert_good();
}

static void test_not_in_order(NO_STATE) {
        install();
        put_variable("SysPrepOrder" GLOBAL_VENDOR, bytes_of("\1\0", 2));
        assert_said(VERDICT_WARNING,
                    "firmware does not start the application: SysPrep0002 is not in SysPrepOrder", REMEDY);
        install();
        put_entry("SysPrep0002" GLOBAL_VENDOR, 0, direct, "boot");
        assert_said(VERDICT_WARNING, "firmware does not start the application: SysPrep0002 is not active",
                    REMEDY);
}

static void test_several_entries(NO_STATE) {
        install();
        put_entry("SysPrep0003" GLOBAL_VENDOR, ACTIVE, SHIM, by_shim);
        assert_said(VERDICT_WARNING, "2 entries SysPrep start the application", REMEDY);
}

/* A list of the image's hash (UEFI 2.10, 32.4.1). */
static void trust(const char *name) {
        uint8_t list[28 + 16 + SHA256_SIZE] = { 0x26,
                                                0x16,
                                                0xc4,
                                                0xc1,
                                                0x4c,
                                                0x50,
                                                0x92,
                                                0x40,
                                                0xac,
                                                0xa9,
                                                0x41,
                                                0xf9,
                                                0x36,
                                                0x93,
                                                0x43,
                                                0x28,
                                                sizeof(list),
                                                0,
                                                0,
                                                0,
                                                0,
                                                0,
                                                0,
                                                0,
                                                16 + SHA256_SIZE };
        struct pe_image parsed;
        struct fault fault;

        assert_ok(pe_image_parse(image_bytes(), &parsed, &fault));
        pe_image_digest(&parsed, list + sizeof(list) - SHA256_SIZE);
        put_variable(name, bytes_of(list, sizeof(list)));
}

static void assert_refused_by(const char *who) {
        char text[256];

        snprintf(
                text, sizeof(text),
                "Secure Boot is on, and %s would refuse the application: nobody whom it trusts has signed it",
                who);
        assert_said(VERDICT_WARNING, text, REMEDY " --key FILE --cert FILE");
}

static void test_would_be_refused(NO_STATE) {
        install();
        put_variable("SecureBoot" GLOBAL_VENDOR, bytes_of("\1", 1));
        assert_refused_by("the firmware");
        /* Whom only shim trusts, firmware does not start. */
        trust("MokListRT" SHIM_VENDOR);
        assert_refused_by("the firmware");
        put_entry("SysPrep0002" GLOBAL_VENDOR, ACTIVE, SHIM, by_shim);
        assert_good();
        trust("dbx" SECURITY_VENDOR);
        assert_refused_by("shim");
        put_variable("SecureBoot" GLOBAL_VENDOR, bytes_of("\0", 1));
        assert_good();
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_not_installed), TEST(test_no_uefi),         TEST(test_current),
                TEST(test_boot_option),   TEST(test_older),           TEST(test_file_is_not_there),
                TEST(test_not_in_order),  TEST(test_several_entries), TEST(test_would_be_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <errno.h>
#include <unistd.h>

#include "base/units.h"
#include "kdump/boot-image.h"
#include "kdump/command-line.h"
#include "kdump/crash-kernel.h"
#include "kdump/memory-need.h"
#include "linux/packed-file.h"
#include "posix/file.h"
#include "tests/support/made-machine.h"
#include "tests/support/module-tree.h"
#include "tests/support/scratch.h"

#define X86   "x86_64"
#define ARM64 "aarch64"

static void test_boot_image(NO_STATE) {
        static const struct {
                const char *processor;
                void (*fill)(uint8_t head[MADE_KERNEL_SIZE], const char *version);
                size_t size; /* of the header */
        } rows[] = {
                { X86, made_bzimage_fill, 0x260 + 4 },
                { ARM64, made_arm64_image_fill, 64 },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct reason reason;
                struct boot_image image = { 0 };
                uint8_t head[MADE_KERNEL_SIZE];

                rows[i].fill(head, "6.1.0-56-test (debian) #1 SMP");
                assert_ok(boot_image_parse(bytes_of(head, sizeof(head)), rows[i].processor, &image, &reason));
                assert_string_equal(image.release, "6.1.0-56-test");
                assert_int_equal(image.init_size + image.own_size, MADE_KERNEL_INIT_SIZE);
                for (size_t size = 0; size < rows[i].size; size++)
                        assert_error(
                                boot_image_parse(bytes_of(head, size), rows[i].processor, &image, &reason),
                                ERR_TRUNCATED);
                assert_error(
                        boot_image_parse(bytes_of(head, sizeof(head)), rows[!i].processor, &image, &reason),
                        ERR_SIGNATURE);
        }
}

static void test_other_processor(NO_STATE) {
        struct boot_image image;
        struct reason reason;
        uint8_t head[MADE_KERNEL_SIZE];

        made_bzimage_fill(head, "6.1 x");
        assert_error(boot_image_parse(bytes_of(head, sizeof(head)), "riscv64", &image, &reason),
                     ERR_NOT_SUPPORTED);
        test_assert_contains(reason.text, "riscv64");
}

static void test_bad_boot_image(NO_STATE) {
        static const struct {
                const char *processor;
                size_t offset;
                uint8_t value;
                int error;
                const char *field;
        } rows[] = {
                { X86, 0x202, 'X', ERR_SIGNATURE, "0x202" },
                { X86, 0x207, 1, ERR_VALUE, "0x206" },
                { X86, 0x20f, 0xff, ERR_VALUE, "0x20e" },
                { X86, 0x300, ' ', ERR_VALUE, "0x20e" },
                { X86, 0x300, '/', ERR_VALUE, "0x20e" },
                { X86, 0x1f1, 0, ERR_VALUE, "0x20e" },
                { ARM64, 56, 'X', ERR_SIGNATURE, "0x38" },
                { ARM64, 0x17, 1, ERR_VALUE, "0x8: text_offset and image_size" },
                { ARM64, 0xc, 1, ERR_VALUE, "0x8: text_offset" },
                { ARM64, 24, 11, ERR_VALUE, "0x18: flags" },
                { ARM64, 0x300, 'X', ERR_VALUE, "no text \"Linux version \"" },
                { ARM64, 0x30e, 'X', ERR_VALUE, "no text \"Linux version \"" },
                { ARM64, 0x310, '/', ERR_VALUE, "Linux version : not the release" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct boot_image image = { .init_size = 7 };
                struct reason reason;
                uint8_t head[MADE_KERNEL_SIZE];

                if (strcmp(rows[i].processor, ARM64) == 0)
                        made_arm64_image_fill(head, "6.1.0-56-arm64 x");
                else
                        made_bzimage_fill(head, "6.1.0-56-amd64 x");
                head[rows[i].offset] = rows[i].value;
                assert_error(
                        boot_image_parse(bytes_of(head, sizeof(head)), rows[i].processor, &image, &reason),
                        rows[i].error);
                test_assert_contains(reason.text, rows[i].field);
                assert_int_equal(image.init_size, 7);
        }
}

/* --- kernels for AArch64 that are packed -------------------------------------------------------- */

/* A program for EFI, as zboot-header.S has it, with the payload at its end. */
static void make_zboot(const char *method, struct bytes payload, struct buffer *file) {
        uint8_t header[0x100] = "MZ";

        memcpy(header + 4, "zimg", 4);
        store_u32(header + 8, sizeof(header));
        store_u32(header + 12, (uint32_t) payload.size);
        strcpy((char *) header + 24, method);
        buffer_append(file, bytes_of(header, sizeof(header)));
        buffer_append(file, payload);
        buffer_append(file, text_view("size")); /* behind it, as with methods that do not tell it */
        assert_ok(buffer_error(file));
}

static void test_packed(NO_STATE) {
        _cleanup_buffer_ struct buffer gzip, zboot;
        struct boot_image image = { 0 };
        struct reason reason;
        uint8_t head[MADE_KERNEL_SIZE];

        buffer_init(&gzip, &system_allocator);
        buffer_init(&zboot, &system_allocator);
        made_arm64_image_fill(head, "6.12.1-arm64 (debian) #1 SMP");
        assert_ok(packed_file_gzip(bytes_of(head, sizeof(head)), &gzip));
        make_zboot("gzip", buffer_bytes(&gzip), &zboot);
        assert_ok(boot_image_parse(buffer_bytes(&gzip), ARM64, &image, &reason));
        assert_string_equal(image.release, "6.12.1-arm64");
        assert_int_equal(image.init_size + image.own_size, MADE_KERNEL_INIT_SIZE);
        image = (struct boot_image){ 0 };
        assert_ok(boot_image_parse(buffer_bytes(&zboot), ARM64, &image, &reason));
        assert_string_equal(image.release, "6.12.1-arm64");
        assert_error(boot_image_parse(buffer_bytes(&gzip), X86, &image, &reason), ERR_TRUNCATED);
        assert_error(
                boot_image_parse(bytes_first(buffer_bytes(&zboot), zboot.size - 5), ARM64, &image, &reason),
                ERR_TRUNCATED);
        test_assert_contains(reason.text, "offset 0x8");
        for (size_t size = 0; size < 24 + 32; size++)
                assert_error(
                        boot_image_parse(bytes_first(buffer_bytes(&zboot), size), ARM64, &image, &reason),
                        ERR_TRUNCATED);
        assert_error(
                boot_image_parse(bytes_first(buffer_bytes(&gzip), gzip.size - 5), ARM64, &image, &reason),
                ERR_TRUNCATED);
        test_assert_contains(reason.text, "the packed kernel: ");
}

/* By what no library of ours unpacks; the name is shown whatever it is. */
static void test_packed_otherwise(NO_STATE) {
        static const char *const methods[] = { "lzma", "\x1b[31m", "a name of more bytes than there are" };
        static const char *const shown[] = { "packed by lzma, ", "packed by \\x1b[31m, ",
                                             "packed by a name of more bytes than there , " };

        for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
                _cleanup_buffer_ struct buffer file;
                struct boot_image image;
                struct reason reason;

                buffer_init(&file, &system_allocator);
                make_zboot(methods[i], text_view("]\0\0\x80"), &file);
                assert_error(boot_image_parse(buffer_bytes(&file), ARM64, &image, &reason),
                             ERR_NOT_SUPPORTED);
                test_assert_contains(reason.text, shown[i]);
        }
}

/* What kexec_file_load() gets: a bzImage and an Image as they are, and what is packed in another file. */
static void test_open(NO_STATE) {
        _cleanup_buffer_ struct buffer gzip, opened;
        char *root = scratch_make();
        uint8_t head[MADE_KERNEL_SIZE];
        const char *path = scratch_path(root, "vmlinuz");
        struct reason reason;
        int fd;

        made_kernel_fill(head, "6.1 x");
        buffer_init(&gzip, &system_allocator);
        assert_ok(packed_file_gzip(bytes_of(head, sizeof(head)), &gzip));
        for (size_t i = 0; i < 2; i++) {
                struct bytes file = i == 0 ? bytes_of(head, sizeof(head)) : buffer_bytes(&gzip);
                bool stays = i == 0 || head[0x1f1];

                buffer_init(&opened, &system_allocator);
                scratch_write(path, file);
                fd = boot_image_open(path, &reason);
                assert_true(fd >= 0);
                assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
                assert_ok(file_read_all(fd, FILE_SIZE_MAX, &opened));
                assert_true(bytes_equal(buffer_bytes(&opened), stays ? file : bytes_of(head, sizeof(head))));
                close(fd);
                if (i == 0)
                        buffer_free(&opened);
        }
        assert_error(boot_image_open(scratch_path(root, "nothing"), &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "nothing: ");
        scratch_remove(root);
}

static void test_find_boot_image(NO_STATE) {
        char *root = scratch_make(), path[256];
        struct boot_image image;
        struct reason reason;
        uint8_t head[MADE_KERNEL_SIZE];

        made_kernel_fill(head, "6.12 x");
        assert_error(boot_image_find(root, "", "6.12", &image, &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "/boot/vmlinuz-6.12");
        module_tree_put(root, "/usr/lib/modules/6.12/vmlinuz", "");
        assert_error(boot_image_find(root, "", "6.12", &image, &reason), ERR_TRUNCATED);
        test_assert_contains(reason.text, "/usr/lib/modules/6.12/vmlinuz: ");
        snprintf(path, sizeof(path), "%s/usr/lib/modules/6.12/vmlinuz", root);
        scratch_write(path, bytes_of(head, sizeof(head)));
        assert_ok(boot_image_find(root, "", "6.12", &image, &reason));
        assert_string_equal(image.path, path);
        assert_error(boot_image_find(root, "/nothing", "6.12", &image, &reason), ERR_NOT_FOUND);
        scratch_remove(root);
}

static void test_command_line(NO_STATE) {
        char line[2048];
        struct text text = TEXT_ON(line);

        command_line_put_kept(
                "BOOT_IMAGE=/vmlinuz root=/dev/vda1 console=tty0  console=ttyS0,115200 crashkernel=80M "
                "dyndbg=\"a console=b\" noefix efi=noruntime quiet panic=0\n",
                &text);
        command_line_put_always("x86_64", "debug", &text);
        assert_true(text_starts_with(line, "console=tty0 console=ttyS0,115200 efi=noruntime nr_cpus=1 "));
        test_assert_contains(line, " panic=5 oops=panic ");
        test_assert_contains(line, " quiet ");
        test_assert_contains(line, " no5lvl debug"); /* behind it: the last one counts */
        assert_null(strstr(line, "crashkernel"));
        assert_null(strstr(line, "noefi"));
        assert_null(strstr(line, "panic=0"));
        assert_null(strstr(line, "console=b"));
        text = TEXT_ON(line);
        command_line_put_kept("earlycon root=/dev/vda1 earlycon=pl011,mmio32,0x9000000 earlyconsole", &text);
        assert_string_equal(line, "earlycon earlycon=pl011,mmio32,0x9000000 ");
        command_line_put_always("aarch64", "debug", &text);
        test_assert_contains(line, " panic=5 oops=panic ");
        test_assert_contains(line, " cma=0 debug");
        assert_null(strstr(line, "no5lvl"));
        text = TEXT_ON(line);
        command_line_put_kept("quiet console=\"ttyS0 x", &text);
        assert_string_equal(line, "console=\"ttyS0 x\" ");
}

/* What would take away that the machine comes back, or hide it from the kernel. */
static void test_append(NO_STATE) {
        static const char *const good[] = { "",
                                            "debug",
                                            "earlyprintk=ttyS0,115200 nr_cpus=2",
                                            "a=\"b c\" d",
                                            "hung_task_panic=0",
                                            "oops_limit=1" };
        static const char *const bad[] = { "panic=0",
                                           "debug panic=10",
                                           "oops=",
                                           "-- panic",
                                           "a \"b c",
                                           "rdinit=/bin/sh",
                                           "\"panic=0\"",
                                           "\tpanic=0",
                                           "debug --",
                                           "a=\"b\"c\" d",
                                           "sysctl.kernel.panic=0" };

        for (size_t i = 0; i < ARRAY_SIZE(good); i++)
                assert_true(command_line_may_append(good[i]));
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                assert_false(command_line_may_append(bad[i]));
}

/* Each lies there three times while it is loaded; the packed files of those before it are gone. */
static void test_module_memory(NO_STATE) {
        struct module_memory memory = { 0 };

        module_memory_add(&memory, 100, 40);
        assert_int_equal(memory.most, 90 + 2 * 100 - 40);
        module_memory_add(&memory, 1000, 300);
        assert_int_equal(memory.most, 90 - 40 + 900 + 2 * 1000 - 300);
        module_memory_add(&memory, 10, 5);
        assert_int_equal(memory.most, 90 - 40 + 900 + 2 * 1000 - 300);
        assert_int_equal(memory.kept, 90 + 900 + 9 - 40 - 300 - 5);
        module_memory_add(&memory, 1, 2000);
        assert_int_equal(memory.kept, 0);
}

/* What was measured to work ten times of ten: at most that, and no less than what worked once. */
static void test_memory(NO_STATE) {
        static const struct {
                uint64_t kernel, ram_gib, initramfs, least, most, own;
        } rows[] = {
                { 45219840, 1, 2350 << 10, 68, 72, 14 * MIB }, /* 6.12 for AArch64 */
                { 66682880, 1, 2800 << 10, 76, 80 },           { 66682880, 16, 2800 << 10, 76, 80 },
                { 58614579, 1, 2800 << 10, 64, 72 },           { 58614579, 16, 2800 << 10, 64, 72 },
                { 54001664, 1, 1900 << 10, 58, 64 },           { 54001664, 16, 1900 << 10, 58, 64 },
                { 66682880, 1024, 2800 << 10, 80, 88 },
        };

        enum { XFS_ROW = 1 };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct memory_facts facts = {
                        .kernel = rows[i].kernel,
                        .own = rows[i].own,
                        .initramfs_packed = rows[i].initramfs,
                        .initramfs_unpacked = rows[i].initramfs,
                        .tools_unpacked = 2200 << 10,
                        .ram = rows[i].ram_gib << 30,
                };
                struct memory_need need;

                memory_need_compute(&facts, &need);
                assert_uint_in_range(need.advice / MIB, rows[i].least, rows[i].most);
                assert_int_equal(need.advice % (8 * MIB), 0);
                assert_true(need.floor < need.advice && need.floor > rows[i].kernel + rows[i].own);
                assert_int_equal(need.moment, need.starting);
                /* As of ext4, which does not count; xfs worked at 80, and at 76 memory ran out. */
                facts.modules = 6 * MIB;
                memory_need_compute(&facts, &need);
                assert_int_equal(need.moment, need.starting);
                facts.modules = 45 * MIB / 4;
                memory_need_compute(&facts, &need);
                assert_int_equal(need.moment, need.loading);
                assert_true(need.advice >= facts.kernel + rows[i].own + 45 * MIB / 4 + rows[i].initramfs);
                if (i == XFS_ROW)
                        assert_int_equal(need.advice, 80 * MIB);
                facts.measured = 40 * MIB;
                memory_need_compute(&facts, &need);
                assert_int_equal(need.running, 40 * MIB + rows[i].own);
                assert_true(need.advice >= facts.kernel + 40 * MIB);
        }
}

/* What the kernel answers, and what of /sys and /proc makes it clear. */
static void test_explain(NO_STATE) {
        static const struct {
                int number;
                const char *file, *content;
                int error;
                const char *text;
        } rows[] = {
                { EADDRNOTAVAIL, "/sys/kernel/kexec_crash_size", "0\n", ERR_NO_MEMORY, "kdump setup" },
                { EADDRNOTAVAIL, "/sys/kernel/kexec_crash_size", "83886080\n", ERR_NO_SPACE, "too large" },
                { EPERM, "/proc/sys/kernel/kexec_load_disabled", "1\n", ERR_PERMISSION,
                  "kexec_load_disabled" },
                { EKEYREJECTED, "/x", "", ERR_PERMISSION, "signed" },
                { ENOSYS, "/x", "", ERR_NOT_SUPPORTED, "CONFIG_KEXEC_FILE" },
                { EIO, "/x", "", ERR_IO, "Input/output error" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                char *root = scratch_make();
                struct reason reason;

                module_tree_put(root, rows[i].file, rows[i].content);
                assert_error(crash_kernel_explain(root, rows[i].number, &reason), rows[i].error);
                test_assert_contains(reason.text, rows[i].text);
                scratch_remove(root);
        }
}

/* K6.1 kernel/kexec_file.c frees the crash kernel that is there before it looks at the new one. */
static void test_a_failed_load_takes_the_old_one(NO_STATE) {
        char *root = scratch_make();
        struct reason reason = { "too large" };

        module_tree_put(root, "/sys/kernel/kexec_crash_loaded", "0\n");
        crash_kernel_explain_loss(root, false, &reason);
        assert_string_equal(reason.text, "too large");
        crash_kernel_explain_loss(root, true, &reason);
        assert_string_equal(reason.text, "too large; the crash kernel that was loaded before is gone");
        module_tree_put(root, "/sys/kernel/kexec_crash_loaded", "1\n");
        reason = (struct reason){ "too large" };
        crash_kernel_explain_loss(root, true, &reason);
        assert_string_equal(reason.text, "too large; the crash kernel that was loaded before is still there");
        scratch_remove(root);
}

/* It is the kernel's image that cannot be opened, whatever else could not. */
static void test_load_of_no_image(NO_STATE) {
        char *root = scratch_make(), name[2 * PATH_MAX];
        struct crash_kernel crash_kernel = { .kernel = name, .command_line = "" };
        struct reason packed, reason = { "" };

        memset(name, 'k', sizeof(name) - 1);
        name[sizeof(name) - 1] = '\0';
        assert_error(crash_kernel_load(root, &crash_kernel, &packed, &reason), ERR_TOO_LARGE);
        assert_string_equal(packed.text, "");
        crash_kernel.unpack = true;
        reason.text[0] = '\0';
        assert_error(crash_kernel_load(root, &crash_kernel, &packed, &reason), ERR_TOO_LARGE);
        assert_true(packed.text[0] && reason.text[0]);
        scratch_remove(root);
}

/* Without kexec_file_load(). Whether there are kexec-tools here nobody knows. */
static void test_older_call(NO_STATE) {
        char *root = scratch_make();
        struct reason reason = { "" };

        scratch_put(root, "/proc/kallsyms", "ffff8000080c0000 T _stext\nffff8000080b0000 t my_text\n");
        assert_error(crash_kernel_check_older(root, ARM64, &reason), ERR_NOT_SUPPORTED);
        test_assert_contains(reason.text, "CONFIG_KALLSYMS_ALL");
        reason.text[0] = '\0';
        (void) crash_kernel_check_older(root, X86, &reason);
        assert_null(strstr(reason.text, "_text"));
        scratch_put(root, "/proc/kallsyms", "ffff8000080b0000 T _text\nffff8000080c0000 T _stext\n");
        reason.text[0] = '\0';
        (void) crash_kernel_check_older(root, ARM64, &reason);
        assert_null(strstr(reason.text, "_text"));
        scratch_put(root, "/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
        assert_error(crash_kernel_check_older(root, ARM64, &reason), ERR_NOT_SUPPORTED);
        test_assert_contains(reason.text, "locked down");
        assert_ok(crash_kernel_check(root, &reason));
        scratch_remove(root);
}

static void test_unload_nothing(NO_STATE) {
        char *root = scratch_make();
        struct reason reason;

        assert_error(crash_kernel_unload(root, &reason), ERR_NOT_SUPPORTED);
        module_tree_put(root, "/sys/kernel/kexec_crash_loaded", "0\n");
        assert_error(crash_kernel_unload(root, &reason), ERR_NOT_FOUND);
        assert_error(crash_kernel_lock(root, &reason), ERR_NOT_FOUND);
        module_tree_put(root, "/proc/sys/kernel/kexec_load_disabled", "0\n");
        assert_ok(crash_kernel_lock(root, &reason));
        scratch_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_boot_image),
                cmocka_unit_test(test_bad_boot_image),
                cmocka_unit_test(test_other_processor),
                cmocka_unit_test(test_packed),
                cmocka_unit_test(test_packed_otherwise),
                cmocka_unit_test(test_open),
                cmocka_unit_test(test_find_boot_image),
                cmocka_unit_test(test_command_line),
                cmocka_unit_test(test_module_memory),
                cmocka_unit_test(test_memory),
                cmocka_unit_test(test_append),
                cmocka_unit_test(test_explain),
                cmocka_unit_test(test_older_call),
                cmocka_unit_test(test_unload_nothing),
                cmocka_unit_test(test_load_of_no_image),
                cmocka_unit_test(test_a_failed_load_takes_the_old_one),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

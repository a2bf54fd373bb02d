/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memfd_create() */
#include "linux/physical-memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/scratch.h"
#include "tests/support/test.h"

/* As an ordinary machine has it; what was plugged in later has a name of its own. */
#define IOMEM                                                                                                \
        "00000000-00000fff : Reserved\n"                                                                     \
        "00001000-00003fff : System RAM\n"                                                                   \
        "  00002000-00002fff : Kernel code\n"                                                                \
        "00004000-0000ffff : PCI Bus 0000:00\n"                                                              \
        "  00008000-00008fff : 0000:00:1d.0\n"                                                               \
        "00010000-00010fff : System RAM (kmem)\n"                                                            \
        "00011000-0001ffff : Reserved\n"
#define MEMORY_SIZE 0x20000
#define DEVICE      0x8000

static char *root;
static struct physical_memory memory;
static struct reason reason;

/* A program's own comes before libc's: to this path, where it is set, open() says this. */
static const char *denied_path;
static int denial;

int open(const char *path, int flags, ...) {
        mode_t mode = 0;
        va_list arguments;

        va_start(arguments, flags);
        if (flags & O_CREAT)
                mode = va_arg(arguments, mode_t);
        va_end(arguments);
        if (denied_path && text_ends_with(path, denied_path)) {
                errno = denial;
                return -1;
        }
        return (int) syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static int setup(void **state) {
        (void) state;
        root = scratch_make();
        denied_path = NULL;
        scratch_put(root, "/proc/iomem", IOMEM);
        scratch_put(root, "/dev/mem", "");
        scratch_put(root, "/dev/port", "");
        assert_int_equal(truncate(scratch_path(root, "dev/mem"), MEMORY_SIZE), 0);
        assert_int_equal(truncate(scratch_path(root, "dev/port"), 0x10000), 0);
        return 0;
}

static int teardown(void **state) {
        (void) state;
        physical_memory_close(&memory);
        scratch_remove(root);
        return 0;
}

static void open_memory(void) {
        assert_ok(physical_memory_open(root, &memory, &reason));
}

static void assert_refused_open(int error, const char *text) {
        reason.text[0] = '\0';
        assert_error(physical_memory_open(root, &memory, &reason), error);
        assert_string_equal(reason.text, text);
        assert_int_equal(memory.memory_fd, -1);
}

/* The byte behind an address, or of a port, as the device has it. */
static uint8_t byte_at(const char *device, size_t offset) {
        struct bytes content = test_read_file(scratch_path(root, device));
        uint8_t byte;

        assert_true(offset < content.size);
        byte = content.data[offset];
        free((void *) content.data);
        return byte;
}

static void test_memory_in_every_width(NO_STATE) {
        const uint64_t written = UINT64_C(0x8877665544332211);
        struct acpi_io io;

        open_memory();
        io = physical_memory_io(&memory);
        for (unsigned bits = 8; bits <= 64; bits *= 2)
                /* Aligned; not; and over the end of a page. */
                for (uint64_t address = DEVICE; address <= DEVICE + 0xfff; address += 0xfff) {
                        uint64_t value = 0;

                        assert_ok(
                                io.write_register(io.context, GAS_SPACE_MEMORY, address - 1, 64, UINT64_MAX));
                        assert_ok(io.write_register(io.context, GAS_SPACE_MEMORY, address, bits, written));
                        assert_ok(io.read_register(io.context, GAS_SPACE_MEMORY, address, bits, &value));
                        assert_true(value == (written & UINT64_MAX >> (64 - bits)));
                        assert_int_equal(byte_at("dev/mem", address - 1), 0xff);
                        assert_int_equal(byte_at("dev/mem", address), 0x11);
                        assert_int_equal(byte_at("dev/mem", address + bits / 8 - 1), 0x11 * (bits / 8));
                        if (bits < 64)
                                assert_int_equal(byte_at("dev/mem", address + bits / 8),
                                                 address + bits / 8 < address + 7 ? 0xff : 0);
                }
}

static void test_a_range(NO_STATE) {
        uint8_t bytes[0x1800], back[sizeof(bytes)];
        struct test_random random = { 1 };
        struct acpi_io io;

        open_memory();
        io = physical_memory_io(&memory);
        test_random_fill(&random, bytes, sizeof(bytes));
        assert_ok(io.copy_to(io.context, DEVICE + 3, bytes, sizeof(bytes)));
        assert_ok(io.copy_from(io.context, DEVICE + 3, back, sizeof(back)));
        assert_memory_equal(bytes, back, sizeof(bytes));
        assert_int_equal(byte_at("dev/mem", DEVICE + 2), 0);
        assert_int_equal(byte_at("dev/mem", DEVICE + 3), bytes[0]);
        assert_ok(io.stall(io.context, 1));
}

static void test_ports(NO_STATE) {
        struct acpi_io io;
        uint64_t value = 0;

        open_memory();
        io = physical_memory_io(&memory);
        assert_ok(io.write_register(io.context, GAS_SPACE_IO, 0xb2, 8, 0x19a));
        assert_ok(io.read_register(io.context, GAS_SPACE_IO, 0xb2, 8, &value));
        assert_true(value == 0x9a);
        assert_int_equal(byte_at("dev/port", 0xb2), 0x9a);
        assert_int_equal(byte_at("dev/port", 0xb3), 0);
        assert_error(io.write_register(io.context, GAS_SPACE_IO, 0xb2, 16, 0x1234), ERR_NOT_SUPPORTED);
        assert_string_equal(memory.refused.text,
                            "port 0xb2: /dev/port has 8 bits at a time, and it wants 16");
        assert_error(io.read_register(io.context, GAS_SPACE_IO, 0xb2, 64, &value), ERR_NOT_SUPPORTED);
        assert_error(io.read_register(io.context, 2, 0xb2, 8, &value), ERR_NOT_SUPPORTED);
        assert_error(io.write_register(io.context, 0x7f, 0xb2, 8, 1), ERR_NOT_SUPPORTED);
        assert_int_equal(byte_at("dev/port", 0xb2), 0x9a);
}

static void test_no_ports(NO_STATE) {
        const struct gas port = { .space = GAS_SPACE_IO, .bit_width = 8, .access = 1, .address = 0xb2 };

        assert_int_equal(unlink(scratch_path(root, "dev/port")), 0);
        open_memory();
        assert_error(physical_memory_probe_register(&memory, &port), ERR_NOT_SUPPORTED);
        assert_string_equal(memory.refused.text, "port 0xb2: /dev/port is not there");
}

/* Whoever asks, and be it for the one byte at its end. */
static void test_memory_of_the_kernel(NO_STATE) {
        static const struct {
                uint64_t address;
                size_t size;
                int error;
        } rows[] = {
                { 0xfff, 1, 0 },
                { 0xfff, 2, ERR_VALUE },
                { 0x1000, 8, ERR_VALUE },
                { 0x2800, 8, ERR_VALUE }, /* a part of it has another name */
                { 0x3fff, 1, ERR_VALUE },
                { 0x4000, 0x1000, 0 },
                { 0xf000, 0x1001, ERR_VALUE }, /* ends in it */
                { 0x10800, 8, ERR_VALUE },
                { 0, 0x20000, ERR_VALUE }, /* all around it */
                { 0x11000, 8, 0 },
        };
        static uint8_t bytes[0x20000];
        struct acpi_io io;

        open_memory();
        io = physical_memory_io(&memory);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                assert_error(physical_memory_probe(&memory, rows[i].address, rows[i].size), rows[i].error);
                assert_error(io.copy_from(io.context, rows[i].address, bytes, rows[i].size), rows[i].error);
                assert_error(io.copy_to(io.context, rows[i].address, bytes, rows[i].size), rows[i].error);
        }
        assert_error(physical_memory_probe(&memory, 0x2800, 8), ERR_VALUE);
        assert_string_equal(memory.refused.text, "0x2800: lies in the kernel's own memory (System RAM)");
        assert_error(io.write_register(io.context, GAS_SPACE_MEMORY, 0x2800, 32, 1), ERR_VALUE);
        assert_error(io.read_register(io.context, GAS_SPACE_MEMORY, 0x2800, 32, &(uint64_t){ 0 }), ERR_VALUE);
}

/* A file that is sealed says the same to mmap() as STRICT_DEVMEM does. */
static void test_memory_that_is_kept(NO_STATE) {
        int fd = memfd_create("mem", MFD_ALLOW_SEALING | MFD_CLOEXEC);
        char target[64];

        assert_true(fd >= 0);
        assert_int_equal(ftruncate(fd, MEMORY_SIZE), 0);
        assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
        snprintf(target, sizeof(target), "/proc/self/fd/%d", fd);
        assert_int_equal(unlink(scratch_path(root, "dev/mem")), 0);
        assert_int_equal(symlink(target, scratch_path(root, "dev/mem")), 0);
        open_memory();
        assert_error(physical_memory_probe(&memory, DEVICE, 8), ERR_NOT_SUPPORTED);
        test_assert_contains(memory.refused.text,
                             "0x8000: the kernel keeps it from processes (STRICT_DEVMEM");
        close(fd);
        /* No file is so long. */
        assert_true(physical_memory_probe(&memory, UINT64_MAX - 7, 8) < 0);
        test_assert_contains(memory.refused.text, "0xfffffffffffffff8 cannot be mapped: ");
}

static void test_two_at_a_time(NO_STATE) {
        struct physical_memory second;

        open_memory();
        assert_error(physical_memory_open(root, &second, &reason), ERR_IN_USE);
        assert_string_equal(reason.text, "/dev/mem: in use by another program");
        physical_memory_close(&memory);
        open_memory();
}

static void test_what_cannot_be_opened(NO_STATE) {
        denied_path = "/dev/mem";
        denial = EPERM;
        assert_refused_open(ERR_PERMISSION, "/dev/mem: permission denied");
        scratch_put(root, "/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
        assert_refused_open(ERR_PERMISSION, "/dev/mem: permission denied");
        scratch_put(root, "/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
        assert_refused_open(ERR_NOT_SUPPORTED,
                            "the kernel is locked down (integrity) and keeps /dev/mem from everybody");
        denial = ENOENT;
        assert_refused_open(ERR_NOT_SUPPORTED, "this kernel has no /dev/mem");
}

/* Without the list nobody can say what is the kernel's. */
static void test_no_list_of_resources(NO_STATE) {
        static const char *const hidden[] = {
                "",
                "00000000-00000000 : Reserved\n00000000-00000000 : System RAM\n",
                "no range\n-\n : \n0-",
        };

        for (size_t i = 0; i < ARRAY_SIZE(hidden); i++) {
                scratch_put(root, "/proc/iomem", hidden[i]);
                assert_refused_open(ERR_PERMISSION,
                                    "/proc/iomem, which tells the kernel's memory: permission denied");
        }
        assert_int_equal(unlink(scratch_path(root, "proc/iomem")), 0);
        assert_refused_open(ERR_NOT_FOUND, "/proc/iomem, which tells the kernel's memory: not found");
}

static void test_names_of_resources(NO_STATE) {
        struct resources resources;

        scratch_put(root, "/proc/iomem",
                    "odd\n  8000-8003 : APEI ERST\n\n9000-9fff : APEI ERST "
                    "2\nfedcba9876543210-fedcba987654321f : X");
        assert_ok(resources_read(root, &resources));
        assert_true(resources_have(&resources, "APEI ERST"));
        assert_true(resources_have(&resources, "X"));
        assert_false(resources_have(&resources, "APEI"));
        assert_false(resources_have(&resources, "odd"));
        assert_true(resources_touch(&resources, "APEI ERST", 0x8003, 1));
        assert_false(resources_touch(&resources, "APEI ERST", 0x8004, 1));
        assert_true(resources_touch(&resources, "X", UINT64_C(0xfedcba987654321f), 1));
        resources_free(&resources);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_memory_in_every_width),
                TEST(test_a_range),
                TEST(test_ports),
                TEST(test_no_ports),
                TEST(test_memory_of_the_kernel),
                TEST(test_memory_that_is_kept),
                TEST(test_two_at_a_time),
                TEST(test_what_cannot_be_opened),
                TEST(test_no_list_of_resources),
                TEST(test_names_of_resources),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

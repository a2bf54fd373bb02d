/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/physical-memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "linux/lockdown.h"
#include "linux/system-file.h"
#include "posix/clock.h"
#include "posix/errno.h"

#define MEMORY "/dev/mem"
#define PORTS  "/dev/port"
#define KERNEL "System RAM"

/* --- opening --- */

static int explain_open(const char *root, const char *name, int number, struct reason *ret_reason) {
        char mode[32];
        int error = errno_to_error(number);

        if (number == ENOENT || number == ENXIO)
                return reason_set(ret_reason, ERR_NOT_SUPPORTED, "this kernel has no %s", name);
        if (error == ERR_PERMISSION && lockdown_read(root, mode, sizeof(mode)))
                return reason_set(ret_reason, ERR_NOT_SUPPORTED,
                                  "the kernel is locked down (%s) and keeps %s from everybody", mode, name);
        return reason_set(ret_reason, error, "%s: %s", name, error_text(error));
}

/* Uncached (O_SYNC), as what lies there are registers, and memory that firmware looks at. */
static int open_device(const char *root, const char *name, struct reason *ret_reason) {
        char path[PATH_MAX];
        int fd;

        if (!system_file_path(root, name, path))
                return reason_set(ret_reason, ERR_TOO_LARGE, "%s: its name is too long", name);
        fd = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
        return fd < 0 ? explain_open(root, name, errno, ret_reason) : fd;
}

static int open_devices(const char *root, struct physical_memory *memory, struct reason *ret_reason) {
        int r = resources_read(root, &memory->resources);
        struct reason unasked; /* few tables name a port */

        if (r < 0)
                return reason_set(ret_reason, r, "/proc/iomem, which tells the kernel's memory: %s",
                                  error_text(r));
        memory->memory_fd = open_device(root, MEMORY, ret_reason);
        if (memory->memory_fd < 0)
                return memory->memory_fd;
        if (flock(memory->memory_fd, LOCK_EX | LOCK_NB) < 0)
                return reason_set(ret_reason, ERR_IN_USE, MEMORY ": %s", error_text(ERR_IN_USE));
        memory->port_fd = open_device(root, PORTS, &unasked);
        return 0;
}

int physical_memory_open(const char *root, struct physical_memory *ret_memory, struct reason *ret_reason) {
        int r;

        *ret_memory = (struct physical_memory){ .memory_fd = -1, .port_fd = -1 };
        r = open_devices(root, ret_memory, ret_reason);
        if (r < 0)
                physical_memory_close(ret_memory);
        return r;
}

void physical_memory_close(struct physical_memory *memory) {
        if (memory->memory_fd >= 0)
                close(memory->memory_fd);
        if (memory->port_fd >= 0)
                close(memory->port_fd);
        resources_free(&memory->resources);
        memory->memory_fd = memory->port_fd = -1;
}

/* --- memory --- */

struct mapping {
        void *pages;
        size_t length;
        volatile uint8_t *at; /* the address that was asked for */
};

static int explain_map(struct physical_memory *memory, uint64_t address, int number) {
        if (number == EPERM || number == EACCES)
                return reason_set(&memory->refused, ERR_NOT_SUPPORTED,
                                  "0x%" PRIx64
                                  ": the kernel keeps it from processes (STRICT_DEVMEM; it gives more "
                                  "when booted with iomem=relaxed)",
                                  address);
        return reason_set(&memory->refused, errno_to_error(number), "0x%" PRIx64 " cannot be mapped: %s",
                          address, error_text(errno_to_error(number)));
}

/* For one access alone: so nothing has to be remembered, and an ERST operation has some ten. */
static int map(struct physical_memory *memory, uint64_t address, size_t size, struct mapping *ret_mapping) {
        const uint64_t page = (uint64_t) sysconf(_SC_PAGESIZE), inside = address % page;
        void *pages;

        if (resources_touch(&memory->resources, KERNEL, address, size))
                return reason_set(&memory->refused, ERR_VALUE,
                                  "0x%" PRIx64 ": lies in the kernel's own memory (" KERNEL ")", address);
        pages = mmap(NULL, inside + size, PROT_READ | PROT_WRITE, MAP_SHARED, memory->memory_fd,
                     (off_t) (address - inside));
        if (pages == MAP_FAILED)
                return explain_map(memory, address, errno);
        *ret_mapping = (struct mapping){ pages, inside + size, (volatile uint8_t *) pages + inside };
        return 0;
}

static void unmap(const struct mapping *mapping) {
        munmap(mapping->pages, mapping->length);
}

#define DEFINE_ACCESS(bits)                                                                                  \
        static uint64_t load_##bits(const volatile void *at) {                                               \
                return *(const volatile uint##bits##_t *) at;                                                \
        }                                                                                                    \
                                                                                                             \
        static void store_##bits(volatile void *at, uint64_t value) {                                        \
                *(volatile uint##bits##_t *) at = (uint##bits##_t) value;                                    \
        }

DEFINE_ACCESS(8)
DEFINE_ACCESS(16)
DEFINE_ACCESS(32)
DEFINE_ACCESS(64)

struct access {
        unsigned width_bits;
        uint64_t (*load)(const volatile void *at);
        void (*store)(volatile void *at, uint64_t value);
};

static const struct access accesses[] = {
        { 8, load_8, store_8 },
        { 16, load_16, store_16 },
        { 32, load_32, store_32 },
        { 64, load_64, store_64 },
};

/*
 * One access of the register's width. Where it is not aligned to that it is a field of a mailbox in memory,
 * which takes bytes, one by one from the lowest.
 */
static const struct access *find_access(uint64_t address, unsigned width_bits) {
        const unsigned bits = address % (width_bits / 8) == 0 ? width_bits : 8;

        for (size_t i = 0; i < ARRAY_SIZE(accesses); i++)
                if (accesses[i].width_bits == bits)
                        return &accesses[i];
        return NULL;
}

static int map_register(struct physical_memory *memory, uint64_t address, unsigned width_bits,
                        const struct access **ret_access, struct mapping *ret_mapping) {
        *ret_access = find_access(address, width_bits);
        return *ret_access ? map(memory, address, width_bits / 8, ret_mapping) : ERR_NOT_SUPPORTED;
}

static int read_memory(struct physical_memory *memory, uint64_t address, unsigned width_bits,
                       uint64_t *ret_value) {
        const struct access *access;
        struct mapping mapping;
        uint64_t value = 0;
        int r = map_register(memory, address, width_bits, &access, &mapping);

        if (r < 0)
                return r;
        for (unsigned bit = 0; bit < width_bits; bit += access->width_bits)
                value |= access->load(mapping.at + bit / 8) << bit;
        /* What the register told of is read after it. */
        atomic_thread_fence(memory_order_seq_cst);
        unmap(&mapping);
        *ret_value = value;
        return 0;
}

static int write_memory(struct physical_memory *memory, uint64_t address, unsigned width_bits,
                        uint64_t value) {
        const struct access *access;
        struct mapping mapping;
        int r = map_register(memory, address, width_bits, &access, &mapping);

        if (r < 0)
                return r;
        /* The device finds in memory what this tells it to take. */
        atomic_thread_fence(memory_order_seq_cst);
        for (unsigned bit = 0; bit < width_bits; bit += access->width_bits)
                access->store(mapping.at + bit / 8, value >> bit);
        unmap(&mapping);
        return 0;
}

/* --- ports --- */

/* Each byte of /dev/port is a port of 8 bits: a wider one, read from there, would be several accesses. */
static int check_port(struct physical_memory *memory, uint64_t address, unsigned width_bits) {
        if (width_bits != 8)
                return reason_set(&memory->refused, ERR_NOT_SUPPORTED,
                                  "port 0x%" PRIx64 ": " PORTS " has 8 bits at a time, and it wants %u",
                                  address, width_bits);
        if (memory->port_fd < 0)
                return reason_set(&memory->refused, ERR_NOT_SUPPORTED,
                                  "port 0x%" PRIx64 ": " PORTS " is not there", address);
        return 0;
}

static int port_result(ssize_t done) {
        return done == 1 ? 0 : done < 0 ? errno_to_error(errno) : ERR_IO;
}

static int read_port(struct physical_memory *memory, uint64_t address, unsigned width_bits,
                     uint64_t *ret_value) {
        uint8_t value = 0;
        int r = check_port(memory, address, width_bits);

        if (r == 0)
                r = port_result(pread(memory->port_fd, &value, 1, (off_t) address));
        if (r == 0)
                *ret_value = value;
        return r;
}

static int write_port(struct physical_memory *memory, uint64_t address, unsigned width_bits, uint64_t value) {
        const uint8_t byte = (uint8_t) value;
        int r = check_port(memory, address, width_bits);

        return r < 0 ? r : port_result(pwrite(memory->port_fd, &byte, 1, (off_t) address));
}

/* --- the seam --- */

static const struct {
        int (*read)(struct physical_memory *memory, uint64_t address, unsigned width_bits,
                    uint64_t *ret_value);
        int (*write)(struct physical_memory *memory, uint64_t address, unsigned width_bits, uint64_t value);
} spaces[] = {
        [GAS_SPACE_MEMORY] = { read_memory, write_memory },
        [GAS_SPACE_IO] = { read_port, write_port },
};

static int read_register(void *context, uint8_t space, uint64_t address, unsigned width_bits,
                         uint64_t *ret_value) {
        return space < ARRAY_SIZE(spaces) ? spaces[space].read(context, address, width_bits, ret_value)
                                          : ERR_NOT_SUPPORTED;
}

static int write_register(void *context, uint8_t space, uint64_t address, unsigned width_bits,
                          uint64_t value) {
        return space < ARRAY_SIZE(spaces) ? spaces[space].write(context, address, width_bits, value)
                                          : ERR_NOT_SUPPORTED;
}

/* The exchange range may be a device's: bytes, each exactly once, in order. */
static int copy_from(void *context, uint64_t address, void *destination, size_t size) {
        uint8_t *to = destination;
        struct mapping mapping;
        int r = map(context, address, size, &mapping);

        if (r < 0)
                return r;
        for (size_t i = 0; i < size; i++)
                to[i] = mapping.at[i];
        unmap(&mapping);
        return 0;
}

static int copy_to(void *context, uint64_t address, const void *source, size_t size) {
        const uint8_t *from = source;
        struct mapping mapping;
        int r = map(context, address, size, &mapping);

        if (r < 0)
                return r;
        for (size_t i = 0; i < size; i++)
                mapping.at[i] = from[i];
        unmap(&mapping);
        return 0;
}

static int stall(void *context, uint64_t duration_us) {
        (void) context;
        clock_sleep_us(duration_us);
        return 0;
}

struct acpi_io physical_memory_io(struct physical_memory *memory) {
        return (struct acpi_io){
                .context = memory,
                .read_register = read_register,
                .write_register = write_register,
                .copy_from = copy_from,
                .copy_to = copy_to,
                .stall = stall,
        };
}

int physical_memory_probe(struct physical_memory *memory, uint64_t address, size_t size) {
        struct mapping mapping;
        int r = map(memory, address, size, &mapping);

        if (r == 0)
                unmap(&mapping);
        return r;
}

int physical_memory_probe_register(struct physical_memory *memory, const struct gas *gas) {
        const unsigned width_bits = gas_access_bits(gas);

        return gas->space == GAS_SPACE_IO ? check_port(memory, gas->address, width_bits)
                                          : physical_memory_probe(memory, gas->address, width_bits / 8);
}

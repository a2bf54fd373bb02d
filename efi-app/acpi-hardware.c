/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/acpi-hardware.h"
#include "acpi/bert.h"
#include "acpi/gas.h"
#include "acpi/table.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"
#include "efi-app/barrier.h"
#include "efi-app/memory-map.h"
#include "efi-app/ports.h"

/* Of a table of 48 bytes, which a later specification may make longer. */
#define BERT_TABLE_CAPACITY 4096

#define DEFINE_ACCESS(bits)                                                                                  \
        static uint64_t memory_read_##bits(uint64_t address) {                                               \
                return *(const volatile uint##bits##_t *) (uintptr_t) address;                               \
        }                                                                                                    \
                                                                                                             \
        static void memory_write_##bits(uint64_t address, uint64_t value) {                                  \
                *(volatile uint##bits##_t *) (uintptr_t) address = (uint##bits##_t) value;                   \
        }

DEFINE_ACCESS(8)
DEFINE_ACCESS(16)
DEFINE_ACCESS(32)
DEFINE_ACCESS(64)

static const struct register_access memory_accesses[] = {
        { 8, memory_read_8, memory_write_8 },
        { 16, memory_read_16, memory_write_16 },
        { 32, memory_read_32, memory_write_32 },
        { 64, memory_read_64, memory_write_64 },
        { 0 },
};

static const struct register_access *const accesses[] = {
        [GAS_SPACE_MEMORY] = memory_accesses,
        [GAS_SPACE_IO] = port_accesses,
};

/* NULL for an access that this processor cannot do. */
static const struct register_access *find_access(uint8_t space, unsigned width_bits) {
        if (space >= ARRAY_SIZE(accesses))
                return NULL;
        for (const struct register_access *access = accesses[space]; access->width_bits > 0; access++)
                if (access->width_bits == width_bits)
                        return access;
        return NULL;
}

static int read_register(void *context, uint8_t space, uint64_t address, unsigned width_bits,
                         uint64_t *ret_value) {
        const struct register_access *access = find_access(space, width_bits);

        (void) context;
        if (!access)
                return ERR_NOT_SUPPORTED;
        *ret_value = access->read(address);
        /* What the register told of is read after it. */
        barrier_wait();
        return 0;
}

static int write_register(void *context, uint8_t space, uint64_t address, unsigned width_bits,
                          uint64_t value) {
        const struct register_access *access = find_access(space, width_bits);

        (void) context;
        if (!access)
                return ERR_NOT_SUPPORTED;
        /* The device finds in memory what this tells it to take. */
        barrier_wait();
        access->write(address, value);
        return 0;
}

/* The exchange range may be a device's: bytes, each exactly once, in order. */
static int copy_from(void *context, uint64_t address, void *destination, size_t size) {
        const volatile uint8_t *from = (const volatile uint8_t *) (uintptr_t) address;
        uint8_t *to = destination;

        (void) context;
        if (address == 0)
                return ERR_INVALID_ARGUMENT;
        for (size_t i = 0; i < size; i++)
                to[i] = from[i];
        return 0;
}

static int copy_to(void *context, uint64_t address, const void *source, size_t size) {
        volatile uint8_t *to = (volatile uint8_t *) (uintptr_t) address;
        const uint8_t *from = source;

        (void) context;
        if (address == 0)
                return ERR_INVALID_ARGUMENT;
        for (size_t i = 0; i < size; i++)
                to[i] = from[i];
        return 0;
}

static int stall(void *context, uint64_t duration_us) {
        const struct app *app = context;

        return efi_status_to_error(app->boot->Stall(duration_us));
}

struct acpi_io acpi_hardware_io(struct app *app) {
        return (struct acpi_io){
                .context = app,
                .read_register = read_register,
                .write_register = write_register,
                .copy_from = copy_from,
                .copy_to = copy_to,
                .stall = stall,
        };
}

/* UEFI 2.10, 4.6: the newer GUID first, as a machine may have both. 0: no ACPI. */
static uint64_t find_rsdp(const struct app *app) {
        static const EFI_GUID guids[] = { ACPI_20_TABLE_GUID, ACPI_TABLE_GUID };

        for (size_t k = 0; k < ARRAY_SIZE(guids); k++)
                for (UINTN i = 0; i < app->system->NumberOfTableEntries; i++) {
                        const EFI_CONFIGURATION_TABLE *table = &app->system->ConfigurationTable[i];

                        if (memcmp(&table->VendorGuid, &guids[k], sizeof(EFI_GUID)) == 0)
                                return (uintptr_t) table->VendorTable;
                }
        return 0;
}

static int find_table(struct app *app, const char signature[4], size_t capacity, struct buffer *buffer) {
        struct acpi_io io = acpi_hardware_io(app);
        uint64_t rsdp = find_rsdp(app);
        size_t size;
        int r;

        if (rsdp == 0)
                return ERR_NO_STORE;
        r = buffer_reserve(buffer, capacity);
        if (r < 0)
                return r;
        r = acpi_find_table(&io, rsdp, signature, buffer->data, buffer->capacity, &size);
        if (r == ERR_NOT_FOUND)
                return ERR_NO_STORE;
        if (r == ERR_BUFFER_TOO_SMALL)
                return ERR_TOO_LARGE;
        if (r < 0)
                return r;
        buffer->size = size;
        return 0;
}

int acpi_hardware_find_erst(struct app *app, struct buffer *buffer) {
        return find_table(app, "ERST", ERST_TABLE_CAPACITY, buffer);
}

/* Firmware may keep it in memory of any type but one that does not work. */
static bool is_readable(const EFI_MEMORY_DESCRIPTOR *descriptor) {
        return descriptor->Type != EfiUnusableMemory;
}

int acpi_hardware_read_bert(struct app *app, struct buffer *buffer, struct fault *ret_fault) {
        struct bert_table table;
        int r;

        r = find_table(app, "BERT", BERT_TABLE_CAPACITY, buffer);
        if (r < 0)
                return r;
        r = bert_table_parse(buffer_bytes(buffer), &table, ret_fault);
        if (r < 0)
                return r;
        if (!memory_map_covers(app, table.address, table.length, is_readable))
                return fault_at(ret_fault, ERR_VALUE, BERT_TABLE_ADDRESS, "boot error region",
                                "is not in the firmware's map of memory");
        r = buffer_reserve(buffer, table.length);
        if (r < 0)
                return r;
        buffer->size = table.length;
        return table.length > 0 ? copy_from(app, table.address, buffer->data, buffer->size) : 0;
}

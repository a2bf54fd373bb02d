/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/efi-app/fake-device.h"

#include "pstore/cper.h"
#include "tests/efi-app/fake-firmware.h"
#include "tests/support/test.h"

/* The device has taken note of the command. */
#define IDLE          UINT32_MAX

#define VALUE_ADDRESS (FAKE_ERST_REGISTER_ADDRESS + 8)

/* --- PCI ---------------------------------------------------------------------------------------- */

/* ACPI 6.5, 6.4.3.5.1, and the end tag behind it. */
static EFI_STATUS describe_memory(uint64_t start, uint64_t length, void **ret_resources) {
        uint8_t *descriptor;
        EFI_STATUS status = fake_firmware_allocate(48, (void **) &descriptor);

        if (EFI_ERROR(status))
                return status;
        memset(descriptor, 0, 48);
        descriptor[0] = 0x8a;
        descriptor[1] = 43;
        store_u64(descriptor + 6, 64);
        store_u64(descriptor + 14, start);
        store_u64(descriptor + 22, start + length - 1);
        store_u64(descriptor + 38, length);
        descriptor[46] = 0x79;
        *ret_resources = descriptor;
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_bar(EFI_PCI_IO_PROTOCOL *this, UINT8 bar, UINT64 *supports,
                                 void **ret_resources) {
        struct fake_pci *pci = (struct fake_pci *) this;
        struct fake_device *device = pci->owner;

        (void) supports;
        if (pci == &device->bridge)
                return bar == 0 ? describe_memory((uintptr_t) &device->registers - 4096, 4096, ret_resources)
                                : EFI_UNSUPPORTED;
        if (bar == 0)
                return describe_memory((uintptr_t) &device->registers, sizeof(device->registers),
                                       ret_resources);
        return bar == 1 ? describe_memory((uintptr_t) device->erst.exchange, FAKE_ERST_EXCHANGE_SIZE,
                                          ret_resources)
                        : EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI set_attributes(EFI_PCI_IO_PROTOCOL *this,
                                        EFI_PCI_IO_PROTOCOL_ATTRIBUTE_OPERATION operation, UINT64 attributes,
                                        UINT64 *result) {
        struct fake_pci *pci = (struct fake_pci *) this;
        struct fake_device *device = pci->owner;

        (void) result;
        assert_int_equal(operation, EfiPciIoAttributeOperationEnable);
        assert_int_equal(attributes, EFI_PCI_IO_ATTRIBUTE_MEMORY);
        pci->enables++;
        if (pci == &device->pci && !EFI_ERROR(device->enable_status))
                device->decode = true;
        return device->enable_status;
}

static void init_pci(struct fake_pci *pci, struct fake_device *device) {
        *pci = (struct fake_pci){
                .protocol = { .GetBarAttributes = get_bar, .Attributes = set_attributes },
                .owner = device,
        };
}

/* --- registers ---------------------------------------------------------------------------------- */

static void act(struct fake_device *device) {
        struct acpi_io io = fake_erst_io(&device->erst);

        io.write_register(io.context, GAS_SPACE_MEMORY, VALUE_ADDRESS, 64, device->registers.value);
        io.write_register(io.context, GAS_SPACE_MEMORY, FAKE_ERST_REGISTER_ADDRESS, 32,
                          device->registers.action);
        io.read_register(io.context, GAS_SPACE_MEMORY, VALUE_ADDRESS, 64, &device->registers.value);
        if (device->registers.action == ERST_GET_ERROR_LOG_ADDRESS_RANGE)
                device->registers.value = (uintptr_t) device->erst.exchange;
        device->registers.action = IDLE;
}

void fake_device_stall(struct fake_device *device, uint64_t duration_us) {
        struct acpi_io io = fake_erst_io(&device->erst);

        io.stall(io.context, duration_us);
        if (!device->decode)
                memset(&device->registers, 0xff, sizeof(device->registers));
        else if (device->registers.action != IDLE)
                act(device);
}

/* --- tables ------------------------------------------------------------------------------------- */

/* The table of fake-erst.h with its registers here, and a stall behind every command. */
static void build_erst(struct fake_device *device) {
        const struct erst_entry stall = { .instruction = ERST_STALL, .value = 1 };
        struct erst_table table;
        struct erst_fault fault;

        assert_ok(erst_table_parse(fake_erst_table(&device->erst), &table, &fault));
        erst_builder_init(&device->builder);
        for (size_t i = 0; i < table.entry_count; i++) {
                struct erst_entry entry, pause = stall;
                bool is_command;

                assert_ok(erst_table_entry(&table, i, &entry));
                is_command = entry.register_region.address == FAKE_ERST_REGISTER_ADDRESS;
                entry.register_region.address += (uintptr_t) &device->registers - FAKE_ERST_REGISTER_ADDRESS;
                erst_builder_add(&device->builder, entry);
                pause.action = entry.action;
                if (is_command)
                        erst_builder_add(&device->builder, pause);
        }
        device->table = erst_builder_finish(&device->builder);
}

static void build_header(uint8_t *table, const char *signature, size_t size) {
        memcpy(table, signature, 4);
        store_u32(table + 4, (uint32_t) size);
        table[8] = 1;
}

static void build_root(struct fake_device *device, uint64_t erst_address) {
        size_t size = ACPI_HEADER_SIZE + 8 * (erst_address ? 2 : 1);

        build_header(device->other_table, "FACP", sizeof(device->other_table));
        erst_builder_fix_checksum(device->other_table, sizeof(device->other_table), 9);
        build_header(device->xsdt, "XSDT", size);
        store_u64(device->xsdt + ACPI_HEADER_SIZE, (uintptr_t) device->other_table);
        store_u64(device->xsdt + ACPI_HEADER_SIZE + 8, erst_address);
        erst_builder_fix_checksum(device->xsdt, size, 9);
        memcpy(device->rsdp, "RSD PTR ", 8);
        device->rsdp[15] = 2;
        store_u32(device->rsdp + 20, sizeof(device->rsdp));
        store_u64(device->rsdp + 24, (uintptr_t) device->xsdt);
        erst_builder_fix_checksum(device->rsdp, 20, 8);
        erst_builder_fix_checksum(device->rsdp, sizeof(device->rsdp), 32);
}

void fake_device_init(struct fake_device *device) {
        memset(device, 0, sizeof(*device));
        fake_erst_init(&device->erst, FAKE_ERST_QEMU);
        device->registers.action = IDLE;
        device->decode = true;
        init_pci(&device->bridge, device);
        init_pci(&device->pci, device);
        build_erst(device);
        build_root(device, (uintptr_t) device->table.data);
}

void fake_device_switch_off(struct fake_device *device) {
        device->decode = false;
        memset(&device->registers, 0xff, sizeof(device->registers));
}

const void *fake_device_rsdp(const struct fake_device *device) {
        return device->rsdp;
}

void fake_device_remove_table(struct fake_device *device) {
        build_root(device, 0);
}

void fake_device_put_record(struct fake_device *device, uint64_t id, uint64_t seconds, const char *text) {
        uint8_t record[FAKE_ERST_EXCHANGE_SIZE];
        size_t size;

        assert_ok(cper_build_dmesg(id, seconds, text_view(text), record, sizeof(record), &size));
        fake_erst_put(&device->erst, bytes_of(record, size));
}

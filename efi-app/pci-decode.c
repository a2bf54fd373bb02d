/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/pci-decode.h"

#include <efipciio.h>

#include "acpi/gas.h"
#include "base/bytes.h"

#define BAR_COUNT 6

/* The QWORD address space descriptor that GetBarAttributes() returns (ACPI 6.5, 6.4.3.5.1). */
enum {
        DESCRIPTOR_TAG = 0,
        DESCRIPTOR_TYPE = 3,
        DESCRIPTOR_MINIMUM = 14,
        DESCRIPTOR_LENGTH = 38,
        DESCRIPTOR_SIZE = 46,
};

#define TAG_QWORD_ADDRESS_SPACE 0x8a
#define TYPE_MEMORY             0

static bool table_uses_memory(const struct erst_table *table, uint64_t start, uint64_t length) {
        for (size_t i = 0; i < table->entry_count; i++) {
                struct erst_entry entry;

                if (erst_table_entry(table, i, &entry) < 0 ||
                    !erst_instruction_has_register(entry.instruction))
                        continue;
                if (entry.register_region.space == GAS_SPACE_MEMORY &&
                    entry.register_region.address >= start && entry.register_region.address - start < length)
                        return true;
        }
        return false;
}

static bool bar_is_used(EFI_PCI_IO_PROTOCOL *device, UINT8 bar, EFI_BOOT_SERVICES *boot,
                        const struct erst_table *table) {
        struct bytes descriptor;
        void *resources = NULL;
        bool used;

        if (EFI_ERROR(device->GetBarAttributes(device, bar, NULL, &resources)) || !resources)
                return false;
        descriptor = bytes_of(resources, DESCRIPTOR_SIZE);
        used = bytes_u8(descriptor, DESCRIPTOR_TAG) == TAG_QWORD_ADDRESS_SPACE &&
               bytes_u8(descriptor, DESCRIPTOR_TYPE) == TYPE_MEMORY &&
               table_uses_memory(table, bytes_u64(descriptor, DESCRIPTOR_MINIMUM),
                                 bytes_u64(descriptor, DESCRIPTOR_LENGTH));
        boot->FreePool(resources);
        return used;
}

static void enable_if_used(struct app *app, EFI_HANDLE handle, const struct erst_table *table) {
        EFI_GUID guid = EFI_PCI_IO_PROTOCOL_GUID;
        EFI_PCI_IO_PROTOCOL *device;

        if (EFI_ERROR(app->boot->HandleProtocol(handle, &guid, (void **) &device)))
                return;
        for (UINT8 bar = 0; bar < BAR_COUNT; bar++) {
                if (!bar_is_used(device, bar, app->boot, table))
                        continue;
                if (EFI_ERROR(device->Attributes(device, EfiPciIoAttributeOperationEnable,
                                                 EFI_PCI_IO_ATTRIBUTE_MEMORY, NULL)))
                        console_problem(&app->console, "erst: the PCI device of its registers cannot be "
                                                       "enabled; they will read as all ones");
                return;
        }
}

void pci_decode_enable(struct app *app, const struct erst_table *table) {
        EFI_GUID guid = EFI_PCI_IO_PROTOCOL_GUID;
        EFI_HANDLE *handles = NULL;
        UINTN count = 0;

        if (EFI_ERROR(app->boot->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles)))
                return;
        for (UINTN i = 0; i < count; i++)
                enable_if_used(app, handles[i], table);
        app->boot->FreePool(handles);
}

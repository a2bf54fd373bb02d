/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/variable-home.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/ucs2.h"
#include "efi-app/memory-map.h"
#include "efi-app/runtime-variables.h"
#include "pstore/variable-name.h"
#include "pstore/variable-store.h"

/* --- what an OS may do --------------------------------------------------------------------------- */

/* UEFI 2.10, 4.6.2: without the table all services are there. */
#define RT_PROPERTIES_TABLE                                                                                  \
        {                                                                                                    \
                0xeb66918a, 0x7eef, 0x402a, {                                                                \
                        0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9                                       \
                }                                                                                            \
        }
#define RT_PROPERTIES_SIZE   8
#define RT_PROPERTIES_LENGTH 2 /* a u16 */
#define RT_SUPPORTED         4 /* a u32 */
#define RT_SET_VARIABLE      0x40

static bool forbids_writing(const struct app *app) {
        static const EFI_GUID guid = RT_PROPERTIES_TABLE;

        for (UINTN i = 0; i < app->system->NumberOfTableEntries; i++) {
                const EFI_CONFIGURATION_TABLE *table = &app->system->ConfigurationTable[i];
                struct bytes properties = bytes_of(table->VendorTable, RT_PROPERTIES_SIZE);

                if (memcmp(&table->VendorGuid, &guid, sizeof(guid)) == 0 && table->VendorTable)
                        return bytes_u16(properties, RT_PROPERTIES_LENGTH) >= RT_PROPERTIES_SIZE &&
                               !(bytes_u32(properties, RT_SUPPORTED) & RT_SET_VARIABLE);
        }
        return false;
}

/* --- the volume ---------------------------------------------------------------------------------- */

/* EFI_FIRMWARE_VOLUME_BLOCK2_PROTOCOL (UEFI PI 1.7, volume 3, 3.4.2), as far as it is called. */
struct volume_block {
        EFI_STATUS(EFIAPI *get_attributes)(const struct volume_block *this, UINT32 *ret_attributes);
        void *set_attributes;
        EFI_STATUS(EFIAPI *get_physical_address)
        (const struct volume_block *this, EFI_PHYSICAL_ADDRESS *ret_address);
        EFI_STATUS(EFIAPI *get_block_size)
        (const struct volume_block *this, EFI_LBA block, UINTN *ret_size, UINTN *ret_count);
        EFI_STATUS(EFIAPI *read)
        (const struct volume_block *this, EFI_LBA block, UINTN offset, UINTN *size, UINT8 *buffer);
};

#define VOLUME_BLOCK_PROTOCOL                                                                                \
        {                                                                                                    \
                0x8f644fa9, 0xe850, 0x4db1, {                                                                \
                        0x9c, 0xe2, 0x0b, 0x44, 0x69, 0x8e, 0x8d, 0xa4                                       \
                }                                                                                            \
        }
#define VOLUME_WRITE_STATUS 0x20

/* EFI_FIRMWARE_VOLUME_HEADER (3.2.1) */
#define VOLUME_HEADER_SIZE 56
#define VOLUME_FILE_SYSTEM 16
#define VOLUME_LENGTH      32 /* a u64 */
#define VOLUME_SIGNATURE   40 /* "_FVH" */

/* EFI_SYSTEM_NV_DATA_FV_GUID of edk2: what is in the volume is variables. */
static const struct guid variables_file_system =
        GUID_INIT(0xfff12b8d, 0x7696, 0x4c8b, 0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50);

/* More than any machine has of them. */
#define VOLUMES_MAX      256
#define VOLUME_BYTES_MAX ((uint64_t) 32 * 1024 * 1024)

/* The bytes of such a volume; 0 for any other. */
static uint64_t measure_volume(const struct volume_block *volume) {
        uint8_t block[VOLUME_HEADER_SIZE];
        struct bytes header = bytes_of(block, sizeof(block));
        UINTN size = sizeof(block);
        struct guid guid;

        if (EFI_ERROR(volume->read(volume, 0, 0, &size, block)) || size != sizeof(block) ||
            memcmp(block + VOLUME_SIGNATURE, "_FVH", 4) != 0 ||
            guid_load(header, VOLUME_FILE_SYSTEM, &guid) < 0 || !guid_equal(&guid, &variables_file_system))
                return 0;
        return bytes_u64(header, VOLUME_LENGTH);
}

static bool is_writable(const struct volume_block *volume) {
        UINT32 attributes = 0;

        return EFI_ERROR(volume->get_attributes(volume, &attributes)) || (attributes & VOLUME_WRITE_STATUS);
}

/* One that can be written, if there is one: the core makes volumes of what it found in flash, too. */
static const struct volume_block *find_volume(struct app *app) {
        EFI_GUID guid = VOLUME_BLOCK_PROTOCOL;
        const struct volume_block *found = NULL;
        EFI_HANDLE *handles = NULL;
        UINTN count = 0;

        if (EFI_ERROR(app->boot->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles)))
                return NULL;
        for (UINTN i = 0; i < count && i < VOLUMES_MAX; i++) {
                void *interface;

                if (!EFI_ERROR(app->boot->HandleProtocol(handles[i], &guid, &interface)) &&
                    measure_volume(interface) > 0 && (!found || is_writable(interface)))
                        found = interface;
        }
        (void) app->boot->FreePool(handles);
        return found;
}

/* Its bytes, not the copy in memory from which the services answer. */
static void read_volume(const struct volume_block *volume, struct buffer *flash) {
        uint64_t length = measure_volume(volume);

        if (length > VOLUME_BYTES_MAX || buffer_reserve(flash, (size_t) length) < 0)
                return;
        for (EFI_LBA block = 0; flash->size < length; block++) {
                UINTN size = 0, count = 0;

                if (EFI_ERROR(volume->get_block_size(volume, block, &size, &count)))
                        size = 0;
                size = size_min(size, (size_t) length - flash->size);
                if (size == 0 ||
                    EFI_ERROR(volume->read(volume, block, 0, &size, flash->data + flash->size)) ||
                    size == 0 || size > length - flash->size) {
                        flash->size = 0; /* a part tells nothing */
                        return;
                }
                flash->size += size;
        }
}

/* --- memory -------------------------------------------------------------------------------------- */

/*
 * What of the map is RAM can be cached. Of flash some firmware says that it is memory of its own, too
 * (OVMF's EfiRuntimeServicesData), but not that.
 */
static bool is_ram(const EFI_MEMORY_DESCRIPTOR *descriptor) {
        return descriptor->Type != EfiReservedMemoryType && descriptor->Type != EfiUnusableMemory &&
               descriptor->Type != EfiMemoryMappedIO && descriptor->Type != EfiMemoryMappedIOPortSpace &&
               (descriptor->Attribute & EFI_MEMORY_WB);
}

/* --- all of it ----------------------------------------------------------------------------------- */

void variable_home_look(struct app *app, struct variable_home *ret_home) {
        const struct volume_block *volume = find_volume(app);
        EFI_PHYSICAL_ADDRESS address = 0;

        *ret_home = (struct variable_home){ .known.os_cannot_write = forbids_writing(app) };
        buffer_init(&ret_home->flash, &app->allocator);
        if (!volume)
                return;
        ret_home->known.read_only = !is_writable(volume);
        ret_home->known.in_memory = !EFI_ERROR(volume->get_physical_address(volume, &address)) &&
                                    memory_map_covers(app, address, 1, is_ram);
        read_volume(volume, &ret_home->flash);
}

void variable_home_free(struct variable_home *home) {
        buffer_free(&home->flash);
}

/* The next live variable of the volume with a name like those of records, also behind damage; false behind
 * the last. */
static bool next_live(const struct variable_store *store, struct variable_store_cursor *cursor,
                      struct variable_store_entry *ret_entry, char ret_name[RECORD_NAME_SIZE]) {
        struct fault fault;
        int r;

        while ((r = variable_store_next(store, cursor, ret_entry, &fault)) != 0) {
                struct text text = text_on(ret_name, RECORD_NAME_SIZE);

                if (r > 0 && ret_entry->live && ucs2_to_utf8(ret_entry->name, &text) == 0 && !text.truncated)
                        return true;
        }
        return false;
}

int variable_home_holds(const struct variable_home *home, const char *name) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct variable_store store;
        char found[RECORD_NAME_SIZE];
        struct fault fault;

        if (variable_store_open(buffer_bytes(&home->flash), &store, &fault) < 0)
                return ERR_NOT_FOUND;
        while (next_live(&store, &cursor, &entry, found))
                if (text_equal(found, name) &&
                    guid_equal(&entry.vendor, variable_name_vendor(text_view(name))))
                        return 1;
        return 0;
}

/* How many of them are kept over a reset, as the services tell. */
static void count_kept(void *context, const struct guid *vendor, const char *name, size_t size,
                       uint32_t attributes) {
        size_t *count = context;

        (void) vendor;
        (void) name;
        (void) size;
        *count += (attributes & EFI_VARIABLE_NON_VOLATILE) != 0;
}

/* What the services say of a variable that is in the flash; true also where they say nothing of use. */
static bool is_shown(const struct variable_io *io, const struct variable_store_entry *entry, const char *name,
                     struct buffer *data) {
        uint32_t attributes;
        size_t size = entry->data.size;
        int r;

        if (buffer_reserve(data, size) < 0)
                return true;
        r = io->get(io->context, &entry->vendor, name, data->data, &size, &attributes);
        if (r == ERR_NOT_FOUND || r == ERR_BUFFER_TOO_SMALL)
                return false;
        return r < 0 || bytes_equal(bytes_of(data->data, size_min(size, data->capacity)), entry->data);
}

bool variable_home_agrees(const struct variable_home *home, struct app *app) {
        struct runtime_variables variables;
        struct variable_io io = runtime_variables_io(&variables, app);
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct variable_store store;
        char name[RECORD_NAME_SIZE];
        struct buffer data;
        struct fault fault;
        size_t held = 0, kept = 0;
        bool agrees = true;

        if (variable_store_open(buffer_bytes(&home->flash), &store, &fault) < 0)
                return true;
        buffer_init(&data, &app->allocator);
        for (; agrees && next_live(&store, &cursor, &entry, name); held++)
                agrees = is_shown(&io, &entry, name, &data);
        buffer_free(&data);
        return agrees && (variable_io_walk(&io, count_kept, &kept) < 0 || kept == held);
}

/* What the services say is so of their memory; whether a reset leaves it, the flash may tell. */
bool variable_home_keeps(struct app *app, const char *name) {
        const char *fault = NULL;
        struct variable_home home;

        variable_home_look(app, &home);
        if (home.known.in_memory)
                fault = "stored, but variables lie in memory: a reset takes it away";
        else if (variable_home_holds(&home, name) == 0)
                fault = "firmware says that it is stored, and the flash does not hold it: a reset takes it "
                        "away";
        variable_home_free(&home);
        if (fault)
                console_problem(&app->console, "efi:%s: %s", name, fault);
        return !fault;
}

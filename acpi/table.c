/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/table.h"

#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"

/* ACPI 6.5, 5.2.6 */
#define HEADER_SIGNATURE        0
#define HEADER_LENGTH           4
#define HEADER_REVISION         8
#define HEADER_CHECKSUM         9
#define HEADER_OEM_ID           10
#define HEADER_OEM_TABLE_ID     16
#define HEADER_OEM_REVISION     24
#define HEADER_CREATOR_ID       28
#define HEADER_CREATOR_REVISION 32

/* ACPI 6.5, 5.2.5.3 */
#define RSDP_CHECKED_SIZE 20 /* by the first checksum; all there is in revision 0 */
#define RSDP_REVISION     15
#define RSDP_RSDT_ADDRESS 16
#define RSDP_XSDT_ADDRESS 24
#define RSDP_SIZE         36

struct root_table {
        const char *signature; /* its four characters */
        uint64_t address;
        size_t entry_size; /* 4 in the RSDT, 8 in the XSDT */
        size_t entry_count;
};

static bool signature_equal(const char *left, const char *right) {
        return memcmp(left, right, 4) == 0;
}

int acpi_header_load(struct bytes table, struct acpi_header *ret_header) {
        struct acpi_header header;

        if (!bytes_contain(table, 0, ACPI_HEADER_SIZE))
                return ERR_TRUNCATED;
        memcpy(header.signature, table.data + HEADER_SIGNATURE, sizeof(header.signature));
        memcpy(header.oem_id, table.data + HEADER_OEM_ID, sizeof(header.oem_id));
        memcpy(header.oem_table_id, table.data + HEADER_OEM_TABLE_ID, sizeof(header.oem_table_id));
        memcpy(header.creator_id, table.data + HEADER_CREATOR_ID, sizeof(header.creator_id));
        header.length = bytes_u32(table, HEADER_LENGTH);
        header.revision = bytes_u8(table, HEADER_REVISION);
        header.checksum = bytes_u8(table, HEADER_CHECKSUM);
        header.oem_revision = bytes_u32(table, HEADER_OEM_REVISION);
        header.creator_revision = bytes_u32(table, HEADER_CREATOR_REVISION);
        *ret_header = header;
        return 0;
}

uint8_t acpi_checksum(struct bytes table) {
        uint8_t sum = 0;

        for (size_t i = 0; i < table.size; i++)
                sum = (uint8_t) (sum + table.data[i]);
        return sum;
}

static int copy_checked(const struct acpi_io *io, uint64_t address, void *destination, size_t size) {
        uint64_t end;

        if (!u64_add(address, size, &end))
                return ERR_LENGTH;
        return io->copy_from(io->context, address, destination, size);
}

/* The header of the table at `address`, with a length that can be one. */
static int read_header(const struct acpi_io *io, uint64_t address, struct acpi_header *ret_header) {
        uint8_t raw[ACPI_HEADER_SIZE];
        struct acpi_header header;
        int r = copy_checked(io, address, raw, sizeof(raw));

        if (r < 0)
                return r;
        r = acpi_header_load(bytes_of(raw, sizeof(raw)), &header);
        if (r < 0)
                return r;
        if (header.length < ACPI_HEADER_SIZE)
                return ERR_LENGTH;
        if (header.length > ACPI_TABLE_SIZE_MAX)
                return ERR_TOO_LARGE;
        *ret_header = header;
        return 0;
}

/*
 * Revision 0 ends behind the RSDT's address: its further bytes are not even read, as nobody says that they
 * are there.
 */
static int read_rsdp(const struct acpi_io *io, uint64_t address, struct root_table *ret_root) {
        uint8_t raw[RSDP_SIZE] = { 0 };
        struct bytes rsdp = bytes_of(raw, sizeof(raw));
        int r = copy_checked(io, address, raw, RSDP_CHECKED_SIZE);

        if (r < 0)
                return r;
        if (!bytes_start_with(rsdp, bytes_of("RSD PTR ", 8)))
                return ERR_SIGNATURE;
        if (acpi_checksum(bytes_first(rsdp, RSDP_CHECKED_SIZE)) != 0)
                return ERR_CHECKSUM;
        if (bytes_u8(rsdp, RSDP_REVISION) >= 2) {
                r = copy_checked(io, address, raw, sizeof(raw));
                if (r < 0)
                        return r;
                if (acpi_checksum(rsdp) != 0)
                        return ERR_CHECKSUM;
        }
        if (bytes_u64(rsdp, RSDP_XSDT_ADDRESS) != 0)
                *ret_root = (struct root_table){ "XSDT", bytes_u64(rsdp, RSDP_XSDT_ADDRESS), 8, 0 };
        else
                *ret_root = (struct root_table){ "RSDT", bytes_u32(rsdp, RSDP_RSDT_ADDRESS), 4, 0 };
        return 0;
}

static int open_root(const struct acpi_io *io, uint64_t rsdp_address, struct root_table *ret_root) {
        struct acpi_header header;
        struct root_table root;
        int r = read_rsdp(io, rsdp_address, &root);

        if (r < 0)
                return r;
        if (root.address == 0)
                return ERR_NOT_FOUND;
        r = read_header(io, root.address, &header);
        if (r < 0)
                return r;
        if (!signature_equal(header.signature, root.signature))
                return ERR_SIGNATURE;
        root.entry_count = (header.length - ACPI_HEADER_SIZE) / root.entry_size;
        if (root.entry_count > ACPI_ROOT_ENTRIES_MAX)
                return ERR_TOO_LARGE;
        *ret_root = root;
        return 0;
}

/* The address in a root table's entry; XSDT entries are not aligned to their 8 bytes. */
static int root_entry(const struct acpi_io *io, const struct root_table *root, size_t index,
                      uint64_t *ret_address) {
        uint8_t raw[8] = { 0 };
        uint64_t offset = ACPI_HEADER_SIZE + index * root->entry_size, address;
        int r;

        if (!u64_add(root->address, offset, &address))
                return ERR_LENGTH;
        r = copy_checked(io, address, raw, root->entry_size);
        if (r < 0)
                return r;
        /* An entry of the RSDT is the lower half; the upper one is still 0. */
        *ret_address = bytes_u64(bytes_of(raw, sizeof(raw)), 0);
        return 0;
}

/* The signature alone is read first: the length of a table that nobody asked for may be anything. */
static int table_has_signature(const struct acpi_io *io, uint64_t address, const char signature[4]) {
        char found[4];
        int r;

        if (address == 0)
                return false;
        r = copy_checked(io, address, found, sizeof(found));
        return r < 0 ? r : signature_equal(found, signature);
}

static int locate(const struct acpi_io *io, const struct root_table *root, const char signature[4],
                  uint64_t *ret_address) {
        for (size_t i = 0; i < root->entry_count; i++) {
                uint64_t address;
                int r = root_entry(io, root, i, &address);

                if (r < 0)
                        return r;
                r = table_has_signature(io, address, signature);
                if (r < 0)
                        return r;
                if (r) {
                        *ret_address = address;
                        return 0;
                }
        }
        return ERR_NOT_FOUND;
}

int acpi_find_table(const struct acpi_io *io, uint64_t rsdp_address, const char signature[4], void *buffer,
                    size_t capacity, size_t *ret_size) {
        struct acpi_header header;
        struct root_table root;
        uint64_t address;
        int r = open_root(io, rsdp_address, &root);

        if (r < 0)
                return r;
        r = locate(io, &root, signature, &address);
        if (r < 0)
                return r;
        r = read_header(io, address, &header);
        if (r < 0)
                return r;
        if (header.length > capacity) {
                *ret_size = header.length;
                return ERR_BUFFER_TOO_SMALL;
        }
        r = copy_checked(io, address, buffer, header.length);
        if (r < 0)
                return r;
        *ret_size = header.length;
        return 0;
}

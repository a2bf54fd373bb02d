/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/erst-image.h"
#include "base/arith.h"
#include "base/error.h"
#include "pstore/cper.h"

/* QEMU docs/specs/acpi_erst.rst, "Storage File Format" */
enum {
        HEADER_MAGIC = 0x00,
        HEADER_RECORD_SIZE = 0x08,
        HEADER_STORAGE_OFFSET = 0x0c,
        HEADER_VERSION = 0x10,
        HEADER_RESERVED = 0x12,
        HEADER_RECORD_COUNT = 0x14,
        HEADER_MAP = 0x18,
};

#define MAGIC           0x524f545354535245u /* "ERSTSTOR" */
#define VERSION_1_0     0x0100
#define RECORD_SIZE_MIN 4096
#define MAP_ENTRY_SIZE  8

/* UEFI 2.10, N.2.1: the two fields of a record that the device itself reads */
#define RECORD_LENGTH_OFFSET 20
#define RECORD_ID_OFFSET     96

/* The conditions of QEMU's own check of the file, and that the map lies before the first slot. */
static int header_check(const struct erst_image *image, struct fault *ret_fault) {
        struct bytes file = image->image;
        uint32_t record_size = bytes_u32(file, HEADER_RECORD_SIZE);
        uint32_t storage_offset = bytes_u32(file, HEADER_STORAGE_OFFSET);

        if (bytes_u64(file, HEADER_MAGIC) != MAGIC)
                return fault_at(ret_fault, ERR_SIGNATURE, HEADER_MAGIC, "magic", "is not \"ERSTSTOR\"");
        if (record_size < RECORD_SIZE_MIN || (record_size & (record_size - 1)) != 0)
                return fault_at(ret_fault, ERR_VALUE, HEADER_RECORD_SIZE, "record_size",
                                "is not a power of two from 4096 on");
        if (file.size % record_size != 0)
                return fault_at(ret_fault, ERR_LENGTH, HEADER_RECORD_SIZE, "record_size",
                                "does not divide the size of the file");
        if (bytes_u16(file, HEADER_VERSION) != VERSION_1_0)
                return fault_at(ret_fault, ERR_VALUE, HEADER_VERSION, "version", "is not 0x0100");
        if (bytes_u16(file, HEADER_RESERVED) != 0)
                return fault_at(ret_fault, ERR_VALUE, HEADER_RESERVED, "reserved", "is not 0");
        if (storage_offset % record_size != 0)
                return fault_at(ret_fault, ERR_VALUE, HEADER_STORAGE_OFFSET, "storage_offset",
                                "is not a multiple of record_size");
        if (storage_offset > file.size)
                return fault_at(ret_fault, ERR_LENGTH, HEADER_STORAGE_OFFSET, "storage_offset",
                                "lies behind the end of the file");
        if (storage_offset < HEADER_MAP + file.size / record_size * MAP_ENTRY_SIZE)
                return fault_at(ret_fault, ERR_LENGTH, HEADER_STORAGE_OFFSET, "storage_offset",
                                "lies inside of the map");
        return 0;
}

int erst_image_open(struct bytes image, struct erst_image *ret_image, struct fault *ret_fault) {
        struct erst_image opened = { .image = image };
        int r;

        if (image.size < HEADER_MAP)
                return fault_at(ret_fault, ERR_TRUNCATED, image.size, "header", "ends too early");
        /* QEMU formats a file whose magic is zero; one with anything behind it is more likely damaged. */
        if (!bytes_are_all(image, 0)) {
                r = header_check(&opened, ret_fault);
                if (r < 0)
                        return r;
                opened.formatted = true;
                opened.record_size = bytes_u32(image, HEADER_RECORD_SIZE);
                opened.first_slot = bytes_u32(image, HEADER_STORAGE_OFFSET) / opened.record_size;
                opened.slot_end = image.size / opened.record_size;
                opened.stored_count = bytes_u32(image, HEADER_RECORD_COUNT);
        }
        *ret_image = opened;
        return 0;
}

size_t erst_image_capacity(const struct erst_image *image) {
        return image->slot_end - image->first_slot;
}

static uint64_t map_id(const struct erst_image *image, size_t slot) {
        return bytes_u64(image->image, HEADER_MAP + slot * MAP_ENTRY_SIZE);
}

/* QEMU frees a slot by id 0 alone; its documentation gives all ones the same meaning. */
static bool id_names_a_record(uint64_t id) {
        return id != CPER_RECORD_ID_UNSPECIFIED && id != CPER_RECORD_ID_NONE;
}

size_t erst_image_count(const struct erst_image *image) {
        size_t count = 0;

        for (size_t slot = image->first_slot; slot < image->slot_end; slot++)
                count += id_names_a_record(map_id(image, slot));
        return count;
}

/* `whole` is all of the slot. */
static int slot_check(const struct erst_image_slot *slot, struct bytes whole, struct fault *ret_fault) {
        uint32_t length = bytes_u32(whole, RECORD_LENGTH_OFFSET);

        if (length < CPER_HEADER_SIZE)
                return fault_at(ret_fault, ERR_LENGTH, slot->offset + RECORD_LENGTH_OFFSET, "record_length",
                                "is less than a record's header");
        if (length > whole.size)
                return fault_at(ret_fault, ERR_LENGTH, slot->offset + RECORD_LENGTH_OFFSET, "record_length",
                                "exceeds the slot");
        if (bytes_u64(whole, RECORD_ID_OFFSET) != slot->id)
                return fault_at(ret_fault, ERR_VALUE, slot->offset + RECORD_ID_OFFSET, "record_id",
                                "is not the id in the map");
        return 0;
}

static struct erst_image_slot slot_read(const struct erst_image *image, size_t number) {
        struct erst_image_slot slot = {
                .number = number,
                .offset = number * image->record_size,
                .id = map_id(image, number),
        };
        struct bytes whole = bytes_first(bytes_from(image->image, slot.offset), image->record_size);

        slot.error = slot_check(&slot, whole, &slot.fault);
        slot.record = slot.error < 0 ? whole : bytes_first(whole, bytes_u32(whole, RECORD_LENGTH_OFFSET));
        return slot;
}

bool erst_image_next(const struct erst_image *image, size_t *cursor, struct erst_image_slot *ret_slot) {
        size_t number = *cursor > image->first_slot ? *cursor : image->first_slot;

        while (number < image->slot_end && !id_names_a_record(map_id(image, number)))
                number++;
        if (number >= image->slot_end) {
                *cursor = image->slot_end;
                return false;
        }
        *ret_slot = slot_read(image, number);
        *cursor = number + 1;
        return true;
}

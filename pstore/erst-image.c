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
#define MAP_FREE        0
#define RECORD_MAGIC    0x52455043u /* "CPER" */

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

/* How much of [start, end) lies before the holes at its end. */
static size_t held_size(const struct erst_image *image, size_t start, size_t end) {
        size_t at = start, held = start, data;

        if (!image->extents)
                return end - start;
        while (at < end) {
                image->extents->next(image->extents->context, at, &data, &at);
                if (data < end)
                        held = size_min(at, end);
        }
        return held - start;
}

static bool is_all_zeros(const struct erst_image *image) {
        struct bytes file = image->image;
        size_t at = 0, data;

        if (!image->extents)
                return bytes_are_all(file, 0);
        while (at < file.size) {
                image->extents->next(image->extents->context, at, &data, &at);
                if (!bytes_are_all(bytes_from(bytes_first(file, at), data), 0))
                        return false;
        }
        return true;
}

int erst_image_open(struct bytes image, const struct image_extents *extents, struct erst_image *ret_image,
                    struct fault *ret_fault) {
        struct erst_image opened = { .image = image, .extents = extents };
        int r;

        if (image.size < HEADER_MAP)
                return fault_at(ret_fault, ERR_TRUNCATED, image.size, "header", "ends too early");
        /* QEMU formats a file whose magic is zero; one with anything behind it is more likely damaged. */
        if (!is_all_zeros(&opened)) {
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

/* `whole` is all of the slot, of which the file holds the first `held` bytes. */
static int slot_check(const struct erst_image_slot *slot, struct bytes whole, size_t held,
                      struct fault *ret_fault) {
        uint32_t length = bytes_u32(whole, RECORD_LENGTH_OFFSET);
        size_t at = slot->offset + RECORD_LENGTH_OFFSET;

        if (length < CPER_HEADER_SIZE)
                return fault_at(ret_fault, ERR_LENGTH, at, "record_length", "is less than a record's header");
        if (length > whole.size)
                return fault_at(ret_fault, ERR_LENGTH, at, "record_length", "exceeds the slot");
        if (length > ERST_IMAGE_RECORD_MAX)
                return fault_at(ret_fault, ERR_TOO_LARGE, at, "record_length", "is more than firmware takes");
        if (bytes_u64(whole, RECORD_ID_OFFSET) != slot->id)
                return fault_at(ret_fault, ERR_VALUE, slot->offset + RECORD_ID_OFFSET, "record_id",
                                "is not the id in the map");
        if (length > held)
                return fault_at(ret_fault, ERR_TRUNCATED, at, "record_length",
                                "reaches into a hole of the file");
        return 0;
}

static struct bytes slot_bytes(const struct erst_image *image, size_t number) {
        return bytes_first(bytes_from(image->image, number * image->record_size), image->record_size);
}

/* Without what the rest of the slot is filled up with. */
static size_t unpadded_size(struct bytes bytes) {
        size_t size = bytes.size;
        uint8_t padding_byte = bytes_u8(bytes, size - 1);

        if (padding_byte != 0 && padding_byte != 0xff)
                return size;
        while (size > 0 && bytes_u8(bytes, size - 1) == padding_byte)
                size--;
        return size;
}

/* Of a malformed record: what may be worth to be saved. */
static struct bytes slot_remains(struct bytes whole, size_t held, int error) {
        struct bytes most = bytes_first(bytes_first(whole, held), ERST_IMAGE_RECORD_MAX);
        size_t size = error == ERR_TOO_LARGE ? 0 : unpadded_size(most);

        return bytes_first(whole, size > CPER_HEADER_SIZE ? size : CPER_HEADER_SIZE);
}

static struct erst_image_slot slot_read(const struct erst_image *image, size_t number, uint64_t id) {
        static const uint8_t hole[CPER_HEADER_SIZE]; /* no page of a hole is touched */
        struct erst_image_slot slot = { .number = number, .offset = number * image->record_size, .id = id };
        size_t held = held_size(image, slot.offset, slot.offset + image->record_size);
        struct bytes whole = held > 0 ? slot_bytes(image, number) : bytes_of(hole, sizeof(hole));

        slot.error = slot_check(&slot, whole, held, &slot.fault);
        slot.record = slot.error < 0 ? slot_remains(whole, held, slot.error)
                                     : bytes_first(whole, bytes_u32(whole, RECORD_LENGTH_OFFSET));
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
        *ret_slot = slot_read(image, number, map_id(image, number));
        *cursor = number + 1;
        return true;
}

/* The first slot from `first` on whose entry in the map is `id`; slot_end for none. */
static size_t find_slot(const struct erst_image *image, size_t first, uint64_t id) {
        while (first < image->slot_end && map_id(image, first) != id)
                first++;
        return first;
}

bool erst_image_find(const struct erst_image *image, uint64_t id, struct erst_image_slot *ret_slot) {
        size_t number = find_slot(image, image->first_slot, id);

        if (!id_names_a_record(id) || number >= image->slot_end)
                return false;
        *ret_slot = slot_read(image, number, id);
        return true;
}

/* --- what was deleted ------------------------------------------------------------------------- */

static bool slot_was_deleted(const struct erst_image *image, size_t number) {
        return !id_names_a_record(map_id(image, number)) &&
               bytes_u32(slot_bytes(image, number), 0) == RECORD_MAGIC;
}

/* The first slot from `number` on that does not begin in a hole. */
static size_t skip_holes(const struct erst_image *image, size_t number) {
        size_t data, end;

        if (!image->extents)
                return number;
        image->extents->next(image->extents->context, number * image->record_size, &data, &end);
        return data / image->record_size + (data % image->record_size != 0);
}

bool erst_image_next_deleted(const struct erst_image *image, size_t *cursor,
                             struct erst_image_slot *ret_slot) {
        size_t number = *cursor > image->first_slot ? *cursor : image->first_slot;

        for (; number < image->slot_end; number++) {
                number = skip_holes(image, number);
                if (number >= image->slot_end || slot_was_deleted(image, number))
                        break;
        }
        if (number >= image->slot_end) {
                *cursor = image->slot_end;
                return false;
        }
        *ret_slot = slot_read(image, number, bytes_u64(slot_bytes(image, number), RECORD_ID_OFFSET));
        *cursor = number + 1;
        return true;
}

/* --- changing it: QEMU hw/acpi/erst.c, write_erst_record() and clear_erst_record() --------------- */

/* What firmware writes behind a record. */
static const uint8_t padding[4096] = { [0 ... 4095] = 0xff };

static int put_u32(const struct image_writer *writer, size_t offset, uint32_t value) {
        uint8_t bytes[4];

        store_u32(bytes, value);
        return writer->put(writer->context, offset, bytes_of(bytes, sizeof(bytes)));
}

static int put_padding(const struct image_writer *writer, size_t start, size_t end) {
        int r = 0;

        for (size_t at = start; at < end && r == 0; at += sizeof(padding))
                r = writer->put(writer->context, at,
                                bytes_first(bytes_of(padding, sizeof(padding)), end - at));
        return r;
}

int erst_image_format(size_t size, const struct image_writer *writer) {
        uint64_t map_end = HEADER_MAP + (uint64_t) (size / ERST_IMAGE_RECORD_SIZE) * MAP_ENTRY_SIZE;
        uint64_t header_slots = (map_end + ERST_IMAGE_RECORD_SIZE - 1) / ERST_IMAGE_RECORD_SIZE;
        uint64_t storage_offset = header_slots * ERST_IMAGE_RECORD_SIZE;
        uint8_t header[HEADER_MAP] = { 0 };
        int r;

        if (size % ERST_IMAGE_RECORD_SIZE != 0 || storage_offset >= size || storage_offset > UINT32_MAX)
                return ERR_LENGTH;
        store_u32(header + HEADER_MAGIC, (uint32_t) MAGIC);
        store_u32(header + HEADER_MAGIC + 4, (uint32_t) (MAGIC >> 32));
        store_u32(header + HEADER_RECORD_SIZE, ERST_IMAGE_RECORD_SIZE);
        store_u32(header + HEADER_STORAGE_OFFSET, (uint32_t) storage_offset);
        store_u16(header + HEADER_VERSION, VERSION_1_0);
        r = writer->put(writer->context, 0, bytes_of(header, sizeof(header)));
        return r < 0 ? r : writer->flush(writer->context);
}

/* QEMU looks no further for a record than this many ids of the map, of which it takes all but 0 for one. */
static uint32_t used_entries(const struct erst_image *image) {
        uint32_t count = 0;

        for (size_t slot = image->first_slot; slot < image->slot_end; slot++)
                count += map_id(image, slot) != MAP_FREE;
        return count;
}

static int put_map_entry(size_t slot, uint64_t id, const struct image_writer *writer) {
        uint8_t entry[MAP_ENTRY_SIZE];

        store_u64(entry, id);
        return writer->put(writer->context, HEADER_MAP + slot * MAP_ENTRY_SIZE,
                           bytes_of(entry, sizeof(entry)));
}

static int check_record(const struct erst_image *image, struct bytes record) {
        uint64_t id = bytes_u64(record, RECORD_ID_OFFSET);

        if (!image->formatted)
                return ERR_NOT_SUPPORTED;
        if (record.size < CPER_HEADER_SIZE || bytes_u32(record, RECORD_LENGTH_OFFSET) != record.size ||
            !id_names_a_record(id))
                return ERR_INVALID_ARGUMENT;
        if (record.size > image->record_size)
                return ERR_TOO_LARGE;
        return find_slot(image, image->first_slot, id) < image->slot_end ? ERR_EXISTS : 0;
}

/*
 * The body is complete before the map names it, and the count is never less than the entries of the map, as
 * QEMU does not find what lies behind it: both on the disk, so each is flushed before what relies on it.
 */
int erst_image_write(const struct erst_image *image, struct bytes record, const struct image_writer *writer) {
        size_t slot = find_slot(image, image->first_slot, MAP_FREE);
        size_t offset = slot * image->record_size;
        uint32_t count = used_entries(image); /* before the first put, as the image may be a mapped file */
        int r = check_record(image, record);

        if (r < 0)
                return r;
        if (slot >= image->slot_end)
                return ERR_NO_SPACE;
        r = writer->put(writer->context, offset, record);
        if (r == 0)
                r = put_padding(writer, offset + record.size, offset + image->record_size);
        if (r == 0)
                r = put_u32(writer, HEADER_RECORD_COUNT, count + 1);
        if (r == 0)
                r = writer->flush(writer->context);
        if (r == 0)
                r = put_map_entry(slot, bytes_u64(record, RECORD_ID_OFFSET), writer);
        return r < 0 ? r : writer->flush(writer->context);
}

int erst_image_clear(const struct erst_image *image, uint64_t id, const struct image_writer *writer) {
        size_t slot = find_slot(image, image->first_slot, id);
        uint32_t count = used_entries(image); /* before the first put */
        int r;

        if (!id_names_a_record(id) || slot >= image->slot_end)
                return ERR_NOT_FOUND;
        if (find_slot(image, slot + 1, id) < image->slot_end)
                return ERR_EXISTS;
        r = put_map_entry(slot, MAP_FREE, writer);
        if (r == 0)
                r = writer->flush(writer->context);
        if (r == 0)
                r = put_u32(writer, HEADER_RECORD_COUNT, count - 1);
        return r < 0 ? r : writer->flush(writer->context);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/variable-store.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"

/* UEFI PI 1.7, volume 3, 3.2.1: EFI_FIRMWARE_VOLUME_HEADER */
enum {
        VOLUME_FILE_SYSTEM = 16,
        VOLUME_LENGTH = 32,
        VOLUME_SIGNATURE = 40,
        VOLUME_HEADER_LENGTH = 48,
        VOLUME_CHECKSUM = 50,
        VOLUME_HEADER_SIZE = 56, /* without its block map */
};

/* edk2 VariableFormat.h: VARIABLE_STORE_HEADER */
enum {
        STORE_SIGNATURE = 0,
        STORE_SIZE = 16,
        STORE_FORMAT = 20,
        STORE_STATE = 21,
        STORE_HEADER_SIZE = 28,
};

/* VARIABLE_HEADER and AUTHENTICATED_VARIABLE_HEADER begin alike. */
enum {
        VARIABLE_START = 0,
        VARIABLE_STATE = 2,
        VARIABLE_ATTRIBUTES = 4,
};

struct variable_store_format {
        struct guid signature;
        uint8_t name_size, data_size, vendor; /* offsets */
        uint8_t header_size;
};

static const struct variable_store_format formats[] = {
        { /* AUTHENTICATED_VARIABLE_HEADER: OVMF and all that can do Secure Boot */
          .signature = GUID_INIT(0xaaf32c78, 0x947b, 0x439a, 0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92),
          .name_size = 36,
          .data_size = 40,
          .vendor = 44,
          .header_size = 60 },
        { /* VARIABLE_HEADER */
          .signature = GUID_INIT(0xddcf3616, 0x3275, 0x4164, 0x98, 0xb6, 0xfe, 0x85, 0x70, 0x7f, 0xfe, 0x7d),
          .name_size = 8,
          .data_size = 12,
          .vendor = 16,
          .header_size = 32 },
};

/* gEfiSystemNvDataFvGuid */
static const struct guid volume_of_variables =
        GUID_INIT(0xfff12b8d, 0x7696, 0x4c8b, 0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50);

#define VOLUME_MAGIC       0x4856465fu /* "_FVH" */
#define STORE_FORMATTED    0x5a
#define STORE_HEALTHY      0xfe
#define VARIABLE_MAGIC     0x55aa
#define VARIABLE_ALIGNMENT 4
#define ERASED_U8          0xff
#define ERASED_U32         0xffffffffu

/*
 * A power loss leaves one variable in transition, so a store has few. Behind this many a walk does not look
 * for successors any more, which keeps its work linear, and shows them all.
 */
#define TRANSITIONS_MAX 256

/* --- the volume ------------------------------------------------------------------------------- */

static uint16_t sum_words(struct bytes bytes) {
        uint16_t sum = 0;

        for (size_t at = 0; at < bytes.size; at += 2)
                sum += bytes_u16(bytes, at);
        return sum;
}

static bool is_volume_of_variables(struct bytes header) {
        struct guid file_system;

        return bytes_u32(header, VOLUME_SIGNATURE) == VOLUME_MAGIC &&
               guid_load(header, VOLUME_FILE_SYSTEM, &file_system) >= 0 &&
               guid_equal(&file_system, &volume_of_variables);
}

/* `image` from the volume's first byte on; faults are offsets from there. */
static int volume_check(struct bytes image, struct fault *ret_fault) {
        size_t header_length = bytes_u16(image, VOLUME_HEADER_LENGTH);
        uint64_t length = bytes_u64(image, VOLUME_LENGTH);

        if (image.size < VOLUME_HEADER_SIZE)
                return fault_at(ret_fault, ERR_TRUNCATED, image.size, "firmware volume header",
                                "ends too early");
        if (bytes_u32(image, VOLUME_SIGNATURE) != VOLUME_MAGIC)
                return fault_at(ret_fault, ERR_SIGNATURE, VOLUME_SIGNATURE, "Signature", "is not \"_FVH\"");
        if (!is_volume_of_variables(image))
                return fault_at(ret_fault, ERR_SIGNATURE, VOLUME_FILE_SYSTEM, "FileSystemGuid",
                                "is not the one of a volume with variables");
        if (header_length < VOLUME_HEADER_SIZE || header_length % 2 != 0 || header_length > image.size)
                return fault_at(ret_fault, ERR_LENGTH, VOLUME_HEADER_LENGTH, "HeaderLength",
                                "is not possible in this file");
        if (sum_words(bytes_first(image, header_length)) != 0)
                return fault_at(ret_fault, ERR_CHECKSUM, VOLUME_CHECKSUM, "Checksum",
                                "does not make the sum zero");
        if (length > image.size)
                return fault_at(ret_fault, ERR_TRUNCATED, VOLUME_LENGTH, "FvLength", "exceeds the file");
        if (length < header_length + STORE_HEADER_SIZE)
                return fault_at(ret_fault, ERR_LENGTH, VOLUME_LENGTH, "FvLength",
                                "has no room for variables");
        return 0;
}

static const struct variable_store_format *format_find(struct bytes header) {
        struct guid signature;

        for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
                if (guid_load(header, STORE_SIGNATURE, &signature) >= 0 &&
                    guid_equal(&signature, &formats[i].signature))
                        return &formats[i];
        return NULL;
}

/* `volume` from the store's header, which lies at `offset` of the image, to the end of the volume. */
static int store_check(struct bytes volume, size_t offset, struct fault *ret_fault) {
        uint32_t size = bytes_u32(volume, STORE_SIZE);

        if (!format_find(volume))
                return fault_at(ret_fault, ERR_SIGNATURE, offset + STORE_SIGNATURE,
                                "variable store Signature", "is not known");
        if (size < STORE_HEADER_SIZE)
                return fault_at(ret_fault, ERR_LENGTH, offset + STORE_SIZE, "variable store Size",
                                "is less than its header");
        if (size > volume.size)
                return fault_at(ret_fault, ERR_LENGTH, offset + STORE_SIZE, "variable store Size",
                                "exceeds the firmware volume");
        if (bytes_u8(volume, STORE_FORMAT) != STORE_FORMATTED)
                return fault_at(ret_fault, ERR_VALUE, offset + STORE_FORMAT, "variable store Format",
                                "is not 0x5a, formatted");
        if (bytes_u8(volume, STORE_STATE) != STORE_HEALTHY)
                return fault_at(ret_fault, ERR_VALUE, offset + STORE_STATE, "variable store State",
                                "is not 0xfe, healthy");
        return 0;
}

static size_t align(size_t offset) {
        return (offset + VARIABLE_ALIGNMENT - 1) & ~(size_t) (VARIABLE_ALIGNMENT - 1);
}

/* The volume that begins at `base` of the image. */
static int open_at(struct bytes image, size_t base, struct variable_store *ret_store,
                   struct fault *ret_fault) {
        struct bytes from_base = bytes_from(image, base), volume;
        size_t header_length, end;
        int r = volume_check(from_base, ret_fault);

        if (r < 0) {
                ret_fault->offset += base;
                return r;
        }
        header_length = bytes_u16(from_base, VOLUME_HEADER_LENGTH);
        volume = bytes_from(bytes_first(from_base, (size_t) bytes_u64(from_base, VOLUME_LENGTH)),
                            header_length);
        r = store_check(volume, base + header_length, ret_fault);
        if (r < 0)
                return r;
        end = base + header_length + bytes_u32(volume, STORE_SIZE);
        *ret_store = (struct variable_store){
                .image = image,
                .format = format_find(volume),
                .start = size_min(align(base + header_length + STORE_HEADER_SIZE), end),
                .end = end,
        };
        return 0;
}

/* The next volume with variables from `base` on; image.size for none. */
static size_t find_volume(struct bytes image, size_t base) {
        size_t limit = size_min(image.size, VARIABLE_STORE_SCAN_MAX);

        for (; base < limit; base += VARIABLE_STORE_SCAN_STEP)
                if (is_volume_of_variables(bytes_from(image, base)))
                        return base;
        return image.size;
}

int variable_store_open(struct bytes image, struct variable_store *ret_store, struct fault *ret_fault) {
        size_t base = find_volume(image, 0);
        struct fault other;
        int r;

        if (base >= image.size)
                return volume_check(image, ret_fault);
        r = open_at(image, base, ret_store, ret_fault);
        while (r < 0) {
                base = find_volume(image, base + VARIABLE_STORE_SCAN_STEP);
                if (base >= image.size)
                        return r;
                if (open_at(image, base, ret_store, &other) == 0)
                        return 0;
        }
        return 0;
}

/* --- variables -------------------------------------------------------------------------------- */

/*
 * Firmware writes a header before it marks it valid. Where power failed between, edk2 takes both sizes for
 * zero and goes on behind the header.
 */
static bool header_is_unfinished(const struct variable_store_format *format, struct bytes header) {
        return bytes_u8(header, VARIABLE_STATE) == ERASED_U8 ||
               bytes_u32(header, VARIABLE_ATTRIBUTES) == ERASED_U32 ||
               bytes_u32(header, format->name_size) == ERASED_U32 ||
               bytes_u32(header, format->data_size) == ERASED_U32;
}

/* UEFI names end in a NUL, which is counted in NameSize. */
static struct bytes name_without_nul(struct bytes name) {
        if (name.size >= 2 && bytes_u16(name, name.size - 2) == 0)
                return bytes_first(name, name.size - 2);
        return name;
}

/* `rest` is the store from `offset` on, where a variable's header lies. All but .live is filled in. */
static int entry_read(const struct variable_store_format *format, struct bytes rest, size_t offset,
                      struct variable_store_entry *ret_entry, struct fault *ret_fault) {
        bool unfinished = header_is_unfinished(format, rest);
        size_t name_size = unfinished ? 0 : bytes_u32(rest, format->name_size);
        size_t data_size = unfinished ? 0 : bytes_u32(rest, format->data_size);
        struct variable_store_entry entry = { .offset = offset };
        struct bytes body = bytes_from(rest, format->header_size);

        if (bytes_slice(body, 0, name_size, &entry.name) < 0)
                return fault_at(ret_fault, ERR_LENGTH, offset + format->name_size, "variable NameSize",
                                "reaches behind the store");
        if (bytes_slice(body, name_size, data_size, &entry.data) < 0)
                return fault_at(ret_fault, ERR_LENGTH, offset + format->data_size, "variable DataSize",
                                "reaches behind the store");
        entry.size = size_min(align(format->header_size + name_size + data_size), rest.size);
        entry.state = bytes_u8(rest, VARIABLE_STATE);
        entry.attributes = bytes_u32(rest, VARIABLE_ATTRIBUTES);
        entry.name = name_without_nul(entry.name);
        (void) guid_load(rest, format->vendor, &entry.vendor);
        *ret_entry = entry;
        return 1;
}

/* As variable_store_next(), but at any offset, and .live stays to be found out. */
static int entry_at(const struct variable_store *store, size_t offset, struct variable_store_entry *ret_entry,
                    struct fault *ret_fault) {
        struct bytes rest = bytes_from(bytes_first(store->image, store->end), offset);

        if (rest.size >= store->format->header_size && bytes_u16(rest, VARIABLE_START) == VARIABLE_MAGIC)
                return entry_read(store->format, rest, offset, ret_entry, ret_fault);
        if (bytes_are_all(rest, ERASED_U8))
                return 0;
        return fault_at(ret_fault, ERR_SIGNATURE, offset, "variable StartId",
                        "is neither a variable's nor erased flash");
}

static bool entry_has_name_of(const struct variable_store_entry *left,
                              const struct variable_store_entry *right) {
        return guid_equal(&left->vendor, &right->vendor) && bytes_equal(left->name, right->name);
}

/*
 * While a variable is replaced, the old one is in transition until the new one is complete. edk2 shows the
 * complete one wherever it lies, else the last one in transition (VariableParsing.c, FindVariableEx()).
 */
static bool entry_has_successor(const struct variable_store *store,
                                const struct variable_store_entry *entry) {
        struct variable_store_entry other;
        struct fault fault;

        for (size_t at = store->start; entry_at(store, at, &other, &fault) > 0; at += other.size) {
                bool succeeds = other.state == VARIABLE_STATE_ADDED ||
                                (other.state == VARIABLE_STATE_IN_DELETED_TRANSITION && at > entry->offset);

                if (succeeds && entry_has_name_of(&other, entry))
                        return true;
        }
        return false;
}

static bool entry_is_live(const struct variable_store *store, const struct variable_store_entry *entry,
                          unsigned *transitions) {
        if (entry->state != VARIABLE_STATE_IN_DELETED_TRANSITION)
                return entry->state == VARIABLE_STATE_ADDED;
        if (*transitions == TRANSITIONS_MAX)
                return true;
        (*transitions)++;
        return !entry_has_successor(store, entry);
}

int variable_store_next(const struct variable_store *store, struct variable_store_cursor *cursor,
                        struct variable_store_entry *ret_entry, struct fault *ret_fault) {
        struct variable_store_entry entry;
        size_t offset = cursor->offset ? cursor->offset : store->start;
        int r = entry_at(store, offset, &entry, ret_fault);

        if (r <= 0) {
                cursor->offset = store->end;
                return r;
        }
        entry.live = entry_is_live(store, &entry, &cursor->transitions);
        cursor->offset = offset + entry.size;
        *ret_entry = entry;
        return r;
}

void variable_store_measure(const struct variable_store *store, struct variable_store_space *ret_space) {
        struct variable_store_space space = { .size = store->end - store->start };
        struct variable_store_cursor cursor = { .offset = 0 };
        struct variable_store_entry entry;
        struct fault fault;
        size_t used = 0;
        int r;

        while ((r = variable_store_next(store, &cursor, &entry, &fault)) > 0) {
                used += entry.size;
                if (entry.live)
                        space.live += entry.size;
        }
        space.free = r < 0 ? 0 : space.size - used;
        space.stale = space.size - space.live - space.free;
        *ret_space = space;
}

/* --- changing it: edk2 Variable.c, UpdateVariable() ------------------------------------------- */

#define HEADER_SIZE_MAX 60

static int put_state(const struct variable_store_entry *entry, uint8_t state,
                     const struct image_writer *writer) {
        int r = writer->put(writer->context, entry->offset + VARIABLE_STATE, bytes_of(&state, sizeof(state)));

        return r < 0 ? r : writer->flush(writer->context);
}

/* What the authenticated header has more is the time and the count of signed variables: 0 here. */
static void fill_header(const struct variable_store_format *format, const struct variable_store_draft *draft,
                        uint8_t header[HEADER_SIZE_MAX]) {
        store_u16(header + VARIABLE_START, VARIABLE_MAGIC);
        header[VARIABLE_STATE] = ERASED_U8;
        store_u32(header + VARIABLE_ATTRIBUTES, draft->attributes);
        store_u32(header + format->name_size, (uint32_t) draft->name.size);
        store_u32(header + format->data_size, (uint32_t) draft->data.size);
        memcpy(header + format->vendor, &draft->vendor, sizeof(draft->vendor));
}

/* Where the bytes that are free begin. */
static int find_free(const struct variable_store *store, const struct variable_store_draft *draft,
                     size_t *ret_offset, struct fault *ret_fault) {
        struct variable_store_entry wanted = { .vendor = draft->vendor,
                                               .name = name_without_nul(draft->name) };
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        size_t offset = store->start;
        int r;

        while ((r = variable_store_next(store, &cursor, &entry, ret_fault)) > 0) {
                if (entry.live && entry_has_name_of(&entry, &wanted))
                        return ERR_EXISTS;
                offset = entry.offset + entry.size;
        }
        if (r == 0)
                *ret_offset = offset;
        return r;
}

static bool fits(const struct variable_store *store, size_t offset,
                 const struct variable_store_draft *draft) {
        size_t size;

        /* A size of all ones would be that of a header that is not finished. */
        return size_add(draft->name.size, draft->data.size, &size) &&
               size_add(size, store->format->header_size, &size) && draft->data.size < ERASED_U32 &&
               size <= store->end - offset;
}

/* Each step is on the disk before the next one says that it is. */
static int put_variable(const struct variable_store *store, const struct variable_store_entry *entry,
                        const struct variable_store_draft *draft, const struct image_writer *writer) {
        size_t body = entry->offset + store->format->header_size;
        uint8_t header[HEADER_SIZE_MAX] = { 0 };
        int r;

        fill_header(store->format, draft, header);
        r = writer->put(writer->context, entry->offset, bytes_of(header, store->format->header_size));
        if (r == 0)
                r = writer->flush(writer->context);
        if (r == 0)
                r = put_state(entry, VARIABLE_STATE_HEADER_VALID, writer);
        if (r == 0)
                r = writer->put(writer->context, body, draft->name);
        if (r == 0)
                r = writer->put(writer->context, body + draft->name.size, draft->data);
        if (r == 0)
                r = writer->flush(writer->context);
        return r < 0 ? r : put_state(entry, VARIABLE_STATE_ADDED, writer);
}

int variable_store_append(const struct variable_store *store, const struct variable_store_draft *draft,
                          const struct image_writer *writer, struct fault *ret_fault) {
        struct variable_store_entry entry = { 0 };
        int r;

        r = find_free(store, draft, &entry.offset, ret_fault);
        if (r < 0)
                return r;
        return fits(store, entry.offset, draft) ? put_variable(store, &entry, draft, writer) : ERR_NO_SPACE;
}

/* edk2's DeleteVariable: from either of its two states. */
static int put_deleted(const struct variable_store_entry *entry, const struct image_writer *writer) {
        return put_state(entry, entry->state & (uint8_t) ~VARIABLE_STATE_BIT_NOT_DELETED, writer);
}

/* The one live variable of that name. */
static int find_live(const struct variable_store *store, const struct variable_store_entry *wanted,
                     struct variable_store_entry *ret_found) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct fault fault;
        bool found = false;

        while (variable_store_next(store, &cursor, &entry, &fault) > 0) {
                if (!entry.live || !entry_has_name_of(&entry, wanted))
                        continue;
                if (found)
                        return ERR_EXISTS;
                *ret_found = entry;
                found = true;
        }
        return found ? 0 : ERR_NOT_FOUND;
}

/* Without its successor, a variable in transition would live again. */
static int delete_replaced(const struct variable_store *store, const struct variable_store_entry *live,
                           const struct image_writer *writer) {
        struct variable_store_entry entry;
        struct fault fault;
        int r = 0;

        for (size_t at = store->start; r == 0 && entry_at(store, at, &entry, &fault) > 0; at += entry.size)
                if (entry.offset != live->offset && entry.state == VARIABLE_STATE_IN_DELETED_TRANSITION &&
                    entry_has_name_of(&entry, live))
                        r = put_deleted(&entry, writer);
        return r;
}

int variable_store_delete(const struct variable_store *store, const struct guid *vendor, struct bytes name,
                          const struct image_writer *writer) {
        const struct variable_store_entry wanted = { .vendor = *vendor, .name = name };
        struct variable_store_entry live;
        int r;

        r = find_live(store, &wanted, &live);
        if (r == 0)
                r = delete_replaced(store, &live, writer);
        return r < 0 ? r : put_deleted(&live, writer);
}

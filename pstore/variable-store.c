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
#define ERASED_U16         0xffff
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

/* The store in the volume that begins at `base` of the image, whose header is right, and ends at `limit`. */
static int open_store(struct bytes image, size_t base, size_t limit, struct variable_store *ret_store,
                      struct fault *ret_fault) {
        size_t header_length = bytes_u16(bytes_from(image, base), VOLUME_HEADER_LENGTH), end;
        struct bytes volume = bytes_from(bytes_first(image, limit), base + header_length);
        int r = store_check(volume, base + header_length, ret_fault);

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

/* The volume that begins at `base` of the image. */
static int open_at(struct bytes image, size_t base, struct variable_store *ret_store,
                   struct fault *ret_fault) {
        struct bytes from_base = bytes_from(image, base);
        int r = volume_check(from_base, ret_fault);

        if (r < 0) {
                ret_fault->offset += base;
                return r;
        }
        return open_store(image, base, base + (size_t) bytes_u64(from_base, VOLUME_LENGTH), ret_store,
                          ret_fault);
}

/* Where the volume that begins at `base` ends, as its header says, in steps; the next step when it cannot. */
static size_t behind_volume(struct bytes image, size_t base) {
        struct bytes from_base = bytes_from(image, base);
        uint64_t length = bytes_u64(from_base, VOLUME_LENGTH), step = VARIABLE_STORE_SCAN_STEP;

        if (length == 0 || length > from_base.size)
                length = 1;
        return base + (size_t) ((length + step - 1) / step * step);
}

/* Of whatever content. */
static bool is_volume(struct bytes header) {
        size_t header_length = bytes_u16(header, VOLUME_HEADER_LENGTH);

        return bytes_u32(header, VOLUME_SIGNATURE) == VOLUME_MAGIC && header_length >= VOLUME_HEADER_SIZE &&
               header_length % 2 == 0 && header_length <= header.size &&
               sum_words(bytes_first(header, header_length)) == 0;
}

/* What lies behind a store in its volume begins at a block of flash. */
#define BLOCK_SIZE 4096

/*
 * gEdkiiWorkingBlockSignatureGuid, with which the working block begins that lies between a store and the
 * spare block; before 2014 that was the GUID of the volume.
 */
static const struct guid working_block =
        GUID_INIT(0x9e58292b, 0x7c68, 0x497d, 0xa0, 0xce, 0x65, 0x00, 0xfd, 0x9f, 0x1b, 0x95);

static bool is_working_block(struct bytes block) {
        struct guid signature;

        return guid_load(block, 0, &signature) >= 0 &&
               (guid_equal(&signature, &working_block) || guid_equal(&signature, &volume_of_variables));
}

/* A copy in the spare block, which is of any age: what lies before is the working block. */
static bool is_spare(struct bytes image, size_t base) {
        for (size_t back = BLOCK_SIZE; back <= base && back <= VARIABLE_STORE_SCAN_STEP; back += BLOCK_SIZE)
                if (is_working_block(bytes_from(image, base - back)))
                        return true;
        return false;
}

/* The next volume with variables from `base` on, and in no other volume; image.size for none. */
static size_t find_volume(struct bytes image, size_t base) {
        size_t limit = size_min(image.size, VARIABLE_STORE_SCAN_MAX);

        while (base < limit && (!is_volume_of_variables(bytes_from(image, base)) || is_spare(image, base)))
                base = is_volume(bytes_from(image, base)) ? behind_volume(image, base)
                                                          : base + VARIABLE_STORE_SCAN_STEP;
        return base < limit ? base : image.size;
}

int variable_store_open(struct bytes image, struct variable_store *ret_store, struct fault *ret_fault) {
        size_t base = find_volume(image, 0);

        return base < image.size ? open_at(image, base, ret_store, ret_fault)
                                 : volume_check(image, ret_fault);
}

/* --- the spare block -------------------------------------------------------------------------- */

/*
 * edk2 FaultTolerantWrite.h: behind the working block's header a queue, of what is written at once; each
 * entry has a record for each write. Whatever was done is a bit that was cleared.
 */
enum {
        WORKING_HEADER_SIZE = 32,
        WRITE_COUNT = 24,
        WRITE_PRIVATE_SIZE = 32,
        WRITE_HEADER_SIZE = 40,
        WRITE_RECORD_SIZE = 40, /* without the private bytes */
};

#define WRITE_NOT_ALLOCATED    0x01
#define WRITE_NOT_COMPLETE     0x04
#define RECORD_SPARE_NOT_DONE  0x02
#define RECORD_TARGET_NOT_DONE 0x04

/* In the working block, where a record says that its write has to be gone on with; 0: nowhere. */
static size_t find_due_record(struct bytes working) {
        size_t at = WORKING_HEADER_SIZE;

        while (!(bytes_u8(working, at) & WRITE_NOT_ALLOCATED)) {
                uint64_t count = bytes_u64(working, at + WRITE_COUNT),
                         size = bytes_u64(working, at + WRITE_PRIVATE_SIZE);
                uint8_t record = bytes_u8(working, at + WRITE_HEADER_SIZE);

                if (bytes_u8(working, at) & WRITE_NOT_COMPLETE)
                        return !(record & RECORD_SPARE_NOT_DONE) && (record & RECORD_TARGET_NOT_DONE)
                                       ? at + WRITE_HEADER_SIZE
                                       : 0;
                if (count > working.size || size > working.size)
                        return 0;
                at += WRITE_HEADER_SIZE + (size_t) count * (WRITE_RECORD_SIZE + (size_t) size);
                if (at >= working.size)
                        return 0;
        }
        return 0;
}

/* From the working block that says so on; the image's size where none does. */
static size_t find_due_block(struct bytes image, size_t *ret_record) {
        size_t limit = size_min(image.size, VARIABLE_STORE_SCAN_MAX);
        struct guid signature;

        for (size_t at = 0; at < limit; at += BLOCK_SIZE) {
                struct bytes block = bytes_first(bytes_from(image, at), BLOCK_SIZE);

                if (guid_load(block, 0, &signature) < 0 || !guid_equal(&signature, &working_block))
                        continue;
                *ret_record = find_due_record(block);
                if (*ret_record > 0)
                        return at;
        }
        return image.size;
}

int variable_store_open_spare(struct bytes image, struct variable_store *ret_store, struct fault *ret_fault) {
        size_t record, working = find_due_block(image, &record);

        for (size_t base = working + BLOCK_SIZE;
             base < image.size && base <= working + VARIABLE_STORE_SCAN_STEP; base += BLOCK_SIZE) {
                struct fault fault;

                if (!is_volume_of_variables(bytes_from(image, base)))
                        continue;
                if (!is_volume(bytes_from(image, base)) ||
                    open_store(image, base, image.size, ret_store, &fault) < 0)
                        return 0;
                (void) fault_at(ret_fault, ERR_UNFINISHED, working + record, "fault tolerant write record",
                                "is of a store that is only half written anew; read from its spare block");
                return 1;
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

/* --- behind damage ---------------------------------------------------------------------------- */

/* All that UEFI 2.10, 8.2 defines, with what it has given up. */
#define ATTRIBUTES_KNOWN 0xffu

/* The bits of a state that firmware clears behind that of a valid header. */
#define STATE_BITS                                                                                           \
        (VARIABLE_STATE_BIT_NOT_ADDED | VARIABLE_STATE_BIT_NOT_DELETED | VARIABLE_STATE_BIT_NOT_REPLACED)

/* More than any name has, in bytes. */
#define NAME_SIZE_MAX 1024

/* A name as firmware takes it: some characters, none of them for control, and the NUL. */
static bool is_plausible_name(struct bytes name) {
        if (name.size < 4 || name.size % 2 != 0 || name.size > NAME_SIZE_MAX ||
            bytes_u16(name, name.size - 2) != 0)
                return false;
        for (size_t at = 0; at < name.size - 2; at += 2)
                if (bytes_u16(name, at) < ' ' || bytes_u16(name, at) == ERASED_U16)
                        return false;
        return true;
}

/* Whether a variable may begin here, where nothing but its own bytes speaks for it. */
static bool is_plausible(const struct variable_store_format *format, struct bytes rest) {
        struct variable_store_entry entry;
        struct fault fault;
        struct bytes name;
        uint32_t attributes = bytes_u32(rest, VARIABLE_ATTRIBUTES);

        if (rest.size < format->header_size || bytes_u16(rest, VARIABLE_START) != VARIABLE_MAGIC ||
            header_is_unfinished(format, rest) || attributes == 0 || (attributes & ~ATTRIBUTES_KNOWN) != 0 ||
            (bytes_u8(rest, VARIABLE_STATE) | STATE_BITS) != VARIABLE_STATE_HEADER_VALID)
                return false;
        if (entry_read(format, rest, 0, &entry, &fault) < 0 ||
            bytes_slice(rest, format->header_size, bytes_u32(rest, format->name_size), &name) < 0)
                return false;
        return is_plausible_name(name);
}

/* The first place from `offset` on, and before `end`, at which a variable may begin; `end` for none. */
static size_t find_plausible(const struct variable_store *store, size_t offset, size_t end) {
        struct bytes variables = bytes_first(store->image, store->end);

        for (offset = align(offset); offset < end; offset += VARIABLE_ALIGNMENT)
                if (is_plausible(store->format, bytes_from(variables, offset)))
                        return offset;
        return end;
}

/* True when what lies at `offset` may follow a variable; which of it is erased is looked at in its turn. */
static bool is_boundary(const struct variable_store *store, size_t offset, bool *ret_erased) {
        struct bytes rest = bytes_from(bytes_first(store->image, store->end), offset);

        *ret_erased = bytes_are_all(bytes_first(rest, store->format->header_size), ERASED_U8);
        return *ret_erased || bytes_u16(rest, VARIABLE_START) == VARIABLE_MAGIC;
}

/*
 * Where inside of a variable the next one begins, when its length leads to nothing or to the erased end of
 * the flash; 0 when it is as long as it says. That what it holds looks like a variable is no proof by itself.
 */
static size_t find_inner(const struct variable_store *store, const struct variable_store_entry *entry) {
        size_t end = entry->offset + entry->size, inner;
        bool erased;

        if (is_boundary(store, end, &erased) && !erased)
                return 0;
        inner = find_plausible(store, entry->offset + VARIABLE_ALIGNMENT, end);
        return inner < end ? inner : 0;
}

/* What the variable at cursor->offset has before cursor->cut. */
static void entry_cut(const struct variable_store *store, const struct variable_store_cursor *cursor,
                      struct variable_store_entry *ret_entry) {
        struct bytes rest = bytes_from(bytes_first(store->image, cursor->cut), cursor->offset);
        size_t name_size = bytes_u32(rest, store->format->name_size);

        *ret_entry = (struct variable_store_entry){
                .offset = cursor->offset,
                .size = rest.size,
                .state = bytes_u8(rest, VARIABLE_STATE),
                .attributes = bytes_u32(rest, VARIABLE_ATTRIBUTES),
                .name = name_without_nul(
                        bytes_first(bytes_from(rest, store->format->header_size), name_size)),
                .data = bytes_from(rest, store->format->header_size + name_size),
        };
        (void) guid_load(rest, store->format->vendor, &ret_entry->vendor);
}

/*
 * Moves the cursor behind damage at its place: to the next variable, or to none; the one that is there is
 * given before, cut, when it has a name. Each byte is looked at once, here and in find_inner().
 */
static void pass_damage(const struct variable_store *store, struct variable_store_cursor *cursor) {
        struct bytes rest = bytes_from(bytes_first(store->image, store->end), cursor->offset);
        size_t header_size = store->format->header_size,
               name_size = bytes_u32(rest, store->format->name_size);
        bool has_start = bytes_u16(rest, VARIABLE_START) == VARIABLE_MAGIC;
        size_t next = find_plausible(store, cursor->offset + VARIABLE_ALIGNMENT, store->end);
        struct bytes name;

        cursor->damaged = true;
        if (has_start && next < store->end && bytes_slice(rest, header_size, name_size, &name) == 0 &&
            is_plausible_name(name) && header_size + name_size <= next - cursor->offset)
                cursor->cut = next;
        else
                cursor->offset = next;
}

/* One step of a walk that says nothing of what is live. */
static int step(const struct variable_store *store, struct variable_store_cursor *cursor,
                struct variable_store_entry *ret_entry, struct fault *ret_fault) {
        int r = 1;

        if (cursor->offset == 0)
                *cursor = (struct variable_store_cursor){ .offset = store->start,
                                                          .damaged = store->damaged,
                                                          .transitions = cursor->transitions };
        if (cursor->cut > 0)
                entry_cut(store, cursor, ret_entry);
        else
                r = entry_at(store, cursor->offset, ret_entry, ret_fault);
        if (r > 0 && cursor->cut == 0 && find_inner(store, ret_entry) > 0)
                r = fault_at(ret_fault, ERR_LENGTH, cursor->offset + store->format->data_size,
                             "variable DataSize", "reaches over other variables");
        if (r < 0)
                pass_damage(store, cursor);
        if (r == 0)
                cursor->offset = store->end;
        if (r <= 0)
                return r;
        ret_entry->salvaged = cursor->damaged;
        cursor->offset = ret_entry->offset + ret_entry->size;
        cursor->cut = 0;
        return r;
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
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry other;
        struct fault fault;
        int r;

        while ((r = step(store, &cursor, &other, &fault)) != 0) {
                bool succeeds = r > 0 && (other.state == VARIABLE_STATE_ADDED ||
                                          (other.state == VARIABLE_STATE_IN_DELETED_TRANSITION &&
                                           other.offset > entry->offset));

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
        int r = step(store, cursor, &entry, ret_fault);

        if (r <= 0)
                return r;
        entry.live = entry_is_live(store, &entry, &cursor->transitions);
        *ret_entry = entry;
        return r;
}

int variable_store_check(const struct variable_store *store, struct fault *ret_fault) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        int r;

        do
                r = step(store, &cursor, &entry, ret_fault);
        while (r > 0);
        return r;
}

void variable_store_measure(const struct variable_store *store, struct variable_store_space *ret_space) {
        struct variable_store_space space = { .size = store->end - store->start };
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct fault fault;
        size_t used = 0;
        int r;

        while ((r = variable_store_next(store, &cursor, &entry, &fault)) != 0) {
                if (r < 0)
                        continue;
                used += entry.size;
                if (entry.live)
                        space.live += entry.size;
        }
        space.free = cursor.damaged ? 0 : space.size - used;
        space.stale = space.size - space.live - space.free;
        *ret_space = space;
}

/* --- what is left where the headers are damaged ------------------------------------------------- */

/* Where another thing than the store at `base` begins: the spare block has a copy of it, of any age. */
static size_t find_end(struct bytes image, size_t base) {
        size_t limit = size_min(image.size, VARIABLE_STORE_SCAN_MAX), at;

        for (at = base + BLOCK_SIZE; at < limit; at += BLOCK_SIZE) {
                struct bytes rest = bytes_from(image, at);

                if (bytes_u32(rest, VOLUME_SIGNATURE) == VOLUME_MAGIC || is_working_block(rest))
                        break;
        }
        return size_min(at, limit);
}

/* Sets the form of variables of which one is found first before `end`; where that is, or `end`. */
static size_t find_first(struct variable_store *store, size_t end) {
        const struct variable_store_format *found = formats;
        size_t first = end;

        for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
                size_t offset;

                store->format = &formats[i];
                offset = find_plausible(store, store->start, first);
                if (offset < first) {
                        first = offset;
                        found = &formats[i];
                }
        }
        store->format = found;
        return first;
}

/* A good volume behind the one at `base`, which is damaged. Inside of that there are but copies. */
static bool find_good(struct bytes image, size_t base, struct variable_store *ret_store) {
        struct fault fault;

        do
                base = find_volume(image, behind_volume(image, base));
        while (base < image.size && open_at(image, base, ret_store, &fault) < 0);
        return base < image.size;
}

/* Where the store at `base` ends, by what of the headers is good and by what lies behind. */
static size_t find_store_end(struct bytes image, size_t base) {
        struct bytes from_base = bytes_from(image, base), store;
        size_t end = find_end(image, base);
        struct fault fault;

        if (volume_check(from_base, &fault) < 0)
                return end;
        end = size_min(end, base + (size_t) bytes_u64(from_base, VOLUME_LENGTH));
        store = bytes_from(bytes_first(image, end), base + bytes_u16(from_base, VOLUME_HEADER_LENGTH));
        if (format_find(store) && bytes_u32(store, STORE_SIZE) >= STORE_HEADER_SIZE)
                end = size_min(end, end - store.size + size_min(bytes_u32(store, STORE_SIZE), store.size));
        return end;
}

int variable_store_salvage(struct bytes image, struct variable_store *ret_store) {
        struct variable_store store = { .image = image, .damaged = true };
        size_t base = find_volume(image, 0), limit;
        bool has_volume = base < image.size;

        if (has_volume && find_good(image, base, ret_store))
                return 0;
        /* Without a volume, only at the start of a file that is a store: anywhere else it may be of anything.
         */
        base = has_volume ? base : 0;
        store.end = find_store_end(image, base);
        limit = has_volume ? store.end : size_min(store.end, VARIABLE_STORE_SCAN_STEP);
        store.start = align(base + VOLUME_HEADER_SIZE + STORE_HEADER_SIZE);
        store.start = find_first(&store, limit);
        if (store.start >= limit)
                return ERR_NOT_FOUND;
        *ret_store = store;
        return 0;
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
                     struct variable_store_entry *ret_found, struct fault *ret_fault) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        bool found = false;
        int r;

        while ((r = variable_store_next(store, &cursor, &entry, ret_fault)) > 0) {
                if (!entry.live || !entry_has_name_of(&entry, wanted))
                        continue;
                if (found)
                        return ERR_EXISTS;
                *ret_found = entry;
                found = true;
        }
        return r < 0 ? r : found ? 0 : ERR_NOT_FOUND;
}

/* Without its successor, a variable in transition would live again. */
static int delete_replaced(const struct variable_store *store, const struct variable_store_entry *live,
                           const struct image_writer *writer) {
        struct variable_store_cursor cursor = { 0 };
        struct variable_store_entry entry;
        struct fault fault;
        int r = 0;

        while (r == 0 && step(store, &cursor, &entry, &fault) > 0)
                if (entry.offset != live->offset && entry.state == VARIABLE_STATE_IN_DELETED_TRANSITION &&
                    entry_has_name_of(&entry, live))
                        r = put_deleted(&entry, writer);
        return r;
}

int variable_store_delete(const struct variable_store *store, const struct guid *vendor, struct bytes name,
                          const struct image_writer *writer, struct fault *ret_fault) {
        const struct variable_store_entry wanted = { .vendor = *vendor, .name = name };
        struct variable_store_entry live;
        int r = find_live(store, &wanted, &live, ret_fault);

        if (r == 0)
                r = delete_replaced(store, &live, writer);
        return r < 0 ? r : put_deleted(&live, writer);
}

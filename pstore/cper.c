/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/cper.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/timestamp.h"

/* UEFI 2.10, N.2.1, table N.1: the record header */
enum {
        HEADER_SIGNATURE = 0,
        HEADER_REVISION = 4,
        HEADER_SIGNATURE_END = 6,
        HEADER_SECTION_COUNT = 10,
        HEADER_SEVERITY = 12,
        HEADER_VALIDATION = 16,
        HEADER_RECORD_LENGTH = 20,
        HEADER_TIMESTAMP = 24,
        HEADER_PLATFORM = 32,
        HEADER_PARTITION = 48,
        HEADER_CREATOR = 64,
        HEADER_NOTIFICATION = 80,
        HEADER_RECORD_ID = CPER_RECORD_ID_OFFSET,
        HEADER_FLAGS = 104,
        HEADER_PERSISTENCE = 108,
};

/* N.2.2, table N.2: a section descriptor */
enum {
        DESCRIPTOR_OFFSET = 0,
        DESCRIPTOR_LENGTH = 4,
        DESCRIPTOR_REVISION = 8,
        DESCRIPTOR_VALIDATION = 10,
        DESCRIPTOR_FLAGS = 12,
        DESCRIPTOR_TYPE = 16,
        DESCRIPTOR_FRU_ID = 32,
        DESCRIPTOR_SEVERITY = 48,
        DESCRIPTOR_FRU_TEXT = 52,
};

/* ACPI 6.5, 18.3.2.7.1: a Generic Error Status Block, and a Generic Error Data Entry in it */
enum {
        STATUS_RAW_OFFSET = 4,
        STATUS_RAW_LENGTH = 8,
        STATUS_DATA_LENGTH = 12,
        STATUS_SEVERITY = 16,
};
enum {
        ENTRY_TYPE = 0,
        ENTRY_SEVERITY = 16,
        ENTRY_REVISION = 20,
        ENTRY_VALIDATION = 22,
        ENTRY_FLAGS = 23,
        ENTRY_DATA_LENGTH = 24,
        ENTRY_FRU_ID = 28,
        ENTRY_FRU_TEXT = 44,
        ENTRY_TIMESTAMP = 64, /* since revision 3.0 */
};

#define ENTRY_SIZE             64
#define ENTRY_SIZE_3           72
#define ENTRY_TIMESTAMP_VALID  0x4

#define FRU_TEXT_SIZE          20
#define SECTION_FRU_ID_VALID   0x1
#define SECTION_FRU_TEXT_VALID 0x2

#define SIGNATURE_START        "CPER"
#define SIGNATURE_END          0xffffffffu
#define REVISION               0x0100
#define VALIDATION_TIMESTAMP   0x2
#define FLAG_PREVIOUS_ERROR    0x2
#define SECTION_FLAG_PRIMARY   0x1

const struct guid cper_creator_linux =
        GUID_INIT(0x75a574e3, 0x5052, 0x4b29, 0x8a, 0x8e, 0xbe, 0x2c, 0x64, 0x90, 0xb8, 0x9d);
const struct guid cper_section_dmesg =
        GUID_INIT(0xc197e04e, 0xd545, 0x4a70, 0x9c, 0x17, 0xa5, 0x54, 0x94, 0x19, 0xeb, 0x12);
const struct guid cper_section_dmesg_compressed =
        GUID_INIT(0x4f118707, 0x04dd, 0x4055, 0xb5, 0xdd, 0x95, 0x6d, 0x34, 0xdd, 0xfa, 0xc6);
const struct guid cper_section_mce =
        GUID_INIT(0xfe08ffbe, 0x95e4, 0x4be7, 0xbc, 0x73, 0x40, 0x96, 0x04, 0x4a, 0x38, 0xfc);

/* N.2.1.1: the notification type "MCE", which Linux gives its pstore records */
static const struct guid notification_mce =
        GUID_INIT(0xe8f56ffe, 0x919c, 0x4cc5, 0xba, 0x88, 0x65, 0xab, 0xe1, 0x49, 0x13, 0xbb);

static int check_header(struct bytes raw, struct fault *ret_fault) {
        uint32_t length = bytes_u32(raw, HEADER_RECORD_LENGTH);
        size_t smallest =
                CPER_HEADER_SIZE + (size_t) bytes_u16(raw, HEADER_SECTION_COUNT) * CPER_DESCRIPTOR_SIZE;

        if (raw.size < CPER_HEADER_SIZE)
                return fault_at(ret_fault, ERR_TRUNCATED, raw.size, "record header", "ends too early");
        if (!bytes_start_with(raw, bytes_of(SIGNATURE_START, 4)))
                return fault_at(ret_fault, ERR_SIGNATURE, HEADER_SIGNATURE, "signature start", "is not CPER");
        if (bytes_u32(raw, HEADER_SIGNATURE_END) != SIGNATURE_END)
                return fault_at(ret_fault, ERR_SIGNATURE, HEADER_SIGNATURE_END, "signature end",
                                "is not 0xffffffff");
        if (length > raw.size)
                return fault_at(ret_fault, ERR_LENGTH, HEADER_RECORD_LENGTH, "record length",
                                "larger than the bytes there are");
        if (length < smallest)
                return fault_at(ret_fault, ERR_LENGTH, HEADER_RECORD_LENGTH, "record length",
                                "smaller than header and section descriptors");
        return 0;
}

static int check_sections(struct bytes record, size_t section_count, struct fault *ret_fault) {
        size_t descriptors_end = CPER_HEADER_SIZE + section_count * CPER_DESCRIPTOR_SIZE;

        for (size_t at = CPER_HEADER_SIZE; at < descriptors_end; at += CPER_DESCRIPTOR_SIZE) {
                uint32_t offset = bytes_u32(record, at + DESCRIPTOR_OFFSET);
                uint32_t length = bytes_u32(record, at + DESCRIPTOR_LENGTH);

                if (offset < descriptors_end)
                        return fault_at(ret_fault, ERR_VALUE, at + DESCRIPTOR_OFFSET, "section offset",
                                        "points into the headers");
                if (!bytes_contain(record, offset, length))
                        return fault_at(ret_fault, ERR_LENGTH, at + DESCRIPTOR_LENGTH, "section length",
                                        "reaches behind the record");
        }
        return 0;
}

/* The offset was checked by the caller. */
static struct guid guid_at(struct bytes view, size_t offset) {
        struct guid guid = { 0 };

        (void) guid_load(view, offset, &guid);
        return guid;
}

static struct cper_record record_at(struct bytes record) {
        return (struct cper_record){
                .raw = record,
                .revision = bytes_u16(record, HEADER_REVISION),
                .section_count = bytes_u16(record, HEADER_SECTION_COUNT),
                .severity = bytes_u32(record, HEADER_SEVERITY),
                .validation = bytes_u32(record, HEADER_VALIDATION),
                .timestamp = bytes_u64(record, HEADER_TIMESTAMP),
                .platform = guid_at(record, HEADER_PLATFORM),
                .partition = guid_at(record, HEADER_PARTITION),
                .creator = guid_at(record, HEADER_CREATOR),
                .notification = guid_at(record, HEADER_NOTIFICATION),
                .record_id = bytes_u64(record, HEADER_RECORD_ID),
                .flags = bytes_u32(record, HEADER_FLAGS),
        };
}

int cper_parse(struct bytes raw, struct cper_record *ret_record, struct fault *ret_fault) {
        struct bytes record;
        int r;

        r = check_header(raw, ret_fault);
        if (r < 0)
                return r;
        record = bytes_first(raw, bytes_u32(raw, HEADER_RECORD_LENGTH));
        r = check_sections(record, bytes_u16(record, HEADER_SECTION_COUNT), ret_fault);
        if (r < 0)
                return r;

        *ret_record = record_at(record);
        return 0;
}

static struct bytes up_to_nul(struct bytes text) {
        size_t size = 0;

        while (size < text.size && text.data[size] != '\0')
                size++;
        return bytes_first(text, size);
}

/* All but the body. */
static struct cper_section section_at(struct bytes record, size_t descriptor) {
        uint8_t valid = bytes_u8(record, descriptor + DESCRIPTOR_VALIDATION);

        return (struct cper_section){
                .type = guid_at(record, descriptor + DESCRIPTOR_TYPE),
                .flags = bytes_u32(record, descriptor + DESCRIPTOR_FLAGS),
                .severity = bytes_u32(record, descriptor + DESCRIPTOR_SEVERITY),
                .has_fru_id = valid & SECTION_FRU_ID_VALID,
                .has_fru_text = valid & SECTION_FRU_TEXT_VALID,
                .fru_id = guid_at(record, descriptor + DESCRIPTOR_FRU_ID),
                .fru_text = up_to_nul(
                        bytes_first(bytes_from(record, descriptor + DESCRIPTOR_FRU_TEXT), FRU_TEXT_SIZE)),
        };
}

int cper_section(const struct cper_record *record, size_t index, struct cper_section *ret_section) {
        size_t descriptor = CPER_HEADER_SIZE + index * CPER_DESCRIPTOR_SIZE;
        struct bytes body;
        int r;

        if (record->is_status || index >= record->section_count)
                return ERR_INVALID_ARGUMENT;
        r = bytes_slice(record->raw, bytes_u32(record->raw, descriptor + DESCRIPTOR_OFFSET),
                        bytes_u32(record->raw, descriptor + DESCRIPTOR_LENGTH), &body);
        if (r < 0)
                return r;
        *ret_section = section_at(record->raw, descriptor);
        ret_section->body = body;
        return 0;
}

static size_t entry_size(struct bytes entry) {
        return bytes_u16(entry, ENTRY_REVISION) >> 8 >= 3 ? ENTRY_SIZE_3 : ENTRY_SIZE;
}

/* All but the body. */
static struct cper_section section_of_entry(struct bytes entry) {
        uint8_t valid = bytes_u8(entry, ENTRY_VALIDATION);

        return (struct cper_section){
                .type = guid_at(entry, ENTRY_TYPE),
                .flags = bytes_u8(entry, ENTRY_FLAGS),
                .severity = bytes_u32(entry, ENTRY_SEVERITY),
                .has_fru_id = valid & SECTION_FRU_ID_VALID,
                .has_fru_text = valid & SECTION_FRU_TEXT_VALID,
                .fru_id = guid_at(entry, ENTRY_FRU_ID),
                .fru_text = up_to_nul(bytes_first(bytes_from(entry, ENTRY_FRU_TEXT), FRU_TEXT_SIZE)),
                .has_timestamp = valid & ENTRY_TIMESTAMP_VALID && entry_size(entry) == ENTRY_SIZE_3,
                .timestamp = bytes_u64(entry, ENTRY_TIMESTAMP),
        };
}

/* The sections of a status block lie one behind the other, each with its body. */
static int section_at_entry(struct bytes data, size_t offset, struct cper_section *ret_section,
                            size_t *ret_end) {
        struct bytes entry = bytes_from(data, offset), body;
        int r;

        if (entry.size < ENTRY_SIZE || entry.size < entry_size(entry))
                return ERR_TRUNCATED;
        r = bytes_slice(entry, entry_size(entry), bytes_u32(entry, ENTRY_DATA_LENGTH), &body);
        if (r < 0)
                return r;
        *ret_section = section_of_entry(entry);
        ret_section->body = body;
        *ret_end = offset + entry_size(entry) + body.size;
        return 0;
}

static struct bytes status_data(struct bytes block) {
        return bytes_first(bytes_from(block, CPER_STATUS_SIZE), bytes_u32(block, STATUS_DATA_LENGTH));
}

bool cper_next_section(const struct cper_record *record, struct cper_cursor *cursor,
                       struct cper_section *ret_section) {
        if (record->is_status)
                return section_at_entry(status_data(record->raw), cursor->offset, ret_section,
                                        &cursor->offset) == 0;
        if (cper_section(record, cursor->index, ret_section) < 0)
                return false;
        cursor->index++;
        return true;
}

/* How long the whole is, with the raw data of which only firmware's maker knows what they say. */
static int check_status(struct bytes raw, size_t *ret_size, struct fault *ret_fault) {
        size_t data_end = CPER_STATUS_SIZE + (size_t) bytes_u32(raw, STATUS_DATA_LENGTH);
        size_t raw_offset = bytes_u32(raw, STATUS_RAW_OFFSET), raw_length = bytes_u32(raw, STATUS_RAW_LENGTH);

        if (raw.size < CPER_STATUS_SIZE)
                return fault_at(ret_fault, ERR_TRUNCATED, raw.size, "status block", "ends too early");
        if (data_end > raw.size)
                return fault_at(ret_fault, ERR_LENGTH, STATUS_DATA_LENGTH, "data length",
                                "larger than the bytes there are");
        if (raw_length > 0 && raw_offset < data_end)
                return fault_at(ret_fault, ERR_VALUE, STATUS_RAW_OFFSET, "raw data offset",
                                "points into the sections");
        if (raw_length > 0 && !bytes_contain(raw, raw_offset, raw_length))
                return fault_at(ret_fault, ERR_LENGTH, STATUS_RAW_LENGTH, "raw data length",
                                "larger than the bytes there are");
        *ret_size = raw_length > 0 ? raw_offset + raw_length : data_end;
        return 0;
}

int cper_parse_status(struct bytes raw, struct cper_record *ret_record, struct fault *ret_fault) {
        struct cper_record record = { .is_status = true };
        struct cper_cursor cursor = { 0 };
        struct cper_section section;
        size_t size;
        int r;

        r = check_status(raw, &size, ret_fault);
        if (r < 0)
                return r;
        record.raw = bytes_first(raw, size);
        record.severity = bytes_u32(raw, STATUS_SEVERITY);
        while (cper_next_section(&record, &cursor, &section))
                record.section_count++;
        if (cursor.offset != status_data(record.raw).size)
                return fault_at(ret_fault, ERR_LENGTH, CPER_STATUS_SIZE + cursor.offset, "error data entry",
                                "reaches behind the status block");
        *ret_record = record;
        return 0;
}

/* N.2.1, "Timestamp": seconds, minutes, hours, a byte of flags, day, month, year, century; each in BCD. */
static bool time_from_bcd(uint64_t timestamp, uint64_t *ret_seconds) {
        static const unsigned places[] = { 0, 1, 2, 4, 5, 6, 7 };
        unsigned numbers[ARRAY_SIZE(places)];
        struct civil_time civil;

        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
                unsigned byte = timestamp >> 8 * places[i] & 0xff, tens = byte >> 4, ones = byte & 0xf;

                if (tens > 9 || ones > 9)
                        return false;
                numbers[i] = tens * 10 + ones;
        }
        civil = (struct civil_time){
                .year = numbers[6] * 100 + numbers[5],
                .month = numbers[4],
                .day = numbers[3],
                .hour = numbers[2],
                .minute = numbers[1],
                .second = numbers[0],
        };
        return timestamp_from_civil(&civil, ret_seconds) == 0;
}

bool cper_time(const struct cper_record *record, uint64_t *ret_seconds) {
        struct cper_cursor cursor = { 0 };
        struct cper_section section;

        if (record->is_status)
                return cper_next_section(record, &cursor, &section) && section.has_timestamp &&
                       time_from_bcd(section.timestamp, ret_seconds);
        if (!(record->validation & VALIDATION_TIMESTAMP))
                return false;
        if (!guid_equal(&record->creator, &cper_creator_linux))
                return time_from_bcd(record->timestamp, ret_seconds);
        *ret_seconds = record->timestamp;
        return true;
}

/*
 * Cut within its only section, which starts where Linux puts it: with the length that is there instead of the
 * one that was, all else that makes a record is checked as ever.
 */
bool cper_salvage(struct bytes raw, struct cper_record *ret_record, struct cper_section *ret_section) {
        struct cper_record record;
        struct cper_section section;

        if (raw.size <= CPER_LINUX_PAYLOAD_OFFSET || !bytes_start_with(raw, bytes_of(SIGNATURE_START, 4)) ||
            bytes_u32(raw, HEADER_SIGNATURE_END) != SIGNATURE_END ||
            bytes_u32(raw, HEADER_RECORD_LENGTH) <= raw.size || bytes_u16(raw, HEADER_SECTION_COUNT) != 1 ||
            bytes_u32(raw, CPER_HEADER_SIZE + DESCRIPTOR_OFFSET) != CPER_LINUX_PAYLOAD_OFFSET)
                return false;
        record = record_at(raw);
        section = section_at(raw, CPER_HEADER_SIZE);
        if (!guid_equal(&record.creator, &cper_creator_linux))
                return false;
        section.body = bytes_first(bytes_from(raw, CPER_LINUX_PAYLOAD_OFFSET),
                                   bytes_u32(raw, CPER_HEADER_SIZE + DESCRIPTOR_LENGTH));
        *ret_record = record;
        *ret_section = section;
        return true;
}

static void put_guid(uint8_t *destination, const struct guid *guid) {
        memcpy(destination, guid->bytes, GUID_SIZE);
}

int cper_build_dmesg(uint64_t record_id, uint64_t seconds, struct bytes payload, void *buffer,
                     size_t capacity, size_t *ret_size) {
        uint8_t *out = buffer, *descriptor;
        size_t size;

        if (record_id == CPER_RECORD_ID_UNSPECIFIED || record_id == CPER_RECORD_ID_NONE)
                return ERR_INVALID_ARGUMENT;
        if (!size_add(CPER_LINUX_PAYLOAD_OFFSET, payload.size, &size) || size > capacity || size > UINT32_MAX)
                return ERR_BUFFER_TOO_SMALL;

        memset(out, 0, CPER_LINUX_PAYLOAD_OFFSET);
        memcpy(out + HEADER_SIGNATURE, SIGNATURE_START, 4);
        store_u16(out + HEADER_REVISION, REVISION);
        store_u32(out + HEADER_SIGNATURE_END, SIGNATURE_END);
        store_u16(out + HEADER_SECTION_COUNT, 1);
        store_u32(out + HEADER_SEVERITY, CPER_SEVERITY_FATAL);
        store_u32(out + HEADER_VALIDATION, VALIDATION_TIMESTAMP);
        store_u32(out + HEADER_RECORD_LENGTH, (uint32_t) size);
        store_u64(out + HEADER_TIMESTAMP, seconds);
        put_guid(out + HEADER_CREATOR, &cper_creator_linux);
        put_guid(out + HEADER_NOTIFICATION, &notification_mce);
        store_u64(out + HEADER_RECORD_ID, record_id);
        store_u32(out + HEADER_FLAGS, FLAG_PREVIOUS_ERROR);
        memcpy(out + HEADER_PERSISTENCE, "ER", 2);

        descriptor = out + CPER_HEADER_SIZE;
        store_u32(descriptor + DESCRIPTOR_OFFSET, CPER_LINUX_PAYLOAD_OFFSET);
        store_u32(descriptor + DESCRIPTOR_LENGTH, (uint32_t) payload.size);
        store_u16(descriptor + DESCRIPTOR_REVISION, REVISION);
        store_u32(descriptor + DESCRIPTOR_FLAGS, SECTION_FLAG_PRIMARY);
        put_guid(descriptor + DESCRIPTOR_TYPE, &cper_section_dmesg);
        store_u32(descriptor + DESCRIPTOR_SEVERITY, CPER_SEVERITY_FATAL);

        if (payload.size > 0)
                memcpy(out + CPER_LINUX_PAYLOAD_OFFSET, payload.data, payload.size);
        *ret_size = size;
        return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/guid.h"

/*
 * Common Platform Error Records (UEFI 2.10, appendix N.2), as firmware, Windows and Linux keep them in ERST:
 * a header of 128 bytes, section descriptors of 72 bytes each, then the sections' bodies.
 */

#define CPER_HEADER_SIZE     128
#define CPER_DESCRIPTOR_SIZE 72

/* A Linux record has one section: its payload starts here. */
#define CPER_LINUX_PAYLOAD_OFFSET (CPER_HEADER_SIZE + CPER_DESCRIPTOR_SIZE)

/* Where a record's id stands in it (UEFI 2.10, N.2.1). */
#define CPER_RECORD_ID_OFFSET 96

/* Ids that name no record (ACPI 6.5, 18.5.2: unspecified and "no more"). */
#define CPER_RECORD_ID_UNSPECIFIED 0
#define CPER_RECORD_ID_NONE        UINT64_MAX

enum cper_severity {
        CPER_SEVERITY_RECOVERABLE = 0,
        CPER_SEVERITY_FATAL = 1,
        CPER_SEVERITY_CORRECTED = 2,
        CPER_SEVERITY_INFORMATIONAL = 3,
};

/* A record whose header and descriptors lie inside of it: holding one is the proof. Shares the caller's
 * memory. */
struct cper_record {
        struct bytes raw; /* exactly record_length bytes */
        uint16_t revision;
        uint32_t section_count;
        uint32_t severity;
        uint32_t validation; /* N.2.1: bit 0 platform id, 1 timestamp, 2 partition id */
        uint64_t timestamp;  /* as stored: seconds for Linux' records, BCD for all others */
        struct guid platform, partition, creator, notification;
        uint64_t record_id;
        uint32_t flags;

        /* A Generic Error Status Block has raw, severity, its count of sections, and nothing else of these.
         */
        bool is_status;
};

struct cper_section {
        struct bytes body;
        struct guid type;
        uint32_t flags;
        uint32_t severity;
        bool has_fru_id, has_fru_text;
        struct guid fru_id;    /* of the field replaceable unit */
        struct bytes fru_text; /* up to its NUL; firmware's, so anything */
        bool has_timestamp;
        uint64_t timestamp; /* of a status block's, as BCD */
};

/* Where in a record cper_next_section() goes on; all zero is its beginning. */
struct cper_cursor {
        size_t index, offset;
};

/* The creator that Linux writes, for pstore's records and x86 machine checks alike. */
extern const struct guid cper_creator_linux;

/* What Linux' sections hold (drivers/acpi/apei/erst.c, arch/x86/kernel/cpu/mce/apei.c). */
extern const struct guid cper_section_dmesg;
extern const struct guid cper_section_dmesg_compressed;
extern const struct guid cper_section_mce;

/*
 * Checks header and section descriptors. `raw` may be longer than the record, as an exchange buffer is.
 * ERR_TRUNCATED, ERR_SIGNATURE, ERR_LENGTH, ERR_VALUE with *ret_fault set; both out parameters are otherwise
 * untouched. UEFI 2.10, N.2.1 and N.2.2.
 */
int cper_parse(struct bytes raw, struct cper_record *ret_record, struct fault *ret_fault);

/* The section of a record that has descriptors at `index` < section_count; ERR_INVALID_ARGUMENT behind the
 * last, and for a status block. */
int cper_section(const struct cper_record *record, size_t index, struct cper_section *ret_section);

/* The next section; false behind the last. */
bool cper_next_section(const struct cper_record *record, struct cper_cursor *cursor,
                       struct cper_section *ret_section);

/*
 * A Generic Error Status Block (ACPI 6.5, 18.3.2.7.1), in which firmware reports by BERT: sections without a
 * record around them. `raw` may be longer; what the block takes is in ret_record->raw. Errors as of
 * cper_parse(), for what Linux refuses, too (K6.1 drivers/firmware/efi/cper.c, cper_estatus_check()).
 */
#define CPER_STATUS_SIZE 20
int cper_parse_status(struct bytes raw, struct cper_record *ret_record, struct fault *ret_fault);

/*
 * When the record was made, in seconds since 1970: Linux' own plain seconds or the specification's BCD
 * (N.2.1, "Timestamp"); false when the record does not say. A status block has the time of its first section.
 */
bool cper_time(const struct cper_record *record, uint64_t *ret_seconds);

/*
 * What is left of a record of Linux that ends before its record length says, such as a torn one: the header,
 * and the section as far as it goes. False when there is no such record. `raw` as for cper_parse().
 */
bool cper_salvage(struct bytes raw, struct cper_record *ret_record, struct cper_section *ret_section);

/*
 * Builds a record as Linux does, with one section of uncompressed dmesg text, so that the kernel's pstore
 * reads it. ERR_INVALID_ARGUMENT for an id that names no record, ERR_BUFFER_TOO_SMALL when `capacity` is
 * less than CPER_LINUX_PAYLOAD_OFFSET + payload.size.
 */
int cper_build_dmesg(uint64_t record_id, uint64_t seconds, struct bytes payload, void *buffer,
                     size_t capacity, size_t *ret_size);

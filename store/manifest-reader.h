/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"
#include "codec/sha256.h"
#include "store/source.h"

/*
 * What a manifest says that it describes (docs/schema/manifest.json, other-record.json): sizes and digests,
 * by which a copy is known again, and what its records are. Nobody has to have written it: what it says is
 * compared with what is there.
 */
struct manifest_file {
        bool known; /* size and digest were told */
        uint8_t sha256[SHA256_SIZE];
        uint64_t size;
        uint64_t offset; /* in records.bin; 0 for a file of its own */
};

/* Views are of the document, and valid as long as that is. */
struct manifest_record {
        struct manifest_file file;
        struct bytes id; /* escapes as they stand: json_unescape() */
        enum record_form form;
        enum record_type type;
        bool deleted, salvaged;
        bool is_decoded;  /* a codec is named, which gave its text */
        uint64_t seconds; /* 0 when it has no time */
        uint32_t part;    /* 0 for a record that is no part of an event */
};

struct manifest {
        const struct allocator *allocator;
        bool is_event;            /* docs/schema/manifest.json, and no other */
        enum event_reason reason; /* of the event, and its number; REASON_NONE where that is not told */
        uint32_t count;
        struct manifest_record self; /* of a record that is described alone: the file beside it */
        struct manifest_file log;    /* dmesg.txt */
        struct manifest_file stored; /* records.bin */
        struct manifest_record *records;
        size_t record_count, record_capacity;
        struct manifest_file **by_digest; /* the records whose file is known, in the order of their digests */
        size_t known_count;
};

/*
 * Reads it whole. 0, and manifest_free() is due; or, with nothing to free, ERR_TRUNCATED or ERR_VALUE for
 * what is none or was not written to its end, ERR_TOO_LARGE for one that nests too deeply, ERR_NO_MEMORY.
 */
int manifest_read(struct bytes content, const struct allocator *allocator, struct manifest *ret_manifest);
void manifest_free(struct manifest *manifest);

/*
 * The record of this digest and size, NULL for none. Of several that are equal it is any: their bytes are the
 * same.
 */
const struct manifest_file *manifest_find(const struct manifest *manifest, const uint8_t sha256[SHA256_SIZE],
                                          uint64_t size);

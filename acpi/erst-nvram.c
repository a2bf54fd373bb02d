/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/erst-nvram.h"

#include "acpi/erst.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"

#define SIGNATURE_SIZE 4
#define ALIGNMENT      8

/* The range is looked through in pieces of this size, as the seam to hardware copies to memory of ours. */
#define PIECE_SIZE 1024

static uint64_t searched_size(const struct erst_nvram *nvram) {
        return nvram->size < ERST_NVRAM_SIZE_MAX ? nvram->size : ERST_NVRAM_SIZE_MAX;
}

static int load(const struct erst_nvram *nvram, uint64_t offset, void *destination, size_t size) {
        return nvram->io->copy_from(nvram->io->context, nvram->address + offset, destination, size);
}

static int store(const struct erst_nvram *nvram, uint64_t offset, const void *source, size_t size) {
        return nvram->io->copy_to(nvram->io->context, nvram->address + offset, source, size);
}

/* The next place at or behind *offset where "CPER" stands and a header fits; 1, 0 or an error. */
static int find_signature(const struct erst_nvram *nvram, uint64_t *offset) {
        uint64_t size = searched_size(nvram), at = *offset;
        uint8_t piece[PIECE_SIZE];

        while (at < size && size - at >= ERST_CPER_HEADER_SIZE) {
                size_t length = size - at < PIECE_SIZE ? (size_t) (size - at) : PIECE_SIZE;
                int r = load(nvram, at, piece, length);

                if (r < 0)
                        return r;
                for (size_t i = 0; i + SIGNATURE_SIZE <= length; i++)
                        if (piece[i] == 'C' && memcmp(piece + i, "CPER", SIGNATURE_SIZE) == 0) {
                                *offset = at + i;
                                /* Where no header fits behind this one, none fits behind any later one. */
                                return size - *offset >= ERST_CPER_HEADER_SIZE;
                        }
                at += length - (SIGNATURE_SIZE - 1); /* a signature may lie across two pieces */
        }
        return 0;
}

/* 1 and the record when the header at `offset` is one of a record that was stored. */
static int load_record(const struct erst_nvram *nvram, uint64_t offset,
                       struct erst_nvram_record *ret_record) {
        uint8_t raw[ERST_CPER_HEADER_SIZE] = { 0 };
        struct bytes header = bytes_of(raw, sizeof(raw));
        struct erst_nvram_record record = { .offset = offset };
        int r = load(nvram, offset, raw, sizeof(raw));

        if (r < 0)
                return r;
        record.id = bytes_u64(header, ERST_CPER_RECORD_ID);
        record.length = bytes_u32(header, ERST_CPER_RECORD_LENGTH);
        record.damaged = record.length < sizeof(raw) || record.length > searched_size(nvram) - offset;
        if (memcmp(raw + ERST_CPER_PERSISTENCE, "ER", 2) != 0 || record.id == ERST_ID_UNSPECIFIED ||
            record.id == ERST_ID_NONE)
                return 0;
        *ret_record = record;
        return 1;
}

int erst_nvram_next(const struct erst_nvram *nvram, uint64_t *offset, struct erst_nvram_record *ret_record) {
        for (;;) {
                struct erst_nvram_record record;
                int r = find_signature(nvram, offset);

                if (r <= 0)
                        return r;
                r = load_record(nvram, *offset, &record);
                if (r < 0)
                        return r;
                *offset += r == 0 || record.damaged ? SIGNATURE_SIZE : record.length;
                if (r == 0)
                        continue;
                *ret_record = record;
                return 1;
        }
}

int erst_nvram_find(const struct erst_nvram *nvram, uint64_t id, uint64_t except,
                    struct erst_nvram_record *ret_record) {
        struct erst_nvram_record record;
        uint64_t offset = 0;
        int r, found = 0;

        while ((r = erst_nvram_next(nvram, &offset, &record)) > 0) {
                if (record.id != id || record.offset == except || (found && record.damaged))
                        continue;
                *ret_record = record;
                found = 1;
                if (!record.damaged)
                        return found;
        }
        return r < 0 ? r : found;
}

int erst_nvram_same(const struct erst_nvram *nvram, const struct erst_nvram_record *left,
                    const struct erst_nvram_record *right) {
        uint8_t left_piece[PIECE_SIZE], right_piece[PIECE_SIZE];

        if (left->damaged || right->damaged || left->length != right->length)
                return 0;
        for (uint64_t done = 0; done < left->length; done += PIECE_SIZE) {
                size_t length =
                        left->length - done < PIECE_SIZE ? (size_t) (left->length - done) : PIECE_SIZE;
                int r = load(nvram, left->offset + done, left_piece, length);

                if (r >= 0)
                        r = load(nvram, right->offset + done, right_piece, length);
                if (r < 0)
                        return r;
                if (memcmp(left_piece, right_piece, length) != 0)
                        return 0;
        }
        return 1;
}

static uint64_t aligned(uint64_t offset) {
        return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Room between two records: 1 and its place, 0, or an error. */
static int find_empty(const struct erst_nvram *nvram, uint64_t from, uint64_t to, uint64_t size,
                      uint64_t *ret_offset) {
        uint64_t start = aligned(from);
        uint8_t piece[PIECE_SIZE];

        for (uint64_t at = start; at < to && start < to && to - start >= size;) {
                size_t length = to - at < PIECE_SIZE ? (size_t) (to - at) : PIECE_SIZE;
                int r = load(nvram, at, piece, length);

                if (r < 0)
                        return r;
                for (size_t i = 0; i < length; i++) {
                        if (piece[i] != 0x00 && piece[i] != 0xff)
                                start = aligned(at + i + 1);
                        if (at + i + 1 >= start && at + i + 1 - start >= size) {
                                *ret_offset = start;
                                return 1;
                        }
                }
                at += length;
        }
        return 0;
}

/* What lies behind a damaged record may be the rest of it, so nothing is put there. */
int erst_nvram_find_room(const struct erst_nvram *nvram, uint64_t size, uint64_t *ret_offset) {
        uint64_t end = 0, offset = 0;
        bool damaged = false;
        int r, found;

        do {
                /* Behind the last record, the next one "begins" at the end. */
                struct erst_nvram_record record = { .offset = searched_size(nvram) };

                found = erst_nvram_next(nvram, &offset, &record);
                if (found < 0)
                        return found;
                r = damaged ? 0 : find_empty(nvram, end, record.offset, size, ret_offset);
                if (r != 0)
                        return r < 0 ? r : 0;
                damaged = record.damaged;
                end = record.offset + record.length;
        } while (found);
        return ERR_NO_SPACE;
}

int erst_nvram_store(const struct erst_nvram *nvram, uint64_t offset, struct bytes record) {
        int r = store(nvram, offset + SIGNATURE_SIZE, record.data + SIGNATURE_SIZE,
                      record.size - SIGNATURE_SIZE);

        if (r >= 0)
                r = store(nvram, offset + ERST_CPER_PERSISTENCE, "ER", 2);
        if (r >= 0)
                r = store(nvram, offset, record.data, SIGNATURE_SIZE);
        return r;
}

int erst_nvram_wipe(const struct erst_nvram *nvram, const struct erst_nvram_record *record) {
        const uint8_t zeros[PIECE_SIZE] = { 0 };
        uint64_t size = record->damaged ? SIGNATURE_SIZE : record->length;
        int r = 0;

        for (uint64_t done = 0; done < size && r >= 0; done += PIECE_SIZE) {
                size_t length = size - done < PIECE_SIZE ? (size_t) (size - done) : PIECE_SIZE;

                r = store(nvram, record->offset + done, zeros, length);
        }
        return r < 0 ? r : 0;
}

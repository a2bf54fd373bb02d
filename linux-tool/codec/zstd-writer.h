/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/sink.h"

/*
 * Compresses what is written to it (RFC 8878) into another sink, as one frame with a checksum: `zstd -t`
 * finds each flipped bit.
 */
struct zstd_writer {
        void *stream;
        const struct sink *output;
        struct sink sink; /* everything goes in through this */
};

/* 0, then zstd_writer_free() is due, or ERR_NO_MEMORY. The output outlives the writer, which must not move.
 */
int zstd_writer_init(struct zstd_writer *writer, const struct sink *output);

/* Writes what is left. 0, ERR_NO_MEMORY, or the output's error. */
int zstd_writer_end(struct zstd_writer *writer);

void zstd_writer_free(struct zstd_writer *writer);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/guid.h"
#include "base/text.h"
#include "pstore/header-line.h"

/*
 * A record, whichever store it came from: what the store says of it, what its own header says, and, once
 * somebody has decoded it, its text. It shares the memory of whoever read it.
 */

enum record_store {
        RECORD_STORE_ERST,     /* ids are "erst:" and 16 hexadecimal digits */
        RECORD_STORE_EFI,      /* ids are "efi:" and the variable's name */
        RECORD_STORE_PSTOREFS, /* of another back end, such as ramoops: "pstorefs:" and the file's name */
        RECORD_STORE_KDUMP,    /* saved by a crash kernel: "kdump:" and the directory's name */
        RECORD_STORE_BERT,     /* what firmware found at this boot: "bert:" and the how-manyth, from 1 on */
        RECORD_STORE_END,
};

/* The numbers of include/linux/pstore.h, which stand in the names of variables; the rest is ours. */
enum record_type {
        RECORD_TYPE_DMESG = 0,
        RECORD_TYPE_MCE = 1,
        RECORD_TYPE_CONSOLE = 2,
        RECORD_TYPE_FTRACE = 3,
        RECORD_TYPE_PPC_RTAS = 4,
        RECORD_TYPE_PPC_OF = 5,
        RECORD_TYPE_PPC_COMMON = 6,
        RECORD_TYPE_PMSG = 7,
        RECORD_TYPE_PPC_OPAL = 8,
        RECORD_TYPE_FOREIGN = 255, /* a CPER record that Linux did not make */
        RECORD_TYPE_UNKNOWN = 256, /* malformed, or of a type that nobody knows */
};

enum record_compression {
        RECORD_COMPRESSION_UNKNOWN,
        RECORD_COMPRESSION_NO,
        RECORD_COMPRESSION_YES,
};

/* An id without its prefix, as UTF-8. A longer variable name is not one of the kernel's. */
#define RECORD_NAME_SIZE 256
#define RECORD_ID_SIZE   (RECORD_NAME_SIZE + 16)

struct record {
        enum record_store store;
        char name[RECORD_NAME_SIZE];
        enum record_type type;
        bool deleted;  /* and still found in the flash; the name ends in '@' and where, as a live one may have
                          it */
        bool salvaged; /* found behind damage in its store, where firmware and kernel may not see it */
        struct bytes raw;     /* as stored; empty when the kernel shows only the decoded text */
        struct bytes payload; /* what of `raw` holds the log */
        enum record_compression compression;
        bool has_time;
        uint64_t seconds;          /* when this record was made, since 1970 */
        uint64_t boot;             /* ERST: the same for all records of one boot; else 0 */
        struct guid section_type;  /* of the first section, where the record is a CPER record */
        struct bytes text;         /* decoded, with its header line */
        bool decoded;              /* `text` is valid, though it may be empty */
        const char *codec;         /* what decoded it: "text", "zlib" … */
        struct header_line header; /* .reason is REASON_NONE when the text has none */
        int error;                 /* 0, or why the record cannot be read or decoded */
        struct fault fault; /* where, when the error is one of the input; .field is NULL when unknown */
};

/* Starts a record from its store and name. ERR_TOO_LARGE when the name does not fit. */
int record_init(struct record *record, enum record_store store, struct bytes name);

/*
 * Fills the record from its bytes as stored: an ERST record is a CPER record, BERT's a status block, a
 * variable's name says the rest. A malformed one gets .error and .fault and type RECORD_TYPE_UNKNOWN, and
 * .payload stays empty; but one of Linux that ends within its log keeps, beside the error, its type and in
 * .payload what there is. Returns .error.
 */
int record_parse(struct record *record, struct bytes raw);

/* For a record whose stored bytes cannot be had, only what the kernel shows of it. */
void record_describe(struct record *record, enum record_type type, uint64_t seconds);

/* True for firmware's or Windows' record in a variable HwErrRec####, and for BERT's: no kernel's pstore wrote
 * it. */
bool record_is_hardware_error(const struct record *record);

/* Takes the decoded text and reads its header line. `codec` is NULL for a description. */
void record_set_text(struct record *record, struct bytes text, const char *codec);

/* The text without its header line. */
struct bytes record_log(const struct record *record);

/* True when the text is what was stored, and no description of it (pstore/description.h). */
bool record_has_log(const struct record *record);

/* True when the text is a part of an event's log: dmesg, with a header line. */
bool record_is_part(const struct record *record);

/* "erst:65e079fe00000001" */
void record_format_id(const struct record *record, struct text *text);

/*
 * The id as the name of a file that FAT can hold: ':' becomes '-', any character but letters, digits, dots,
 * dashes and underscores "_xx" with its hexadecimal code.
 */
void record_format_file_name(const struct record *record, struct text *text);

/*
 * True when `id` names this record. The kernel's pstore does not show whether a variable's name ends in -C,
 * -D or another letter, so that ending may be left out on either side.
 */
bool record_has_id(const struct record *record, const char *id);
bool record_same_id(const struct record *left, const struct record *right);

/*
 * An order in which records that may be the same by record_same_id() lie side by side: 0 for those that are,
 * and for two whose names differ in that ending alone.
 */
int record_compare_id(const struct record *left, const struct record *right);

/* "erst", "efi", "pstorefs", "kdump", "bert" */
const char *record_store_name(enum record_store store);

/*
 * What names of events say of where the record was: "erst", "efi", or the back end in the name of a pstorefs
 * file, such as "ramoops". Shares the record's memory.
 */
struct bytes record_backend(const struct record *record);

/* Longer names of back ends, or such with other characters than letters, digits and '_', are none. */
#define RECORD_BACKEND_MAX 16

/*
 * Takes the name of a file in pstorefs apart, without its .enc.z: "<type>-<back end>-<number>"
 * (K6.1 fs/pstore/inode.c, pstore_mkfile()). 1, or 0 for a console or ftrace without a number, as older
 * kernels name them, which gets number 0; ERR_VALUE for any other name.
 */
int record_parse_file_name(struct bytes file_name, struct bytes *ret_type, struct bytes *ret_backend,
                           uint64_t *ret_number);

/* "dmesg", "mce" … as in the kernel's file names; "foreign", "unknown" */
const char *record_type_name(enum record_type type);

/* The reverse; ERR_VALUE when no type has that name. */
int record_type_find(struct bytes name);

/* The number of seconds behind an ERST id's first half: when the first record of that boot was made. */
uint64_t record_erst_boot(uint64_t erst_id);

/* The name of an ERST record is its id in 16 hexadecimal digits; ERR_VALUE for a name of any other form. */
void record_format_erst_name(uint64_t erst_id, char ret_name[RECORD_NAME_SIZE]);
int record_parse_erst_name(struct bytes name, uint64_t *ret_id);

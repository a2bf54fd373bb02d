/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/bytes.h"
#include "base/text.h"

/*
 * The fields of error sections (UEFI 2.10, N.2.4 and following) as rows: where a field lies, which validation
 * bit says that it is there, and in which form a person reads it.
 */

enum cper_form {
        CPER_DECIMAL,
        CPER_HEX,     /* with all its digits */
        CPER_YES_NO,  /* one bit */
        CPER_NAME,    /* "3: multi-bit ECC", by the field's list */
        CPER_FLAGS,   /* "0x06: precise IP, overflow", by the field's list */
        CPER_VERSION, /* minor, then major, a byte each */
        CPER_TEXT,    /* firmware's; the width is bytes, up to a NUL */
        CPER_GUID,
        CPER_DWORDS,      /* four of them */
        CPER_PCI_ADDRESS, /* N.2.7, "Device ID", from its function on */
        CPER_MEMORY_ROW,  /* N.2.5: the row, with its two upper bits where there are such */
};

/* The names of values or of bits, from 0 on, with '|' between; a value without a name has an empty one. */
enum cper_list {
        CPER_LIST_NONE,
        CPER_LIST_STATUS,
        CPER_LIST_STATUS_FLAGS,
        CPER_LIST_MEMORY,
        CPER_LIST_UNCORRECTED,
        CPER_LIST_PORT,
        CPER_LIST_AER_UNCORRECTABLE,
        CPER_LIST_AER_CORRECTABLE,
        CPER_LIST_PROCESSOR,
        CPER_LIST_ISA,
        CPER_LIST_PROCESSOR_ERROR,
        CPER_LIST_PROCESSOR_OPERATION,
        CPER_LIST_PROCESSOR_FLAGS,
        CPER_LIST_TRANSACTION,
        CPER_LIST_OPERATION,
        CPER_LIST_PARTICIPATION,
        CPER_LIST_X86_SPACE,
        CPER_LIST_X86_INTERNAL,
        CPER_LIST_X86_REGISTERS,
        CPER_LIST_ARM_ERROR,
        CPER_LIST_ARM_FLAGS,
        CPER_LIST_ARM_TLB_OPERATION,
        CPER_LIST_ARM_SPACE,
        CPER_LIST_ARM_MODE,
        CPER_LIST_ARM_REGISTERS,
        CPER_LIST_FIRMWARE,
};

#define CPER_ALWAYS 0xff /* no validation bit: the field is there */

struct cper_field {
        const char *name;
        uint16_t bit;  /* where it begins, in bits from the start of the body */
        uint8_t width; /* bits */
        uint8_t valid; /* the validation bit */
        uint8_t form;  /* enum cper_form */
        uint8_t list;  /* enum cper_list */
        bool joined;   /* on one line with the fields before it, from the last that is not */
};

/* A field that begins at a byte. */
#define CPER_AT(byte) ((byte) *8)

struct cper_layout {
        const struct cper_field *fields;
        uint8_t field_count;
        uint8_t valid_offset, valid_width; /* of the validation bits, bytes and bits */
        uint8_t size;                      /* bytes, of the smallest body that the specification knows */
};

/* A field that is not a whole inside the body is 0. */
uint64_t cper_field_value(struct bytes body, size_t bit, unsigned width);

/* True when the validation bit is set, or there is none, and the field lies in the body. */
bool cper_field_is_there(const struct cper_layout *layout, const struct cper_field *field, struct bytes body);

/* The name at `index`; false, and nothing is put, where it has none. */
bool cper_list_put(enum cper_list list, uint64_t index, struct text *text);

/* The names of all bits that are set and have one, with ", " between. */
void cper_list_put_flags(enum cper_list list, uint64_t bits, struct text *text);

/* A field as a person reads it, without its name. */
void cper_field_put_value(const struct cper_field *field, struct bytes body, struct text *text);

/* All fields that are there, in lines that begin with `indent`. */
void cper_layout_put(const struct cper_layout *layout, struct bytes body, const char *indent,
                     struct text *text);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * The Generic Address Structure, ACPI 6.5, 5.2.3.2: where a register is and how wide an access it takes.
 */
#define GAS_SIZE 12

enum gas_space {
        GAS_SPACE_MEMORY = 0,
        GAS_SPACE_IO = 1,
};

struct gas {
        uint8_t space;      /* enum gas_space, or another value that gas_check() refuses */
        uint8_t bit_width;  /* said to be the register's; machines fill it at will, so it limits nothing */
        uint8_t bit_offset; /* of the field in what an access of the register gives */
        uint8_t access;     /* access size code: 1 byte, 2 word, 3 dword, 4 qword */
        uint64_t address;
};

/* The first field that is wrong: its offset inside the structure, its name, and a phrase. Static storage. */
struct gas_fault {
        size_t offset;
        const char *field;
        const char *reason;
};

/* ERR_TRUNCATED when the 12 bytes at `offset` are not inside. Checks nothing else. */
int gas_load(struct bytes view, size_t offset, struct gas *ret_gas);

/*
 * The width of one access in bits, 8 to 64, or 0 when the access size code says nothing. A code that is too
 * small for the bit width is widened where the register is aligned for it, as Linux does: HP ProLiant's
 * SET_RECORD_OFFSET names 64 bits and word access.
 */
unsigned gas_access_bits(const struct gas *gas);

/*
 * ERR_VALUE, and the field in *ret_fault, unless ERST may use the register: memory, or I/O space up to port
 * 0xffff; an address that is not 0, a defined access size, and a bit field that fits into the access.
 */
int gas_check(const struct gas *gas, struct gas_fault *ret_fault);

/*
 * True when an access of memory runs past the end of the address space, as with a base address register that
 * was never assigned and reads all ones. gas_check() lets it through, since Linux takes such a table; nobody
 * may touch the register.
 */
bool gas_wraps(const struct gas *gas);

/* True when the address is no multiple of the access width. */
bool gas_is_unaligned(const struct gas *gas);

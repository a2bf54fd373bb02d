/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "acpi/gas.h"

#include "base/arith.h"
#include "base/error.h"

/* ACPI 6.5, 5.2.3.2 */
#define GAS_SPACE        0
#define GAS_BIT_WIDTH    1
#define GAS_BIT_OFFSET   2
#define GAS_ACCESS       3
#define GAS_ADDRESS      4

#define GAS_ACCESS_QWORD 4
#define PORT_END         0x10000

int gas_load(struct bytes view, size_t offset, struct gas *ret_gas) {
        struct bytes raw;
        int r = bytes_slice(view, offset, GAS_SIZE, &raw);

        if (r < 0)
                return r;
        *ret_gas = (struct gas){
                .space = bytes_u8(raw, GAS_SPACE),
                .bit_width = bytes_u8(raw, GAS_BIT_WIDTH),
                .bit_offset = bytes_u8(raw, GAS_BIT_OFFSET),
                .access = bytes_u8(raw, GAS_ACCESS),
                .address = bytes_u64(raw, GAS_ADDRESS),
        };
        return 0;
}

unsigned gas_access_bits(const struct gas *gas) {
        unsigned bits;

        if (gas->access == 0 || gas->access > GAS_ACCESS_QWORD)
                return 0;
        bits = 4u << gas->access;
        if ((gas->bit_width == 32 || gas->bit_width == 64) && gas->bit_offset == 0 && bits < gas->bit_width &&
            gas->address % (gas->bit_width / 8) == 0)
                return gas->bit_width;
        return bits;
}

static bool access_is_undefined(const struct gas *gas) {
        return gas_access_bits(gas) == 0;
}

static bool field_exceeds_access(const struct gas *gas) {
        return (unsigned) gas->bit_width + gas->bit_offset > gas_access_bits(gas);
}

static bool space_is_foreign(const struct gas *gas) {
        return gas->space != GAS_SPACE_MEMORY && gas->space != GAS_SPACE_IO;
}

static bool address_is_null(const struct gas *gas) {
        return gas->address == 0;
}

static bool port_is_too_high(const struct gas *gas) {
        return gas->space == GAS_SPACE_IO &&
               (gas->address >= PORT_END || gas_access_bits(gas) / 8 > PORT_END - gas->address);
}

/* In the order in which Linux looks, so that both name the same field first. */
static const struct {
        bool (*applies)(const struct gas *gas);
        struct gas_fault fault;
} gas_rules[] = {
        { address_is_null, { GAS_ADDRESS, "address", "is 0" } },
        { access_is_undefined, { GAS_ACCESS, "access size", "is none of 1 to 4" } },
        { field_exceeds_access,
          { GAS_BIT_WIDTH, "bit width", "with the bit offset is wider than an access" } },
        { space_is_foreign, { GAS_SPACE, "address space", "is neither memory nor I/O" } },
        { port_is_too_high, { GAS_ADDRESS, "address", "is behind the last I/O port" } },
};

int gas_check(const struct gas *gas, struct gas_fault *ret_fault) {
        for (size_t i = 0; i < ARRAY_SIZE(gas_rules); i++)
                if (gas_rules[i].applies(gas)) {
                        *ret_fault = gas_rules[i].fault;
                        return ERR_VALUE;
                }
        return 0;
}

bool gas_wraps(const struct gas *gas) {
        uint64_t end;

        return !u64_add(gas->address, gas_access_bits(gas) / 8, &end);
}

bool gas_is_unaligned(const struct gas *gas) {
        unsigned size = gas_access_bits(gas) / 8;

        return size > 1 && gas->address % size != 0;
}

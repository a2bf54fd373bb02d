/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* How a register of so many bits is reached. */
struct register_access {
        unsigned width_bits;
        uint64_t (*read)(uint64_t address);
        void (*write)(uint64_t address, uint64_t value);
};

/*
 * The I/O ports of the processor (ACPI 6.5, 5.2.3.2: System I/O); ends in a width of 0, which is all where a
 * processor has none. Each architecture has its own, in the directory of its name.
 */
extern const struct register_access port_accesses[];

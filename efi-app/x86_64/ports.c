/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/ports.h"

#define DEFINE_ACCESS(bits)                                                                                  \
        static uint64_t port_read_##bits(uint64_t address) {                                                 \
                uint##bits##_t value;                                                                        \
                                                                                                             \
                __asm__ volatile("in %1, %0" : "=a"(value) : "Nd"((uint16_t) address));                      \
                return value;                                                                                \
        }                                                                                                    \
                                                                                                             \
        static void port_write_##bits(uint64_t address, uint64_t value) {                                    \
                __asm__ volatile("out %0, %1" : : "a"((uint##bits##_t) value), "Nd"((uint16_t) address));    \
        }

DEFINE_ACCESS(8)
DEFINE_ACCESS(16)
DEFINE_ACCESS(32)

/* Of 64 bits there is none. */
const struct register_access port_accesses[] = {
        { 8, port_read_8, port_write_8 },
        { 16, port_read_16, port_write_16 },
        { 32, port_read_32, port_write_32 },
        { 0 },
};

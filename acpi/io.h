/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "acpi/gas.h"

/*
 * The one seam to hardware: bare metal in efi-app/, /dev/mem in linux/, a fake device in tests/. All
 * callbacks are set. Each returns 0 or more on success and a negative error, usually ERR_IO, otherwise; on
 * failure *ret_value and `destination` may hold anything.
 */
struct acpi_io {
        void *context;

        /*
         * One access of 8, 16, 32 or 64 bits. A memory register need not be aligned to its width (32 bits at
         * +1 and 64 at +7 occur on real machines): where that matters, the implementation splits the access.
         * An I/O port is at most 32 bits wide: 64 is ERR_NOT_SUPPORTED. `space` is an enum gas_space.
         */
        int (*read_register)(void *context, uint8_t space, uint64_t address, unsigned width_bits,
                             uint64_t *ret_value);
        int (*write_register)(void *context, uint8_t space, uint64_t address, unsigned width_bits,
                              uint64_t value);

        /* Physical memory to a buffer, and back. The range never wraps around the end of the address space.
         */
        int (*copy_from)(void *context, uint64_t address, void *destination, size_t size);
        int (*copy_to)(void *context, uint64_t address, const void *source, size_t size);

        /* Waits for at least so many microseconds. */
        int (*stall)(void *context, uint64_t duration_us);
};

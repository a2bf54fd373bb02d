/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "acpi/gas.h"
#include "acpi/io.h"
#include "linux/resources.h"
#include "posix/reason.h"

/*
 * Physical memory and I/O ports from a process, by /dev/mem and /dev/port, for root, and as far as the kernel
 * lets it. Whatever a table says: what the kernel calls "System RAM" is never touched.
 */
struct physical_memory {
        int memory_fd;
        int port_fd; /* negative: this kernel has no /dev/port */
        struct resources resources;
        struct reason refused; /* the last access that was refused: where and why; empty before the first */
};

/*
 * Opens them and locks /dev/mem, so that of two processes which use this only one does. `root` goes before
 * each path: "" here, a directory in tests. On failure nothing is open, and *ret_reason says why:
 *
 * ERR_NOT_SUPPORTED  the kernel has no /dev/mem, or is locked down
 * ERR_PERMISSION     this user may not
 * ERR_IN_USE         another one has it
 */
int physical_memory_open(const char *root, struct physical_memory *ret_memory, struct reason *ret_reason);
void physical_memory_close(struct physical_memory *memory);

/*
 * Whether these bytes can be had; nothing is read or written. Otherwise memory->refused is set:
 *
 * ERR_VALUE          memory of the kernel's
 * ERR_NOT_SUPPORTED  it keeps it from processes (STRICT_DEVMEM)
 * or what mmap() says
 */
int physical_memory_probe(struct physical_memory *memory, uint64_t address, size_t size);

/* The same of a register. Of a port ERR_NOT_SUPPORTED where it is wider than the 8 bits that /dev/port has.
 */
int physical_memory_probe_register(struct physical_memory *memory, const struct gas *gas);

/* Its accesses are refused as by the probes. `memory` must not move while it is in use. */
struct acpi_io physical_memory_io(struct physical_memory *memory);

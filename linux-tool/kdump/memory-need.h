/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* How much memory has to be reserved for the crash kernel, and what it is needed for. All are bytes. */

struct memory_facts {
        uint64_t kernel;             /* struct boot_image.init_size */
        uint64_t initramfs_packed;   /* as it is loaded */
        uint64_t initramfs_unpacked; /* as files: the kernel holds both at once */
        uint64_t tools_unpacked;     /* of what /init unpacks in memory: the program that reads the log */
        uint64_t ram;                /* of this machine */
        uint64_t measured;           /* that an earlier dump with this kernel took beside `kernel`; 0: none */
};

struct memory_need {
        uint64_t kernel;
        uint64_t early;     /* that the kernel takes before /init starts */
        uint64_t initramfs; /* packed and unpacked */
        uint64_t run_time;  /* of /init and the tools, or what was measured */
        uint64_t ram;       /* of bookkeeping, which grows with the machine's memory */
        uint64_t margin;
        uint64_t floor;  /* with less, the kernel does not reach /init */
        uint64_t advice; /* the sum of all, rounded up to 8 MiB: what to reserve */
};

void memory_need_compute(const struct memory_facts *facts, struct memory_need *ret_need);

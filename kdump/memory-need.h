/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* How much memory has to be reserved for the crash kernel, and what it is needed for. All are bytes. */

struct memory_facts {
        uint64_t kernel;             /* struct boot_image.init_size */
        uint64_t own;                /* struct boot_image.own_size */
        uint64_t initramfs_packed;   /* as it is loaded */
        uint64_t initramfs_unpacked; /* as files */
        uint64_t tools_unpacked;     /* what /init unpacks in memory: the program that reads the log */
        uint64_t ram;                /* of this machine */
        uint64_t measured;           /* that /init and the tools took in an earlier dump; 0: none is known */
};

/*
 * Two moments count. While the kernel starts it holds the initramfs packed and unpacked at once, and more of
 * its own than later; then /init and the tools run, beside the unpacked initramfs.
 */
struct memory_need {
        uint64_t kernel;
        uint64_t starting; /* the kernel's own beside `kernel`, and the packed initramfs */
        uint64_t unpacked; /* initramfs */
        uint64_t running;  /* the kernel's own, too, /init and the tools; measured, or estimated */
        uint64_t ram;      /* bookkeeping that grows with the machine's memory */
        uint64_t margin;   /* for what was not measured */
        uint64_t floor;    /* with less, the kernel does not reach /init, whatever the initramfs */
        uint64_t advice;   /* what to reserve: the larger moment with all else, rounded up to 8 MiB */
};

void memory_need_compute(const struct memory_facts *facts, struct memory_need *ret_need);

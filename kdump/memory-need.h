/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* How much memory has to be reserved for the crash kernel, and what it is needed for. All are bytes. */

/* What modules take while they are loaded, one after the other, beside the files of the initramfs. */
struct module_memory {
        uint64_t kept; /* more than the packed files that are gone by then */
        uint64_t most; /* so much at the worst moment */
};

/* The next one; of the first, all is zero before. */
void module_memory_add(struct module_memory *memory, uint64_t unpacked, uint64_t packed);

struct memory_facts {
        uint64_t kernel;             /* struct boot_image.init_size */
        uint64_t own;                /* struct boot_image.own_size */
        uint64_t initramfs_packed;   /* as it is loaded */
        uint64_t initramfs_unpacked; /* as files */
        uint64_t modules;            /* struct module_memory.most */
        uint64_t tools_unpacked;     /* what /init unpacks in memory: the program that reads the log */
        uint64_t ram;                /* of this machine */
        uint64_t measured;           /* that /init and the tools took in an earlier dump; 0: none is known */
};

/*
 * Three moments count. While the kernel starts it holds the initramfs packed and unpacked at once, and more
 * of its own than later. While a module is loaded, it lies there three times: as /init has unpacked it, as
 * the kernel has copied that, and as what stays of it. Then the tools run. The unpacked initramfs is there in
 * each.
 */
struct memory_need {
        uint64_t kernel;
        uint64_t starting; /* the kernel's own beside `kernel`, and the packed initramfs */
        uint64_t unpacked; /* initramfs */
        uint64_t loading;  /* modules, and what the kernel takes for itself */
        uint64_t running;  /* the kernel's own, too, /init and the tools; measured, or estimated */
        uint64_t moment;   /* the largest of the three */
        uint64_t ram;      /* bookkeeping that grows with the machine's memory */
        uint64_t margin;   /* for what was not measured */
        uint64_t floor;    /* with less, the kernel does not reach /init, whatever the initramfs */
        uint64_t advice;   /* what to reserve: the largest moment with all else, rounded up to 8 MiB */
};

void memory_need_compute(const struct memory_facts *facts, struct memory_need *ret_need);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/kdump/memory-need.h"

#define KIB ((uint64_t) 1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)

/*
 * Debian's kernels that were measured with 1 to 16 GiB of RAM (QEMU, SeaBIOS, ext4 on virtio): the least
 * memory with which /init was reached is init_size and 4.5 (cloud kernel of 6.1) to 6.4 MiB (6.1).
 */
#define EARLY (4 * MIB + 512 * KIB)

/* /init, the log's tool, and makedumpfile, whose buffers adapt to what is free; its text is page cache. */
#define RUN_TIME (2 * MIB)

/* For what was not measured: other drivers, a dirty file system, other compilers. */
#define MARGIN (2 * MIB)

/* 6.1 takes up to 4 MiB more with 4 GiB than with 1 GiB, and no more than that with 16 GiB. */
#define RAM_PER_GIB (64 * KIB)
#define RAM_MAX     (8 * MIB)

#define ROUND       (8 * MIB)

static uint64_t round_up(uint64_t value, uint64_t unit) {
        return (value + unit - 1) / unit * unit;
}

static uint64_t lesser(uint64_t a, uint64_t b) {
        return a < b ? a : b;
}

void memory_need_compute(const struct memory_facts *facts, struct memory_need *ret_need) {
        struct memory_need need = {
                .kernel = facts->kernel,
                .early = EARLY,
                .initramfs = facts->initramfs_packed + facts->initramfs_unpacked,
                .run_time = RUN_TIME + facts->tools_unpacked,
                .ram = lesser(facts->ram / GIB * RAM_PER_GIB, RAM_MAX),
                .margin = MARGIN,
        };
        uint64_t sum = need.early + need.initramfs + need.run_time + need.ram;

        /* What a dump took has all of that in it, and may be less or more than was computed. */
        if (facts->measured > 0) {
                need.run_time =
                        facts->measured > sum - need.run_time ? facts->measured - (sum - need.run_time) : 0;
                sum = need.early + need.initramfs + need.run_time + need.ram;
        }
        need.floor = need.kernel + need.early + facts->initramfs_packed;
        need.advice = round_up(need.kernel + sum + need.margin, ROUND);
        *ret_need = need;
}

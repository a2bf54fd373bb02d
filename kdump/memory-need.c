/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/memory-need.h"

#include "base/arith.h"
#include "base/units.h"

/*
 * Debian's kernels as they were measured (QEMU, SeaBIOS, ext4 on virtio): the least memory in which /init was
 * reached is init_size and 4.5 (cloud kernel of 6.1) to 6.4 MiB (6.1).
 */
#define STARTING (4 * MIB + 512 * KIB)

/* makedumpfile's buffers adapt to what is free, and its text is page cache of the disk. */
#define RUNNING (4 * MIB)

/* Other drivers, a dirty file system, other compilers. */
#define MARGIN (2 * MIB)

/* 16 GiB instead of 4 changed nothing on 6.1; what is there of it is vmcore's headers and bitmaps. */
#define RAM_PER_GIB (16 * KIB)
#define RAM_MAX     (8 * MIB)

#define ROUND       (8 * MIB)

/* Nine tenths stay: of xfs's 4.2 MB 3.8, with what sysfs shows of it (6.1). */
void module_memory_add(struct module_memory *memory, uint64_t unpacked, uint64_t packed) {
        memory->kept += unpacked - unpacked / 10;
        memory->kept -= packed < memory->kept ? packed : memory->kept;
        memory->most = u64_max(memory->most, memory->kept + 2 * unpacked);
}

static uint64_t round_up(uint64_t value, uint64_t unit) {
        return (value + unit - 1) / unit * unit;
}

void memory_need_compute(const struct memory_facts *facts, struct memory_need *ret_need) {
        struct memory_need need = {
                .kernel = facts->kernel,
                .starting = STARTING + facts->own + facts->initramfs_packed,
                .loading = facts->own + facts->modules,
                .unpacked = facts->initramfs_unpacked,
                .running = facts->own +
                           (facts->measured > 0 ? facts->measured : RUNNING + facts->tools_unpacked),
                .ram = u64_min(facts->ram / GIB * RAM_PER_GIB, RAM_MAX),
                .margin = MARGIN,
        };

        need.moment = u64_max(u64_max(need.starting, need.loading), need.running);
        need.floor = need.kernel + STARTING + facts->own;
        need.advice = round_up(need.kernel + need.moment + need.unpacked + need.ram + need.margin, ROUND);
        *ret_need = need;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/*
 * How much memory the crash kernel had, in bytes: what a smaller or larger reservation is decided by. Numbers
 * that cannot be read are 0.
 */
struct meminfo {
        const char *path; /* "/proc/meminfo" */
        uint64_t total;
        uint64_t free_at_start;
        uint64_t lowest_available; /* of all samples */
};

/* Takes the first sample. */
void meminfo_start(struct meminfo *meminfo, const char *path);
void meminfo_sample(struct meminfo *meminfo);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a crashed kernel says of itself in the notes of its ELF core, which a crash kernel shows as
 * /proc/vmcore (K6.1 fs/proc/vmcore.c; the note: kernel/crash_core.c, crash_save_vmcoreinfo()). The crashed
 * kernel wrote the note, or something that overwrote it: nothing in it is trusted.
 */

/* A core, read piece by piece: it is as large as the machine's memory. */
struct vmcore_input {
        void *context;

        /* All `size` bytes from `offset` on; ERR_TRUNCATED where the core ends before them, or ERR_IO. */
        int (*read)(void *context, uint64_t offset, void *buffer, size_t size);
};

#define VMCOREINFO_RELEASE_SIZE 65 /* include/uapi/linux/utsname.h, __NEW_UTS_LEN + 1 */

struct vmcoreinfo {
        char release[VMCOREINFO_RELEASE_SIZE]; /* "6.1.0-56-amd64"; empty: not said */
        bool has_crash_time;
        uint64_t crash_seconds; /* since 1970, by the crashed kernel's clock */
        uint64_t page_size;     /* in bytes; 0: not said */
};

/*
 * Finds the note. A value that makes no sense counts as not said; what is not printable in the release
 * becomes '?'.
 *
 * ERR_SIGNATURE    no ELF core of 64 bits, little-endian
 * ERR_LENGTH       headers that contradict themselves
 * ERR_NOT_FOUND    there is no such note
 * ERR_LOOP         more headers or notes than any machine has
 * or what read() says
 */
int vmcoreinfo_read(const struct vmcore_input *input, struct vmcoreinfo *ret_info);

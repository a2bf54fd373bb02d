/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/bzimage.h"

#include "base/error.h"

/* Linux Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header" */
#define OFFSET_SETUP_SECTORS  0x1f1
#define OFFSET_MAGIC          0x202
#define OFFSET_PROTOCOL       0x206
#define OFFSET_KERNEL_VERSION 0x20e /* u16: less 0x200, of the text that `file` shows, too */
#define OFFSET_INIT_SIZE      0x260
#define MAGIC                 0x53726448 /* "HdrS" */
#define PROTOCOL_INIT_SIZE    0x020a     /* 2.10: the first with init_size */
#define SECTOR_SIZE           512

int bzimage_parse(struct bytes file, uint64_t *ret_memory, struct bytes *ret_release,
                  struct reason *ret_reason) {
        size_t limit = ((size_t) bytes_u8(file, OFFSET_SETUP_SECTORS) + 1) * SECTOR_SIZE;
        size_t start = (size_t) bytes_u16(file, OFFSET_KERNEL_VERSION) + SECTOR_SIZE;
        uint32_t init_size = bytes_u32(file, OFFSET_INIT_SIZE);

        if (!bytes_contain(file, OFFSET_INIT_SIZE, 4))
                return reason_set(ret_reason, ERR_TRUNCATED, "shorter than a kernel's header");
        if (bytes_u32(file, OFFSET_MAGIC) != MAGIC)
                return reason_set(ret_reason, ERR_SIGNATURE, "offset 0x202: no kernel of x86 (a bzImage)");
        if (bytes_u16(file, OFFSET_PROTOCOL) < PROTOCOL_INIT_SIZE || init_size == 0)
                return reason_set(ret_reason, ERR_VALUE,
                                  "offset 0x206: boot protocol older than 2.10, which Linux 2.6.31 has");
        if (start == SECTOR_SIZE || start >= limit) /* 0 in the field stands for no text */
                return reason_set(ret_reason, ERR_VALUE, "offset 0x20e: kernel_version: no text there");
        *ret_memory = init_size;
        *ret_release = bytes_from(bytes_first(file, limit), start);
        return 0;
}

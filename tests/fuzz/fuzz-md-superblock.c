/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/fuzz/fuzz.h"

#include "base/error.h"
#include "capture/md-superblock.h"

/* The superblock of an array's member: what is taken is one of metadata 1.x, and all of it was there. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes bytes = bytes_of(data, size);
        struct md_superblock superblock;
        int r = md_superblock_parse(bytes, &superblock);

        fuzz_check(r == 0 || r == ERR_SIGNATURE);
        if (r < 0)
                return 0;
        fuzz_check(size >= MD_SUPERBLOCK_SIZE && bytes_u32(bytes, 0) == 0xa92b4efc);
        fuzz_check(superblock.clean == bytes_are_all(bytes_of(data + 208, 8), 0xff));
        return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <string.h>

#include "base/error.h"
#include "pstore/vmcoreinfo.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/vmcore-builder.h"

/* What a crashed kernel's core says of itself: bounded, printable, and untouched on failure. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bytes core = bytes_of(data, size);
        struct vmcore_input input = vmcore_input_of(&core);
        struct vmcoreinfo info = { .release = "untouched" };
        int r = vmcoreinfo_read(&input, &info);

        if (r < 0) {
                fuzz_check(strcmp(info.release, "untouched") == 0);
                fuzz_check(r == ERR_SIGNATURE || r == ERR_LENGTH || r == ERR_NOT_FOUND || r == ERR_LOOP ||
                           r == ERR_TRUNCATED);
                return 0;
        }
        fuzz_check(r == 0 && memchr(info.release, '\0', sizeof(info.release)));
        for (const char *c = info.release; *c; c++)
                fuzz_check(*c > ' ' && *c < 0x7f);
        fuzz_check(info.has_crash_time || info.crash_seconds == 0);
        return 0;
}

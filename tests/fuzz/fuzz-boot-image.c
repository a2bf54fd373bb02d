/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Kernels for a crash: the first byte says for which processor. What is found is a release that names a
 * directory, and memory that can be had.
 */
#include <string.h>

#include "base/error.h"
#include "kdump/boot-image.h"
#include "tests/fuzz/fuzz.h"

#define SIZE_MAX_OF_INPUT ((size_t) 64 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct boot_image image = { 0 };
        struct reason reason = { "" };
        int r;

        if (size == 0 || size > SIZE_MAX_OF_INPUT)
                return 0;
        r = boot_image_parse(bytes_of(data + 1, size - 1), data[0] & 1 ? "aarch64" : "x86_64", &image,
                             &reason);
        if (r < 0) {
                fuzz_check(reason.text[0] && strlen(reason.text) < sizeof(reason.text));
                fuzz_check(image.init_size == 0);
                return 0;
        }
        fuzz_check(image.init_size > 0 && image.init_size <= UINT32_MAX);
        fuzz_check(image.release[0] && !strchr(image.release, '/'));
        for (const char *c = image.release; *c; c++)
                fuzz_check(*c > ' ' && *c < 0x7f);
        return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memfd_create() */

/*
 * Any bytes as a physical volume of LVM's. The digest is that of a header that lies on it; what is refused is
 * told in one line.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "capture/pv-header.h"
#include "tests/fuzz/fuzz.h"

#define SECTOR ((size_t) 512)

/* Headers begin with a checksum, and then have this. */
static bool has_header_of(struct bytes volume, const uint8_t digest[SHA256_SIZE]) {
        uint8_t other[SHA256_SIZE];

        for (size_t i = 0; bytes_contain(volume, i, SECTOR); i++) {
                struct bytes header = bytes_first(bytes_from(volume, i), SECTOR);

                if (!bytes_start_with(bytes_from(header, 4), text_view(" LVM2 x[5A%r0N*>")))
                        continue;
                sha256_digest(header, other);
                if (bytes_equal(bytes_of(other, sizeof(other)), bytes_of(digest, SHA256_SIZE)))
                        return true;
        }
        return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        uint8_t digest[SHA256_SIZE];
        struct reason reason = { "" };
        int fd = memfd_create("volume", MFD_CLOEXEC), r;

        fuzz_check(fd >= 0 && write(fd, data, size) == (ssize_t) size);
        r = pv_header_digest(fd, digest, &reason);
        close(fd);
        fuzz_check((r == 0) == (reason.text[0] == '\0'));
        fuzz_check(r < 0 || has_header_of(bytes_of(data, size), digest));
        for (const char *c = reason.text; *c; c++)
                fuzz_check(*c >= ' ' && *c < 0x7f);
        return 0;
}

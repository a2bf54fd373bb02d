/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/sysctl.h"

#include <stddef.h>

/* The file itself, so that there is one copy of it; its path is seen from the root of the tree. */
__asm__(".pushsection .rodata\n"
        "sysctl_file_begin:\n"
        ".incbin \"services/60-pstore-fw.conf\"\n"
        "sysctl_file_end:\n"
        ".byte 0\n"
        ".popsection\n");

extern const char sysctl_file_begin[] __attribute__((visibility("hidden")));
extern const char sysctl_file_end[] __attribute__((visibility("hidden")));

struct bytes sysctl_file(void) {
        return bytes_of(sysctl_file_begin, (size_t) (sysctl_file_end - sysctl_file_begin));
}

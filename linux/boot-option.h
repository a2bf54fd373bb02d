/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "base/bytes.h"
#include "base/text.h"

/* What a variable Boot#### or SysPrep#### holds: EFI_LOAD_OPTION (UEFI 2.10, 3.1.3). */
struct boot_option {
        uint32_t attributes;
        struct bytes path;      /* the first device path of the list, and those behind it */
        struct bytes arguments; /* of the program; UCS-2 by custom */
};

#define BOOT_OPTION_ACTIVE 0x1

/* ERR_TRUNCATED. Views into `content`. */
int boot_option_parse(struct bytes content, struct boot_option *ret_option);

/* Puts the file that is started, "\EFI\debian\shimx64.efi"; nothing where it is none. What is no ASCII is
 * '?'. */
void boot_option_put_file(const struct boot_option *option, struct text *text);

/* The same of what the arguments begin with, up to a space: of shim it is what that starts. */
void boot_option_put_first_argument(const struct boot_option *option, struct text *text);

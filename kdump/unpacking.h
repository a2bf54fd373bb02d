/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "kdump/boot-image.h"
#include "kdump/settings.h"
#include "linux/machine.h"
#include "posix/reason.h"

/*
 * A kernel that is loaded as the distribution made it unpacks itself after the panic, which with xz takes
 * half of the time until a log is saved. Unpacked beforehand it is there at once, where all of this is known
 * to go well.
 */
struct kdump_unpacking {
        bool is_wanted;
        struct reason why_not; /* empty too where kernels do not unpack themselves */
};

/*
 * `root` goes before /proc and /sys. `available_bytes` of memory is what the machine has to spare now.
 */
void kdump_unpacking_decide(const char *root, const struct kdump_settings *settings, uint64_t available_bytes,
                            const struct boot_image *kernel, struct kdump_unpacking *ret_unpacking);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "kdump/settings.h"
#include "linux/machine.h"
#include "posix/reason.h"

/*
 * A kernel that is loaded as the distribution made it unpacks itself after the panic, which with xz takes half
 * of the time until a log is saved. Unpacked beforehand it is there at once, where all of this is known to go well.
 */
struct kdump_unpacking {
        bool is_wanted;
        struct reason why_not; /* empty too where kernels do not unpack themselves */
};

/*
 * `root` goes before /proc and /sys. `available_bytes` is what the machine has to spare now, and
 * `kernel_bytes` how much memory the kernel takes.
 */
void kdump_unpacking_decide(const char *root, const struct kdump_settings *settings, uint64_t available_bytes,
                            uint64_t kernel_bytes, struct kdump_unpacking *ret_unpacking);

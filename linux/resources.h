/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/allocator.h"

/* Whose which physical addresses are, as the kernel tells it (/proc/iomem). */
struct resources {
        struct buffer text; /* ends in a NUL */
};

/*
 * `root` goes before the path: "" for this machine, a directory in tests. ERR_PERMISSION, too, where the
 * kernel keeps all addresses from this user, who is not root. To be freed in any case.
 */
int resources_read(const char *root, struct resources *ret_resources);
void resources_free(struct resources *resources);

/* Whether any range has this name, which a driver gives the one that it uses. */
bool resources_have(const struct resources *resources, const char *name);

/*
 * Whether any of the `size` bytes lies in a range whose name begins so: "System RAM" is also the memory that
 * was plugged in later, "System RAM (kmem)". The bytes do not wrap around the end of the address space.
 */
bool resources_touch(const struct resources *resources, const char *name, uint64_t address, uint64_t size);

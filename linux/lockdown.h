/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the kernel is locked down, and how far: "none", "integrity" or "confidentiality"; empty for a
 * kernel that knows no lockdown, or whose securityfs is not mounted. `root` goes before the path: "" here, a
 * directory in tests.
 */
bool lockdown_read(const char *root, char *ret_mode, size_t size);

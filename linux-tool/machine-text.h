/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "posix/reason.h"
#include "store/sink.h"

/*
 * What an export says of the machine, in lines "NAME: TEXT". `root` goes before every path: "" for this
 * machine, a directory in tests. 1 when there is a text; 0 when the machine has none of it, or an error, and
 * why: what could be read is written all the same.
 */

/*
 * The kernel's release and version, its taint, and of its command line the words that tell how it crashes and
 * where that is saved: others may hold secrets, and are counted only.
 */
int machine_text_put_kernel(const char *root, const struct sink *sink, struct reason *ret_why);

/* Vendor, product, board and firmware; serial numbers, UUID and tags only `with_serials`. */
int machine_text_put_dmi(const char *root, bool with_serials, const struct sink *sink,
                         struct reason *ret_why);

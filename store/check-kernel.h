/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/check.h"

/*
 * What a running kernel would do at a panic, whether it was proven, and what the application left for it at
 * boot: the part of store/check.h that only Linux's front end has.
 */

/* For struct check_facts. */
extern const struct check_of_kernel check_of_kernel;

/* The mark that counts: a crash proves more than a canary does, unless that has failed since. NULL: none. */
const struct check_mark *check_choose_mark(const struct check_proof *proof);

/* Whether the kernel may hold records that are not seen, as its pstore is not mounted; EFI variables are seen
 * by other means, too, where `has_efi`. */
bool check_hides_records(const struct check_kernel *kernel, bool has_efi);

/* What shows them, until the next boot. */
#define CHECK_MOUNT "mount -t pstore pstore /sys/fs/pstore"

/* Which way a panic is meant to take on this machine; what is armed may differ from it. */
void check_decide_path(const struct check_kernel *kernel, struct crash_path_decision *ret_decision);

/* Which way it would take now; pstore where that may have a back end, and CRASH_PATH_NONE where there is
 * none. */
enum crash_path check_panic_path(const struct check_kernel *kernel);

/* Room for any of these sentences. */
#define CHECK_PANIC_SIZE 320

/* What a panic would do now, one sentence without a full stop: "a panic is written to pstore's erst; then …"
 */
void check_describe_panic(const struct check_kernel *kernel, struct text *text);

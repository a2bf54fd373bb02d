/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "capture/stack-site.h"

/*
 * Arrays of MD with metadata 1.x, without mdadm: by files of sysfs and ioctl()s (Linux, drivers/md/md.c,
 * include/uapi/linux/raid/md_u.h).
 */

/*
 * Starts the array that is `device` of the stack, with those of its members that have names. Nothing is
 * written to it before somebody writes: md_use() is called once it is known that somebody may.
 *
 * A member with fewer events than it had as the stack was recorded, or of another array, is an error: a copy
 * from before. One that fell out since then counts as missing. Where one is missing only an array that needs
 * none of them to be exact is started, and only when it is clean: another member may have newer data.
 */
int md_make(struct stack_site *site, size_t device, struct reason *ret_reason);

/* No resync and no reshape, which take memory and the disk's time; both go on after the next boot. */
void md_use(struct stack_site *site, size_t device);

/* The array is marked clean when it was. */
int md_stop(struct stack_site *site, size_t device, struct reason *ret_reason);

/* The partition that is `device` of the stack, of an array that runs. ERR_NOT_FOUND: the kernel has no such.
 */
int md_find_partition(struct stack_site *site, size_t device, struct reason *ret_reason);

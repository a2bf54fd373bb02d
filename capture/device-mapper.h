/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "capture/stack-site.h"

/*
 * Volumes of the device mapper, without lvm2 and without udev: by the ioctl()s of /dev/mapper/control (Linux,
 * include/uapi/linux/dm-ioctl.h), of the version that all kernels since 2.6 have.
 */

/*
 * Makes the volume that is `device` of the stack over those before it, and lets it run. When a step fails
 * nothing is left of it, and the reason tells which.
 */
int device_mapper_make(struct stack_site *site, size_t device, struct reason *ret_reason);

/* What the volume has not written yet, as the metadata of a thin pool, is written. */
int device_mapper_remove(struct stack_site *site, size_t device, struct reason *ret_reason);

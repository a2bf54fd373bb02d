/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "capture/capture.h"

/* The file system for dumps, wherever the plan has it: on disks, on what /stack describes, on a share of NFS.
 */

/* Makes the mount point. Each failure is a step that tells why; what was built for it is gone again then. */
int target_mount(struct capture *capture, const char *mount_point);

/* Takes down with it what was built for it; what fails is told. */
void target_unmount(struct capture *capture, const char *mount_point);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "capture/plan.h"
#include "capture/steps.h"

/*
 * Mounts the plan's NFS share, over a network that is up. A server that cannot be reached yet is asked again,
 * and one that does not answer is given up at the deadline; what was waiting for it then is a process that
 * nobody waits for. What fails is told as the step "mount". 0, or the error.
 */
int share_mount(const struct capture_plan *plan, const char *mount_point, uint64_t deadline_ms,
                struct steps *steps);

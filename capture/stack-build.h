/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "capture/stack-site.h"

/*
 * Builds what was recorded, from the bottom up, until the device that the file system lies on is there.
 *
 * Each disk is known by its signature, and has to be there once and as large as it was. All that can be
 * compared before anything is made is compared before; of a physical volume on an array that is as soon as
 * the array runs, which writes nothing by itself. Whatever differs: nothing is mapped, and nothing was
 * written.
 */

/*
 * Waits for the disks until the deadline; as long, too, for a member without which its array could run.
 * `uuid` is the file system's, and is looked for on the device that was built alone. ERR_CHANGED when
 * something is not as it was recorded, ERR_EXISTS for a disk that is there twice, ERR_NOT_FOUND, or what the
 * system says; all that had been made is gone again then. *ret_path is the device's file.
 */
int stack_build(struct stack_site *site, const char *uuid, uint64_t deadline_ms,
                char ret_path[BLOCK_PATH_SIZE], struct reason *ret_reason);

/*
 * From the top down, so that the next boot finds all of it clean. What cannot be taken down stays, with what
 * is below it, and the first reason is told.
 */
int stack_take_down(struct stack_site *site, struct reason *ret_reason);

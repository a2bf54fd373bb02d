/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What LVM and MD write at the beginning of a disk, as libblkid and the kernel know it. */

#define MADE_DISK_SIZE ((size_t) 8192)

#define MADE_PV_HEADER ((size_t) 4096)
#define MADE_PV_AREA   ((size_t) 72) /* of the label's sector: the list of data areas, of metadata areas */

/*
 * A physical volume as pvcreate makes it, but with its label in this sector: one data area, one metadata area
 * whose header tells that the metadata lie at `metadata`. The UUID has 32 letters and digits, no dashes.
 */
void made_pv_fill(uint8_t disk[MADE_DISK_SIZE], size_t sector, const char *uuid, uint64_t metadata);

/* A member of an array with metadata 1.2 and two disks; each byte of a UUID is the same. */
void made_member_fill(uint8_t disk[MADE_DISK_SIZE], uint8_t array, uint8_t member, uint64_t events);

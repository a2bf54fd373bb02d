/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Parts of a made-up machine below a scratch directory, beside the modules of module-tree.h. */

#define MADE_KERNEL_SIZE      ((size_t) 2048)
#define MADE_KERNEL_INIT_SIZE 66682880 /* with what it needs for itself beside that (own_size) */

/*
 * The beginning of a bzImage, of an Image for AArch64, and of what the processor takes that runs the tests.
 * `version` is from offset 0x300 on, in the second one behind "Linux version ".
 */
void made_bzimage_fill(uint8_t head[MADE_KERNEL_SIZE], const char *version);
void made_arm64_image_fill(uint8_t head[MADE_KERNEL_SIZE], const char *version);
void made_kernel_fill(uint8_t head[MADE_KERNEL_SIZE], const char *version);

/* EM_… of the programs that the kernel takes which runs the tests. */
uint16_t made_elf_machine(void);

/*
 * The disk 254:1 as <root>/dev/vda1, a file of 64 MiB in which the shell's command `mkfs` has made a file
 * system, and as `sys_directory` in /sys; and the table of mounts.
 */
void made_disk_put(const char *root, const char *mkfs, const char *mount_line, const char *sys_directory);

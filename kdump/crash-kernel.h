/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"
#include "posix/reason.h"

/* The kernel that Linux holds ready for a panic. */

struct crash_kernel {
        const char *kernel; /* path of the image */
        struct bytes initramfs;
        const char *command_line;
        bool unpack; /* before it is loaded, where the running kernel takes it so */
};

/*
 * Loads it by kexec_file_load(), which has the kernel itself check the image's signature; where the running
 * kernel lacks that call, by kexec-tools. Afterwards the kernel is asked whether it has it. The reason says
 * what can be done. `root` goes before /sys and /proc, which tell more of an error.
 *
 * In *ret_packed why it was not unpacked although it was wanted, and is loaded as it is; empty otherwise.
 */
int crash_kernel_load(const char *root, const struct crash_kernel *crash_kernel, struct reason *ret_packed,
                      struct reason *ret_reason);

/*
 * Whether the running kernel takes one that works: where it lacks kexec_file_load(), what follows has to be
 * so. Of a machine that is made up (`root`) all is well.
 */
int crash_kernel_check(const char *root, struct reason *ret_reason);

/*
 * The same of the older call, on the processor of uname(2)'s name. ERR_NOT_SUPPORTED: the kernel is locked
 * down, or tells too little for kexec-tools, or they are not there.
 */
int crash_kernel_check_older(const char *root, const char *processor, struct reason *ret_reason);

/* ERR_NOT_FOUND when there is none. */
int crash_kernel_unload(const char *root, struct reason *ret_reason);

/* Nothing can be loaded or unloaded until the next boot. */
int crash_kernel_lock(const char *root, struct reason *ret_reason);

/* Adds to the reason of a load that failed what became of the crash kernel that was loaded before it. */
void crash_kernel_explain_loss(const char *root, bool was_loaded, struct reason *ret_reason);

/* What an errno of kexec_file_load() means here, in *ret_reason; the error. */
int crash_kernel_explain(const char *root, int number, struct reason *ret_reason);

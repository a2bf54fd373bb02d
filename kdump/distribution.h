/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"
#include "base/text.h"
#include "posix/reason.h"

/*
 * The distribution's own initramfs for targets that ours cannot mount: LVM, RAID, LUKS, the network. It is
 * made anew for each load, by mkinitramfs or dracut, whichever is there, and holds the scripts of services/,
 * which run our program once the root file system is mounted.
 *
 * Nothing of ours but these scripts goes through the distribution's tools: Linux unpacks several cpio
 * archives one behind the other (K6.1 Documentation/driver-api/early-userspace/buffer-format.rst). So what
 * the crash kernel gets is an archive of ours, a multiple of 4 bytes long, and behind it what is built here.
 * In ours, to be beside files of the distribution, the program is not called /init; /plan and /tools are as
 * capture/plan.h says, and there is no /modules.
 */
#define KDUMP_DISTRIBUTION_PROGRAM "pstore-fw-capture"

/* On the crash kernel's command line: without it the scripts do nothing. */
#define KDUMP_DISTRIBUTION_PARAMETER "pstore_fw.capture"

/*
 * Builds it for the kernel `release`, whose modules must be installed; takes half a minute, and is ended
 * after five. 0 and the file's bytes in *ret_initramfs, an initialised buffer, which is empty otherwise.
 * Errors have a reason, with the last line of what the tool said when it failed: ERR_NOT_SUPPORTED when
 * neither tool is there, or our scripts are not installed for it; ERR_VALUE for what is no release;
 * ERR_FAILED; ERR_TIMEOUT …
 *
 * `root` is "" or, for tests, a directory below which tools, scripts and temporary files are.
 */
int kdump_distribution_build(const char *root, const char *release, struct buffer *ret_initramfs,
                             struct reason *ret_reason);

/*
 * What of the running kernel's command line (/proc/cmdline) the distribution's initramfs may need to find its
 * root file system again (root=, rd.*, cryptdevice= …): everything but what is wrong in a crash kernel, such
 * as crashkernel= and resume=. Behind it stand KDUMP_DISTRIBUTION_PARAMETER and what makes that initramfs
 * come to an end. The caller puts what every crash kernel has last, so that it counts most, and looks at
 * text->truncated.
 */
void kdump_distribution_put_parameters(const char *running, struct text *text);

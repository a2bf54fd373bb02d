/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/*
 * From now on, for the rest of this process and those that it starts, the kernel answers this system call
 * with this errno, as to a service that may not make it, or as an older kernel. 0, or -1 where that cannot be
 * had.
 */
int refused_call(unsigned number, int error);

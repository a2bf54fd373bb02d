/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* For posix/memory.h: nothing is opened here. */
int close(int fd);

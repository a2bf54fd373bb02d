/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* For posix/memory.h: nothing is opened here. */
typedef struct directory DIR;
int closedir(DIR *directory);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/bytes.h"

/* services/60-pstore-fw.conf: when the kernel panics and what it does then, with a reason beside each. */
struct bytes sysctl_file(void);

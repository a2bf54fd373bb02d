/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux-tool/options.h"

/* Of 'install' and 'uninstall'. */
extern const struct option option_esp;

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux-tool/options.h"

/* The command as a whole: every verb, each of which is a file of its own, and the options of all. */
extern const struct cli cli_pstore_fw;

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "cli/common-options.h"
#include "efi-app/app.h"
#include "efi-app/inventory.h"

/* Every verb, each of which is a file of its own, and the options of all. Their context is the struct app. */
extern const struct cli cli_pstore_fw;

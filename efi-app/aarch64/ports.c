/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/ports.h"

/* There are none: a table that names one is refused where it is used. */
const struct register_access port_accesses[] = { { 0 } };

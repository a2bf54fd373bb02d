/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Where dumps go when nothing else is said. */
#define DUMP_DIRECTORY "/var/lib/pstore-fw"

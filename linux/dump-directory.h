/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Where dumps go when nothing else is said. */
#define DUMP_DIRECTORY "/var/lib/pstore-fw"

/* Where the application puts them on the EFI system partition, below the directory that it is mounted on. */
#define ESP_DUMPS "/EFI/pstore-fw/dumps"

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/esp.h"
#include "store/dump.h"

#define ESP_DUMP_DIRECTORY       "EFI/pstore-fw/dumps"
#define ESP_DUMP_DIRECTORY_SHOWN "\\EFI\\pstore-fw\\dumps"

/* Dumps below ESP_DUMP_DIRECTORY. `esp` is open and outlives the target. */
struct dump_target esp_dump_target(struct esp *esp);

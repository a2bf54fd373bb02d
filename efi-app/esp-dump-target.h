/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/esp.h"
#include "store/dump.h"

#define ESP_DUMP_DIRECTORY       "EFI/pstore-fw/dumps"
#define ESP_DUMP_DIRECTORY_SHOWN "\\EFI\\pstore-fw\\dumps"

/* A directory that need not be there yet; its path is as in esp.h, and "" is the root. */
struct esp_directory {
        struct esp *esp;
        const char *path;
};

/* Dumps in that directory. It outlives the target, and its volume is open. */
struct dump_target esp_dump_target(struct esp_directory *directory);

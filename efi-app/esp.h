/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/app.h"
#include "store/dump.h"

#define ESP_DUMP_DIRECTORY       "EFI/pstore-fw/dumps"
#define ESP_DUMP_DIRECTORY_SHOWN "\\EFI\\pstore-fw\\dumps"

/* The file system that the application was started from (UEFI 2.10, 13.5). */
struct esp {
        struct app *app;
        EFI_FILE_HANDLE root;
};

/* ERR_NO_STORE when it was not started from a file system. */
int esp_open(struct esp *esp, struct app *app);
void esp_close(struct esp *esp);

/* Dumps below ESP_DUMP_DIRECTORY. */
struct dump_target esp_dump_target(struct esp *esp);

/*
 * Reads a whole file of at most `maximum` bytes that the user named: as the shell understands the name, or,
 * without a shell, relative to the root of the file system that the application was started from.
 */
int esp_read_any(struct app *app, const char *path, size_t maximum, struct buffer *buffer);

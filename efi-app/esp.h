/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/bytes.h"
#include "efi-app/app.h"

/*
 * Files on the file system that the application was started from (UEFI 2.10, 13.5). Paths are UTF-8 with '/'
 * between their parts, from its root on; one that is longer than any is ERR_TOO_LARGE. Other errors are what
 * the file system says: ERR_NOT_FOUND, ERR_READ_ONLY, ERR_NO_SPACE, ERR_PERMISSION, ERR_IO, ERR_NO_MEDIUM,
 * ERR_FILE_SYSTEM.
 */
struct esp {
        struct app *app;
        EFI_FILE_HANDLE root;
        bool is_volatile; /* it is a disk in memory */
};

/* ERR_NO_MEDIUM when it was not started from a file system, or that is gone. */
int esp_open(struct esp *esp, struct app *app);

/* The volume that it was started from; ERR_NOT_FOUND or ERR_NOT_SUPPORTED where firmware does not tell. */
int esp_find_volume(struct app *app, EFI_HANDLE *ret_volume);

/* The same of any volume, which is the handle of a Simple File System; closed by the same esp_close(). */
int esp_open_volume(struct esp *esp, struct app *app, EFI_HANDLE volume);
void esp_close(struct esp *esp);

/* Replaces the buffer's content by the file's. ERR_TOO_LARGE for more than `maximum` bytes. */
int esp_read(struct esp *esp, const char *path, size_t maximum, struct buffer *buffer);

/* The same of an open file, from where it stands to its end. */
int esp_read_all(EFI_FILE_HANDLE file, size_t maximum, struct buffer *buffer);

/* A directory's entry, but for "." and ".."; its name is UTF-8. */
typedef int esp_entry(void *context, const char *name, bool is_directory, uint64_t size);

/* Calls for each entry of a directory, until a call returns an error, which is returned. */
int esp_list(struct esp *esp, const char *path, esp_entry *call, void *context);

/* Replaces the file, or makes it, and has it on the medium. There is none when this fails. */
int esp_write(struct esp *esp, const char *path, struct bytes content);

/* ERR_NOT_FOUND; ERR_INVALID_ARGUMENT for what is the other; ERR_EXISTS for a directory that is not empty. */
int esp_remove_file(struct esp *esp, const char *path);
int esp_remove_directory(struct esp *esp, const char *path);

/*
 * Gives the file or directory another name in the directory that it is in. ERR_EXISTS when the name is taken;
 * ERR_NOT_SUPPORTED where this firmware's driver cannot.
 */
int esp_rename(struct esp *esp, const char *path, const char *to);

/* Has the file or directory on the medium, as it is. */
int esp_flush(struct esp *esp, const char *path);

/* Makes the directory and those above it, where they are not there. */
int esp_make_directory(struct esp *esp, const char *path);

/*
 * Reads a whole file of at most `maximum` bytes that the user named: as the shell understands the name, or,
 * without a shell, relative to the root of the file system that the application was started from.
 */
int esp_read_any(struct app *app, const char *path, size_t maximum, struct buffer *buffer);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>
#include <efishell.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* A FAT volume in memory, as far as EFI_FILE_PROTOCOL shows one. Paths here are as in "EFI/pstore-fw/x". */

#define FAKE_NODES_MAX 512
#define FAKE_PATH_MAX  512

struct fake_node {
        bool used, directory;
        char path[FAKE_PATH_MAX]; /* from the root, UTF-8, without a leading '/' */
        uint8_t *data;
        size_t size;
        bool dirty;      /* written and not flushed */
        bool name_dirty; /* its name is new, and the directory was not flushed since */
};

struct fake_volume {
        EFI_FILE_IO_INTERFACE protocol; /* first */
        struct fake_node nodes[FAKE_NODES_MAX];

        const CHAR16 *label; /* NULL: it has none, and knows no such call */
        bool read_only;
        size_t free_bytes;        /* a write beyond stores what fits, and says VOLUME_FULL */
        unsigned dies_at;         /* the call of this number, from 1, and all behind it say … */
        EFI_STATUS death;         /* … this; 0: none does */
        size_t write_at_most;     /* bytes a call, or 0: Write() may do less than asked for */
        bool write_nothing;       /* success, 0 bytes */
        const char *corrupt;      /* what is written to a path with this ending has one bit flipped … */
        unsigned corrupt_at_most; /* … so many times; 0: always */
        bool write_to_nowhere;    /* success, and the file stays empty */
        bool makes_ascii;         /* as the shell does with `>a` and `<a`: UCS-2 is asked for, and given */
        bool read_overruns;       /* Read() says that it read more than was asked for */
        EFI_STATUS open_volume_status, read_status, flush_status, close_status, rename_status;

        /* to be read */
        int open_handles;
        unsigned unflushed; /* files that were closed dirty, or got their name by a directory's while they
                               were */
        unsigned writes, directories_made, deletes;
        unsigned calls; /* those that dies_at counts: Open(), Read(), Write(), Flush(), SetInfo() */
};

void fake_volume_init(struct fake_volume *volume);
void fake_volume_free(struct fake_volume *volume);

/* Puts a file there, and the directories above it. */
void fake_volume_put(struct fake_volume *volume, const char *path, struct bytes content);
void fake_volume_put_text(struct fake_volume *volume, const char *path, const char *text);

/* NULL when there is no such file or directory. */
const struct fake_node *fake_volume_find(const struct fake_volume *volume, const char *path);

/* How many files (no directories) have a path with this ending. */
size_t fake_volume_count(const struct fake_volume *volume, const char *ending);

/* A handle on a file that is there, as the shell gives one for its output. */
EFI_FILE_HANDLE fake_volume_open(struct fake_volume *volume, const char *path);
EFI_STATUS fake_volume_open_units(struct fake_volume *volume, const CHAR16 *path, uint64_t mode,
                                  EFI_FILE_HANDLE *ret_file);

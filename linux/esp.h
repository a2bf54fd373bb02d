/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/guid.h"
#include "posix/reason.h"

/*
 * The EFI system partition of this machine, found as bootctl does it: a FAT that is mounted on /efi, /boot or
 * /boot/efi and whose partition has that type. Nothing is mounted for it, and nothing touched that would be
 * mounted by that, so that no disk is waited for. `root` goes before each path.
 */
enum esp_state {
        ESP_ABSENT, /* nothing tells of one */
        ESP_MOUNTED,
        ESP_UNMOUNTED,
        ESP_ASLEEP,    /* systemd mounts it when somebody looks into its directory */
        ESP_ELSEWHERE, /* mounted where nobody looks for it */
};

struct esp {
        enum esp_state state;
        char directory[PATH_MAX]; /* where it is mounted, or would be; "" where nothing tells */
        char device[PATH_MAX];    /* "/dev/vda1"; "" where that is not known */
        bool lacks_directory;     /* where it would be mounted there is nothing yet */
};

void esp_find(const char *root, struct esp *ret_esp);

/* Why it is not seen, and what mends that: "the EFI system partition is not mounted (mount /dev/vda1 /efi)".
 */
void esp_describe(const struct esp *esp, char *ret_why, size_t size);
#define ESP_WHY_SIZE 256

/* An ESP that firmware can be told to start a file from: what a device path has of it (UEFI 2.10, 10.3.5.1).
 */
struct esp_place {
        char directory[PATH_MAX]; /* where it is mounted */
        char device[PATH_MAX];
        uint32_t number;             /* of the partition, from 1 on */
        uint64_t start, block_count; /* in blocks of its disk */
        struct guid guid;
        char others[256]; /* "/dev/vdb1, /dev/vdc1": more partitions of that type, as far as udev knows them
                           */
};

/*
 * The one that is mounted, as bootctl finds it, or what is mounted on `directory`, where that is not NULL.
 * The reason says by name what there is instead: ERR_NOT_FOUND; ERR_INVALID_ARGUMENT for more than one, of
 * which none is guessed, and for what is no ESP; ERR_NOT_SUPPORTED where firmware could not find it, as on
 * software RAID; or why its disk cannot be read.
 */
int esp_choose(const char *root, const char *directory, struct esp_place *ret_place,
               struct reason *ret_reason);

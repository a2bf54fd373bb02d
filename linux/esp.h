/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

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

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/crash-loader.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arith.h"
#include "base/text.h"
#include "linux/own-file.h"
#include "linux/system-file.h"

#define BOOT_ID      "/proc/sys/kernel/random/boot_id"
#define NOTE         "/run/pstore-fw-kdump.loaded" /* holds the boot's id, as /run may outlive it */
#define BOOT_ID_SIZE 64

/*
 * systemd has such a link, which leads nowhere, for each unit that is active (systemd, src/core/unit.c,
 * unit_export_invocation_id(), unit_unlink_state_files()).
 */
static const struct {
        const char *link, *name;
} services[] = {
        { "/run/systemd/units/invocation:kdump-tools.service", "kdump-tools" }, /* Debian */
        { "/run/systemd/units/invocation:kdump.service", "kdump" },             /* Fedora, SUSE */
        { "/run/systemd/units/invocation:kdump-early.service", "kdump-early" },
};

static bool is_noted(const char *root) {
        char noted[BOOT_ID_SIZE], boot[BOOT_ID_SIZE];

        return system_file_line(root, NOTE, noted, sizeof(noted)) &&
               system_file_line(root, BOOT_ID, boot, sizeof(boot)) && boot[0] && strcmp(noted, boot) == 0;
}

const char *crash_loader_find(const char *root) {
        struct stat status;
        char path[PATH_MAX];

        if (is_noted(root))
                return "pstore-fw kdump load";
        for (size_t i = 0; i < ARRAY_SIZE(services); i++)
                if (system_file_path(root, services[i].link, path) && lstat(path, &status) == 0)
                        return services[i].name;
        return NULL;
}

void crash_loader_note(const char *root) {
        char boot[BOOT_ID_SIZE];
        struct reason reason;

        if (system_file_line(root, BOOT_ID, boot, sizeof(boot)))
                (void) own_file_replace(root, NOTE, text_view(boot), &reason);
}

void crash_loader_forget(const char *root) {
        struct reason reason;

        (void) own_file_remove(root, NOTE, &reason);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/settings.h"
#include "efi-app/app.h"

/* What the verb boot does with records, as the file says that lies beside the application's dumps. */
enum at_boot {
        AT_BOOT_DUMP,
        AT_BOOT_DUMP_AND_CLEAR,
        AT_BOOT_ASK, /* dump what is new, and then ask whether to clear it */
        AT_BOOT_NOTHING,
};

struct boot_settings {
        unsigned at_boot;               /* enum at_boot */
        char output[SETTINGS_LINE_MAX]; /* as --output has it; "": where that goes by default */
        unsigned keep_events;           /* in the directory of dumps; 0: any number */
        uint64_t keep_bytes;            /* there, of all together; 0: any number */
        unsigned wait;                  /* seconds for an answer, or a key */
};

void boot_settings_default(struct boot_settings *ret_settings);

/* The rows of a file of them, for settings_parse_rest(). */
struct settings_table boot_settings_table(struct boot_settings *settings);

/*
 * Reads \EFI\pstore-fw\pstore-fw.conf of the volume that the application was started from. What is wrong in
 * it is told line by line, and the rest counts; without it all is as by default.
 */
void boot_settings_read(struct app *app, struct boot_settings *ret_settings);

/* The seconds to wait for a key: as the file says, which is read once, or, where it does not, so many. */
unsigned boot_settings_wait(struct app *app, unsigned otherwise_s);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "linux/esp.h"
#include "posix/reason.h"
#include "store/source.h"

/*
 * The entries by which firmware starts the application: variables SysPrep#### and Boot####, and the variables
 * that give their order (UEFI 2.10, 3.1). Ours is what starts the application's path, of whichever partition
 * and by whomever it was made, itself or by shim; every other entry stays, and so does its place.
 */
enum boot_entry_kind {
        BOOT_ENTRY_SYSPREP, /* started before each boot option */
        BOOT_ENTRY_BOOT,    /* a boot option: chosen by a person, or by BootNext */
        BOOT_ENTRY_KINDS,
};

/* Where the application lies on the ESP, and what it is called there: the firmware's processor decides. */
#define BOOT_ENTRY_DIRECTORY "\\EFI\\pstore-fw\\"

struct boot_entry {
        const struct esp_place *esp;
        enum boot_entry_kind kind;
        const char *application; /* its file's name, "pstore-fwx64.efi" */
        const char *shim;        /* "\\EFI\\debian\\shimx64.efi" starts it; NULL: the firmware does */
        bool in_order;           /* goes to the end of the order if it is not there */
        bool next;               /* of a boot option: the next boot starts it, once */
};

/* What there is of ours, of one kind. */
struct boot_entry_state {
        unsigned count;  /* more than one: doubles */
        uint16_t number; /* of the first */
        bool is_active, is_in_order;
        char file[128]; /* what firmware starts: the application's path, or shim's */
        bool by_shim;
};

/*
 * Adds or replaces ours, at most one of a kind; *ret_name is "SysPrep0001". Writes nothing where all is as it
 * is to be, and looks again at what it wrote. ERR_NO_SPACE before anything is written where `space` is known
 * and the store would be nearly full then; ERR_MISMATCH; or what the system says.
 */
#define BOOT_ENTRY_NAME_SIZE 16
int boot_entry_put(const struct boot_entry *entry, const struct source_space *space,
                   char ret_name[BOOT_ENTRY_NAME_SIZE], bool *ret_changed, struct reason *ret_reason);

/* The same question alone, for who has more to do before. */
int boot_entry_check_room(const struct boot_entry *entry, const struct source_space *space,
                          struct reason *ret_reason);

/* Takes all of ours away, of this kind; how many there were. An order that is empty then goes, too. */
int boot_entry_remove(enum boot_entry_kind kind, const char *application, struct reason *ret_reason);

int boot_entry_find(enum boot_entry_kind kind, const char *application, struct boot_entry_state *ret_state,
                    struct reason *ret_reason);

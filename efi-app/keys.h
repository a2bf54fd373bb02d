/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "efi-app/console.h"

/*
 * Keys of whatever keyboard there is: of the machine, or of a terminal on a serial line, whose escape
 * sequences firmware has made scan codes of, or has not: then they are understood here. A key is its
 * character, or, beyond all characters, its scan code (UEFI 2.10, 12.1.2). What a terminal sends for Enter,
 * CR, LF or both, is one KEY_ENTER.
 */
#define KEY_OF_SCAN(code) (0x10000 | (code))

enum key {
        KEY_NONE = 0,
        KEY_BACKSPACE = '\b',
        KEY_ENTER = '\r',
        KEY_UP = KEY_OF_SCAN(SCAN_UP),
        KEY_DOWN = KEY_OF_SCAN(SCAN_DOWN),
        KEY_RIGHT = KEY_OF_SCAN(SCAN_RIGHT),
        KEY_LEFT = KEY_OF_SCAN(SCAN_LEFT),
        KEY_HOME = KEY_OF_SCAN(SCAN_HOME),
        KEY_END = KEY_OF_SCAN(SCAN_END),
        KEY_PAGE_UP = KEY_OF_SCAN(SCAN_PAGE_UP),
        KEY_PAGE_DOWN = KEY_OF_SCAN(SCAN_PAGE_DOWN),
        KEY_ESCAPE = KEY_OF_SCAN(SCAN_ESC),
};

#define KEYS_FOR_EVER UINT64_MAX

/* Throws away what was typed so far: it was typed before anybody could know what is asked. */
void keys_drain(struct console *console);

/*
 * The next key; KEY_NONE when none came within the time. ERR_HARDWARE at once where there is no keyboard;
 * ERR_INTERRUPTED when the shell has ended the run.
 */
int keys_wait(struct console *console, uint64_t timeout_us);

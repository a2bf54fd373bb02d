/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/keys.h"
#include "base/error.h"

#define STEP_US   10000
#define DRAIN_MAX 1024 /* a key that is stuck, or noise on a line, has no end */
#define DELETE    0x7f

static bool is_enter(struct console *console, CHAR16 character) {
        bool is_same = character == '\n' && console->after_return;

        console->after_return = character == '\r';
        return !is_same;
}

/* What a terminal sends for the key above Enter, firmware takes for one of two others. */
static int key_of(struct console *console, const EFI_INPUT_KEY *key) {
        CHAR16 character = key->UnicodeChar;

        if (character == '\r' || character == '\n')
                return is_enter(console, character) ? KEY_ENTER : KEY_NONE;
        console->after_return = false;
        if (character == DELETE || (character == 0 && key->ScanCode == SCAN_DELETE))
                return KEY_BACKSPACE;
        if (character > 0)
                return character;
        return key->ScanCode > 0 ? KEY_OF_SCAN(key->ScanCode) : KEY_NONE;
}

/* False when there is none. */
static bool read_key(struct console *console, int *ret_key) {
        EFI_INPUT_KEY key;

        if (EFI_ERROR(console->input->ReadKeyStroke(console->input, &key)))
                return false;
        *ret_key = key_of(console, &key);
        return true;
}

void keys_drain(struct console *console) {
        int key;

        for (unsigned i = 0; console->input && i < DRAIN_MAX; i++)
                if (!read_key(console, &key))
                        return;
}

int keys_wait(struct console *console, uint64_t timeout_us) {
        int key;

        if (!console->input)
                return ERR_HARDWARE;
        for (uint64_t waited_us = 0; waited_us <= timeout_us; waited_us += STEP_US) {
                if (console_interrupted(console))
                        return ERR_INTERRUPTED;
                if (read_key(console, &key) && key != KEY_NONE)
                        return key;
                console->boot->Stall(STEP_US);
        }
        return KEY_NONE;
}

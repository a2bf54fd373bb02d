/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/keys.h"
#include "base/arith.h"
#include "base/error.h"

#define STEP_US      10000
#define DRAIN_MAX    1024 /* a key that is stuck, or noise on a line, has no end */
#define DELETE       0x7f

#define SEQUENCE_MAX 4 /* characters of a key, behind its beginning */
#define TORN_STEPS   20 /* for the next of them: firmware may look at its line in the middle of them */

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

/* By what ends it, and the number before that (ECMA-48, 5.4), as terminals send it. */
static int key_of_sequence(CHAR16 end, unsigned number) {
        static const struct {
                char end;
                uint8_t number, scan;
        } keys[] = {
                { 'A', 0, SCAN_UP },   { 'B', 0, SCAN_DOWN },    { 'C', 0, SCAN_RIGHT },
                { 'D', 0, SCAN_LEFT }, { 'H', 0, SCAN_HOME },    { 'F', 0, SCAN_END },
                { '~', 1, SCAN_HOME }, { '~', 4, SCAN_END },     { '~', 7, SCAN_HOME },
                { '~', 8, SCAN_END },  { '~', 5, SCAN_PAGE_UP }, { '~', 6, SCAN_PAGE_DOWN },
        };

        for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
                if (keys[i].end == end && keys[i].number == number)
                        return KEY_OF_SCAN(keys[i].scan);
        return KEY_NONE;
}

static bool read_stroke(struct console *console, EFI_INPUT_KEY *ret_stroke) {
        return !EFI_ERROR(console->input->ReadKeyStroke(console->input, ret_stroke));
}

static bool read_next_of_sequence(struct console *console, EFI_INPUT_KEY *ret_stroke) {
        for (unsigned i = 0; i < TORN_STEPS; i++) {
                if (read_stroke(console, ret_stroke))
                        return true;
                console->boot->Stall(STEP_US);
        }
        return false;
}

/*
 * Where firmware takes a terminal for one of another type it hands on what it does not understand, character
 * by character: that begins with Esc, and is none. What follows '[' may come later.
 */
static int finish_escape(struct console *console) {
        EFI_INPUT_KEY stroke;
        unsigned number = 0;

        if (!read_stroke(console, &stroke))
                return KEY_ESCAPE;
        if (stroke.UnicodeChar != '[' && stroke.UnicodeChar != 'O')
                return key_of(console, &stroke);
        for (unsigned i = 0; i < SEQUENCE_MAX && read_next_of_sequence(console, &stroke); i++) {
                if (stroke.UnicodeChar < '0' || stroke.UnicodeChar > '9')
                        return key_of_sequence(stroke.UnicodeChar, number);
                number = 10 * number + (unsigned) (stroke.UnicodeChar - '0');
        }
        return KEY_NONE;
}

/* False when there is none. */
static bool read_key(struct console *console, int *ret_key) {
        EFI_INPUT_KEY stroke;
        int key;

        if (!read_stroke(console, &stroke))
                return false;
        key = key_of(console, &stroke);
        *ret_key = key == KEY_ESCAPE ? finish_escape(console) : key;
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

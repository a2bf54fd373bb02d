/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/efi-app/fake-console.h"

#include <string.h>

#include "tests/support/test.h"

static EFI_STATUS EFIAPI output_string(EFI_SIMPLE_TEXT_OUT_PROTOCOL *this, CHAR16 *string) {
        struct fake_console *console = (struct fake_console *) this;

        console->calls++;
        if (EFI_ERROR(console->status))
                return console->status;
        for (; *string; string++) {
                assert_true(console->length + 1 < sizeof(console->text));
                console->text[console->length++] = *string < 0x80 ? (char) *string : '?';
        }
        return console->status;
}

void fake_console_init(struct fake_console *console) {
        *console = (struct fake_console){ .protocol.OutputString = output_string };
}

void fake_console_forget(struct fake_console *console) {
        memset(console->text, 0, console->length);
        console->length = 0;
}

const char *fake_console_screen(const struct fake_console *console) {
        static char screen[sizeof(console->text)];
        size_t start = 0, at = 0, end = 0;

        for (size_t i = 0; i < console->length; i++) {
                char c = console->text[i];

                if (c == '\r') {
                        at = start;
                } else if (c == '\n') {
                        while (end > start && screen[end - 1] == ' ')
                                end--;
                        screen[end++] = '\n';
                        start = at = end;
                } else {
                        screen[at++] = c;
                        end = at > end ? at : end;
                }
        }
        screen[end] = '\0';
        return screen;
}

bool fake_console_shows(const struct fake_console *console, const char *text) {
        return strstr(fake_console_screen(console), text);
}

static EFI_STATUS EFIAPI read_key(EFI_SIMPLE_TEXT_IN_PROTOCOL *this, EFI_INPUT_KEY *key) {
        struct fake_keys *keys = (struct fake_keys *) this;

        keys->calls++;
        if (!keys->typed || !*keys->typed || keys->calls <= keys->waits)
                return EFI_NOT_READY;
        *key = (EFI_INPUT_KEY){ .UnicodeChar = *keys->typed++ };
        return EFI_SUCCESS;
}

void fake_keys_init(struct fake_keys *keys) {
        *keys = (struct fake_keys){ .protocol.ReadKeyStroke = read_key };
}

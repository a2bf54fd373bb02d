/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>
#include <stdbool.h>
#include <stddef.h>

/* A text output that keeps what it got, and a keyboard on which somebody types at fixed times. */

struct fake_console {
        EFI_SIMPLE_TEXT_OUT_PROTOCOL protocol; /* first */
        char text[1 << 17];                    /* with its \r; characters beyond ASCII come as '?' */
        size_t length;
        size_t calls;
        EFI_STATUS status; /* of every call */
};

void fake_console_init(struct fake_console *console);
void fake_console_forget(struct fake_console *console);

/* What a screen would show: \r goes back to the start of the line, later text covers earlier. */
const char *fake_console_screen(const struct fake_console *console);

/* True when the screen shows this text somewhere. */
bool fake_console_shows(const struct fake_console *console, const char *text);

struct fake_keys {
        EFI_SIMPLE_TEXT_IN_PROTOCOL protocol; /* first */
        const CHAR16 *typed;                  /* one key a call, or NULL */
        unsigned waits;                       /* so many calls find no key first */
        unsigned calls;
};

void fake_keys_init(struct fake_keys *keys);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * A text output that keeps what it got, and a keyboard on which somebody types at fixed times. An output is a
 * screen, which takes everything; or the terminal on a serial line; or stands for others, as a splitter does.
 */
#define FAKE_COLUMNS 80
#define FAKE_ROWS    25

/*
 * A line as edk2's PciSioSerialDxe drives it: what cannot be sent at once is an error, and is kept and sent
 * with the next chance. Its reader takes so many units each time that so much time has passed.
 */
struct fake_line {
        EFI_SERIAL_IO_PROTOCOL protocol; /* first */
        const uint64_t *clock_us;        /* NULL: there is no line */
        uint64_t every_us;               /* 0: nobody reads */
        size_t reads;
        uint64_t read_at_us; /* when it was last */
        size_t room;         /* in the UART */
        char kept[16];
        size_t kept_count;
};

struct fake_console {
        EFI_SIMPLE_TEXT_OUT_PROTOCOL protocol; /* first */
        SIMPLE_TEXT_OUTPUT_MODE mode;
        char text[1 << 17]; /* with its \r; characters beyond ASCII come as '?' */
        size_t length;
        size_t calls;
        EFI_STATUS status; /* of every call */
        bool cursor_off;
        size_t units;
        size_t refuses_every; /* every so many units one is refused; 0: never */
        struct fake_line line;
        struct fake_console *behind[2];
        UINTN columns, rows; /* that its mode is said to have; 0: what it has */

        char cells[FAKE_ROWS][FAKE_COLUMNS + 1]; /* what stands where */
        UINT8 colours[FAKE_ROWS];                /* of the last that was written to the row */
        size_t wraps;                            /* lines that went on in the next one */
        char seen[FAKE_ROWS][FAKE_COLUMNS + 1];  /* what stood there when all was cleared last */
        UINT8 seen_colours[FAKE_ROWS];
};

void fake_console_init(struct fake_console *console);
void fake_console_forget(struct fake_console *console);

/* The console is a terminal from now on, at this clock. */
void fake_console_add_line(struct fake_console *console, const uint64_t *clock_us);

/* What a screen would show: \r goes back to the start of the line, later text covers earlier. */
const char *fake_console_screen(const struct fake_console *console);

/* True when the screen shows this text somewhere. */
bool fake_console_shows(const struct fake_console *console, const char *text);

/* In `typed`: a key that has a scan code. */
#define FAKE_SCAN(code) (0xe000 + (code))

struct fake_keys {
        EFI_SIMPLE_TEXT_IN_PROTOCOL protocol; /* first */
        const CHAR16 *early;                  /* typed before anybody asked: come at once, or NULL */
        const CHAR16 *typed; /* one at a time, with a call between that finds none, or NULL */
        unsigned waits;      /* so many calls find no key first */
        unsigned calls;
        bool just_typed;
};

void fake_keys_init(struct fake_keys *keys);

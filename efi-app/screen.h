/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "efi-app/app.h"

/*
 * The whole screen, row by row, as far as all of its devices show it. What stands there is remembered, and
 * only what differs is written: a serial line takes a fifth of a second for a screen. The last column is left
 * alone, as terminals wrap, and scroll, when it is written.
 */
struct screen {
        struct console *console;
        const struct allocator *allocator;
        size_t columns; /* that can be used */
        size_t rows;
        char *shown;      /* rows * columns, spaces where there is nothing */
        uint8_t *colours; /* of the rows */
        uint8_t colour;   /* that the console writes in now */
};

/* Of a row: its attribute (UEFI 2.10, 12.4.4). */
enum screen_colour {
        SCREEN_NORMAL = EFI_LIGHTGRAY | EFI_BACKGROUND_BLACK,
        SCREEN_BAR = EFI_BLACK | EFI_BACKGROUND_LIGHTGRAY, /* the status line, or what is chosen */
        SCREEN_GRAVE = EFI_LIGHTRED | EFI_BACKGROUND_BLACK,
        SCREEN_ERROR = EFI_YELLOW | EFI_BACKGROUND_BLACK,
};

/*
 * Clears the screen. ERR_HARDWARE when nobody is there (console_has_person()), or ERR_NO_MEMORY: the screen
 * is not open then.
 */
int screen_open(struct screen *screen, struct app *app);

/* A row (from 0) of this text, cut where the screen ends. What is no printable ASCII is a dot. */
void screen_put(struct screen *screen, size_t row, enum screen_colour colour, struct bytes text);

/* All of it, as after something else has written to it. */
void screen_clear(struct screen *screen);

/* Clears the screen: what is written next begins at its top, in usual colours. */
void screen_close(struct screen *screen);

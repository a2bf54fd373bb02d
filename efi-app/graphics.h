/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/app.h"

/*
 * The screen as pixels (EFI_GRAPHICS_OUTPUT_PROTOCOL, UEFI 2.10, 12.9): black on white, by fills alone, which
 * firmware does in each format of pixels, and where no frame buffer can be reached. Positions and sizes are
 * in pixels.
 */
struct graphics {
        EFI_GRAPHICS_OUTPUT_PROTOCOL *output;
        unsigned width, height;
};

struct area {
        unsigned x, y, width, height;
};

/* Of red, green and blue alike. */
enum graphics_color {
        GRAPHICS_BLACK = 0x00,
        GRAPHICS_WHITE = 0xff,
};

/* ERR_HARDWARE where there is no screen that can be drawn on. Nothing is due afterwards. */
int graphics_open(const struct app *app, struct graphics *ret_graphics);

/* The area lies on the screen. 0, or what firmware says. */
int graphics_fill(const struct graphics *graphics, struct area area, enum graphics_color color);

/* What a character takes at scale 1, with the gaps to the next. */
#define GRAPHICS_CELL_WIDTH  6
#define GRAPHICS_CELL_HEIGHT 10

/*
 * Black text from the upper left of the area on, in a font of our own, as firmware need have none: ASCII,
 * other characters as '?'; \n ends a line, and one that is too wide goes on in the next. What does not fit is
 * left out. The area is what remains below then. 0, or what firmware says.
 */
int graphics_put_text(const struct graphics *graphics, struct area *area, unsigned scale, const char *text);

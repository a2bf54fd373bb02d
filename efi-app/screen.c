/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/screen.h"
#include "base/error.h"

#define COLUMNS_USUAL 80
#define ROWS_USUAL    25
#define COLUMNS_MAX   512
#define ROWS_MAX      512

static size_t cells_of(const struct screen *screen) {
        return screen->columns * screen->rows;
}

/* The last column is left alone. */
static void measure(struct screen *screen, EFI_SIMPLE_TEXT_OUT_PROTOCOL *output) {
        UINTN columns = COLUMNS_USUAL, rows = ROWS_USUAL;

        if (output->Mode)
                (void) output->QueryMode(output, (UINTN) output->Mode->Mode, &columns, &rows);
        screen->columns = columns < 2 || columns > COLUMNS_MAX ? COLUMNS_USUAL - 1 : columns - 1;
        screen->rows = rows < 2 || rows > ROWS_MAX ? ROWS_USUAL : rows;
}

int screen_open(struct screen *screen, struct app *app) {
        const struct allocator *allocator = &app->allocator;

        *screen = (struct screen){ .console = &app->console, .allocator = allocator };
        if (!console_has_person(&app->console))
                return ERR_HARDWARE;
        measure(screen, app->console.output.output);
        screen->shown = allocator->resize(allocator->context, NULL, 0, cells_of(screen) + screen->rows);
        if (!screen->shown)
                return ERR_NO_MEMORY;
        screen->colours = (uint8_t *) screen->shown + cells_of(screen);
        screen_clear(screen);
        return 0;
}

void screen_clear(struct screen *screen) {
        struct outlet *outlet = &screen->console->output;

        outlet_colour(outlet, SCREEN_NORMAL);
        outlet_clear(outlet);
        for (size_t i = 0; i < cells_of(screen); i++)
                screen->shown[i] = ' ';
        for (size_t i = 0; i < screen->rows; i++)
                screen->colours[i] = SCREEN_NORMAL;
}

static char cell_of(struct bytes text, size_t column) {
        uint8_t byte = column < text.size ? text.data[column] : ' ';

        return byte >= 0x20 && byte < 0x7f ? (char) byte : '.';
}

void screen_put(struct screen *screen, size_t row, enum screen_colour colour, struct bytes text) {
        struct outlet *outlet = &screen->console->output;
        size_t first = screen->columns, end = 0;
        char *shown;

        if (row >= screen->rows)
                return;
        shown = screen->shown + row * screen->columns;
        for (size_t i = 0; i < screen->columns; i++) {
                char cell = cell_of(text, i);

                if (cell == shown[i] && colour == screen->colours[row])
                        continue;
                first = i < first ? i : first;
                end = i + 1;
                shown[i] = cell;
        }
        if (end == 0)
                return;
        screen->colours[row] = (uint8_t) colour;
        outlet_move(outlet, first, row);
        outlet_colour(outlet, colour);
        (void) outlet_put(outlet, bytes_of(shown + first, end - first));
}

void screen_close(struct screen *screen) {
        screen_clear(screen);
        screen->allocator->resize(screen->allocator->context, screen->shown, cells_of(screen) + screen->rows,
                                  0);
        screen->shown = NULL;
}

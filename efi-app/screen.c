/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/screen.h"
#include "base/error.h"

static size_t cells_of(const struct screen *screen) {
        return screen->columns * screen->rows;
}

/* What it has already costs a serial line five characters. */
static void choose_colour(struct screen *screen, enum screen_colour colour) {
        if (screen->colour != colour)
                outlet_colour(&screen->console->output, colour);
        screen->colour = (uint8_t) colour;
}

int screen_open(struct screen *screen, struct app *app) {
        const struct allocator *allocator = &app->allocator;

        *screen = (struct screen){ .console = &app->console, .allocator = allocator };
        if (!console_has_person(&app->console))
                return ERR_HARDWARE;
        outlet_measure(&app->console.output, &screen->columns, &screen->rows);
        screen->columns--; /* the last one is left alone */
        screen->shown = allocator->resize(allocator->context, NULL, 0, cells_of(screen) + screen->rows);
        if (!screen->shown)
                return ERR_NO_MEMORY;
        screen->colours = (uint8_t *) screen->shown + cells_of(screen);
        outlet_show_cursor(&app->console.output, false); /* firmware draws it anew at each move */
        screen_clear(screen);
        return 0;
}

void screen_clear(struct screen *screen) {
        struct outlet *outlet = &screen->console->output;

        outlet_colour(outlet, SCREEN_NORMAL);
        screen->colour = SCREEN_NORMAL;
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
        choose_colour(screen, colour);
        (void) outlet_put(outlet, bytes_of(shown + first, end - first));
}

void screen_close(struct screen *screen) {
        screen_clear(screen);
        outlet_show_cursor(&screen->console->output, true);
        screen->allocator->resize(screen->allocator->context, screen->shown, cells_of(screen) + screen->rows,
                                  0);
        screen->shown = NULL;
}

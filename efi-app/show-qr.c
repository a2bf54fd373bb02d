/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/show-qr.h"
#include "base/arith.h"
#include "base/error.h"
#include "codec/qr-code.h"
#include "efi-app/graphics.h"
#include "efi-app/keys.h"

/*
 * What a telephone reads at once, held by hand before a screen: modules of four pixels, and not so many that
 * its camera has to be close. A screen is neither torn nor dirty, so pages are filled by level L, which has a
 * quarter more room than M; one that is not full gets M where that costs nothing.
 */
#define MODULE_MIN   4
#define VERSION_MOST 25
#define PAGE_SIZE    1274 /* of VERSION_MOST, with a NUL */

#define SHOWN_US     10000000
#define ALONE_MAX    60 /* so many views without a key */
#define VIEWS_MAX    1000

#define KEYS_HINT    "any key  next\nb        back\nq        end"
#define HINT_COLUMNS 13
#define HINT_LINES   14 /* with what stands above */

struct viewer {
        struct app *app;
        struct graphics graphics;
        unsigned side; /* of the square that codes are drawn in, at the upper left corner */
        struct area words;
        unsigned scale; /* of them */
        struct qr_text text;
        struct qr_code code;
        char page[PAGE_SIZE];
};

/* The words stand beside the code, or, where the screen is higher than wide, below it. */
static void lay_out(struct viewer *viewer) {
        unsigned width = viewer->graphics.width, height = viewer->graphics.height;
        unsigned shorter = (unsigned) size_min(width, height), scale = shorter < 240 ? 1 : shorter / 240;
        unsigned columns = size_min(width, HINT_COLUMNS * GRAPHICS_CELL_WIDTH * scale);
        unsigned lines = size_min(height, HINT_LINES * GRAPHICS_CELL_HEIGHT * scale);
        unsigned indent = shorter / 16; /* about as wide as the quiet zone */

        viewer->scale = scale;
        if (width >= height) {
                viewer->side = (unsigned) size_min(height, width - columns);
                viewer->words = (struct area){ viewer->side, 0, width - viewer->side, height };
        } else {
                viewer->side = (unsigned) size_min(width, height - lines);
                viewer->words = (struct area){ indent, viewer->side, width - indent, height - viewer->side };
        }
}

/* Pixels of a module, when a symbol of this version fills the square. */
static unsigned module_size(const struct viewer *viewer, unsigned version) {
        return viewer->side / (qr_code_width(version) + 2 * QR_QUIET_ZONE);
}

/* The bytes of the largest code for this screen; 0 when there is none. */
static size_t page_size(const struct viewer *viewer) {
        for (unsigned version = VERSION_MOST; version > 0; version--)
                if (module_size(viewer, version) >= MODULE_MIN)
                        return qr_code_capacity(version, QR_LEVEL_L);
        return 0;
}

static void encode(struct viewer *viewer, struct bytes page, unsigned *ret_version) {
        unsigned version = 1;

        while (qr_code_capacity(version, QR_LEVEL_L) < page.size)
                version++;
        qr_code_encode(page, version,
                       page.size <= qr_code_capacity(version, QR_LEVEL_M) ? QR_LEVEL_M : QR_LEVEL_L,
                       &viewer->code);
        *ret_version = version;
}

/* All dark modules that lie beside each other at once. */
static int draw_row(const struct viewer *viewer, unsigned y, struct area module) {
        const struct qr_code *code = &viewer->code;
        int r = 0;

        for (unsigned x = 0, end; x < code->width && r >= 0; x = end) {
                struct area run = module;

                for (end = x + 1; end < code->width; end++)
                        if (qr_code_is_dark(code, end, y) != qr_code_is_dark(code, x, y))
                                break;
                run.x += x * module.width;
                run.width = (end - x) * module.width;
                if (qr_code_is_dark(code, x, y))
                        r = graphics_fill(&viewer->graphics, run, GRAPHICS_BLACK);
        }
        return r;
}

static int draw_code(struct viewer *viewer, unsigned page) {
        struct text text = TEXT_ON(viewer->page);
        unsigned version, size, margin;
        int r = 0;

        qr_text_put_page(&viewer->text, page, &text);
        encode(viewer, text_bytes(&text), &version);
        size = module_size(viewer, version);
        margin = (viewer->side - size * viewer->code.width) / 2;
        for (unsigned y = 0; y < viewer->code.width && r >= 0; y++)
                r = draw_row(viewer, y, (struct area){ margin, margin + y * size, size, size });
        return r;
}

static int draw_words(struct viewer *viewer, unsigned page) {
        struct graphics *graphics = &viewer->graphics;
        struct area words = viewer->words;
        unsigned gap = GRAPHICS_CELL_HEIGHT * viewer->scale;
        char count[24], about[256];
        struct text count_text = TEXT_ON(count), about_text = TEXT_ON(about);
        int r;

        text_format(&count_text, "%u of %u\n\n", page + 1, viewer->text.page_count);
        text_put_bytes(&about_text, qr_text_title(&viewer->text));
        if (viewer->app->console.input)
                text_put(&about_text, "\n\n" KEYS_HINT);
        words.y += gap;
        words.height -= gap;
        r = graphics_put_text(graphics, &words, 2 * viewer->scale, count);
        return r < 0 ? r : graphics_put_text(graphics, &words, viewer->scale, about);
}

static int fill_screen(const struct viewer *viewer, enum graphics_color color) {
        const struct graphics *graphics = &viewer->graphics;

        return graphics_fill(graphics, (struct area){ 0, 0, graphics->width, graphics->height }, color);
}

static int draw_page(struct viewer *viewer, unsigned page) {
        int r = fill_screen(viewer, GRAPHICS_WHITE);

        if (r >= 0)
                r = draw_code(viewer, page);
        return r < 0 ? r : draw_words(viewer, page);
}

/* KEY_NONE when none came in time, or there is no keyboard. */
static int wait_for_key(struct console *console) {
        if (console->input)
                return keys_wait(console, SHOWN_US);
        console->boot->Stall(SHOWN_US);
        return KEY_NONE;
}

static bool goes_back(int key) {
        return key == 'b' || key == KEY_BACKSPACE || key == KEY_LEFT || key == KEY_UP || key == KEY_PAGE_UP;
}

static bool ends(int key) {
        return key == 'q' || key == KEY_ESCAPE || key == ERR_INTERRUPTED;
}

static int draw_pages(struct viewer *viewer) {
        struct console *console = &viewer->app->console;
        unsigned count = viewer->text.page_count, alone_max = console->input ? ALONE_MAX : count;
        unsigned page = 0, alone = 0;

        keys_drain(console);
        for (unsigned views = 0; views < VIEWS_MAX && alone < alone_max; views++) {
                int r = draw_page(viewer, page);
                int key;

                if (r < 0)
                        return r;
                key = wait_for_key(console);
                alone = key == KEY_NONE ? alone + 1 : 0;
                if (ends(key) || (key != KEY_NONE && !goes_back(key) && page + 1 == count))
                        return 0;
                if (!goes_back(key))
                        page = (page + 1) % count;
                else if (page > 0)
                        page--;
        }
        return 0;
}

/* The text console believes that its screen is as it left it. */
static void give_back_screen(const struct viewer *viewer) {
        struct outlet *outlet = &viewer->app->console.output;

        (void) fill_screen(viewer, GRAPHICS_BLACK);
        outlet_clear(outlet);
        outlet_show_cursor(outlet, true);
}

static int draw_all(struct viewer *viewer) {
        int r;

        outlet_show_cursor(&viewer->app->console.output, false);
        r = draw_pages(viewer);
        give_back_screen(viewer);
        return r;
}

static int show_on_screen(struct viewer *viewer, const struct work *work, enum show_form form) {
        const struct graphics *graphics = &viewer->graphics;
        struct console *console = &viewer->app->console;
        int r = graphics_open(viewer->app, &viewer->graphics);

        if (r < 0) {
                console_problem(console, "--qr: this machine has no screen that firmware can draw on");
                return r;
        }
        lay_out(viewer);
        r = qr_text_make(work, form, page_size(viewer), &viewer->text);
        if (r == ERR_BUFFER_TOO_SMALL)
                console_problem(console, "--qr: a screen of %ux%u pixels is too small", graphics->width,
                                graphics->height);
        else if (r < 0 || (r = draw_all(viewer)) < 0)
                console_problem(console, "--qr: %s", error_text(r));
        qr_text_free(&viewer->text);
        return r;
}

int show_qr(struct app *app, const struct work *work, enum show_form form) {
        const struct allocator *allocator = &app->allocator;
        struct viewer *viewer = allocator->resize(allocator->context, NULL, 0, sizeof(*viewer));
        int r;

        if (!viewer) {
                console_problem(&app->console, "--qr: %s", error_text(ERR_NO_MEMORY));
                return ERR_NO_MEMORY;
        }
        viewer->app = app;
        r = show_on_screen(viewer, work, form);
        allocator->resize(allocator->context, viewer, sizeof(*viewer), 0);
        return r;
}

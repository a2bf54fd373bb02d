/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/pager.h"
#include "base/arith.h"
#include "base/error.h"
#include "efi-app/keys.h"
#include "efi-app/screen.h"

#define ROW_SIZE     512 /* no screen is wider (efi-app/outlet.c) */
#define PATTERN_SIZE 64
#define TAB          8
#define KEYS_SHOWN   "space b / n g G q"

struct pager {
        struct console *console;
        struct screen screen;
        const char *title;
        struct bytes text;
        size_t *starts; /* where each row begins in the text */
        size_t count, capacity;
        size_t top;   /* the first row that is shown */
        size_t found; /* the row with what was searched for; `count`: none */
        char pattern[PATTERN_SIZE];
        const char *remark; /* NULL: none */
        bool left;
};

/* --- rows ----------------------------------------------------------------------------------------- */

static void put_tab(struct text *row) {
        do
                text_put_char(row, ' ');
        while (row->length % TAB > 0);
}

/* The row that begins at `offset`, and where the next one does. A line that is too wide goes on in it. */
static size_t take_row(const struct pager *pager, size_t offset, struct text *row) {
        for (; offset < pager->text.size; offset++) {
                uint8_t byte = pager->text.data[offset];
                size_t length = row->length;

                if (byte == '\n')
                        return offset + 1;
                if (byte == '\t')
                        put_tab(row);
                else
                        text_put_visible(row, byte);
                if (row->length > pager->screen.columns) {
                        row->length = length;
                        return offset;
                }
        }
        return offset;
}

static int find_rows(struct pager *pager, const struct allocator *allocator) {
        size_t offset = 0;

        while (offset < pager->text.size) {
                char buffer[ROW_SIZE + TAB];
                struct text row = TEXT_ON(buffer);
                int r = array_grow(allocator, (void **) &pager->starts, &pager->capacity, pager->count,
                                   sizeof(*pager->starts));

                if (r < 0)
                        return r;
                pager->starts[pager->count++] = offset;
                offset = take_row(pager, offset, &row);
        }
        return 0;
}

static size_t row_at(const struct pager *pager, size_t offset) {
        size_t row = pager->count - 1;

        while (pager->starts[row] > offset)
                row--;
        return row;
}

/* By the level at the line's beginning: the three low bits of <N>, below those of a facility (syslog(3)). */
static enum screen_colour colour_at(struct bytes text, size_t offset) {
        uint64_t level;

        while (offset > 0 && text.data[offset - 1] != '\n')
                offset--;
        if (bytes_u8(text, offset) != '<')
                return SCREEN_NORMAL;
        offset++;
        if (decimal_parse(text, &offset, 999, &level) < 0 || bytes_u8(text, offset) != '>' || level % 8 > 3)
                return SCREEN_NORMAL;
        return level % 8 == 3 ? SCREEN_ERROR : SCREEN_GRAVE;
}

/* --- the screen ----------------------------------------------------------------------------------- */

/* Rows of text on the screen: the last one is the status line. */
static size_t page_of(const struct pager *pager) {
        return pager->screen.rows - 1;
}

static void put_row(struct pager *pager, size_t place, size_t index) {
        char buffer[ROW_SIZE + TAB];
        struct text row = TEXT_ON(buffer);
        enum screen_colour colour = SCREEN_NORMAL;

        if (index < pager->count) {
                size_t start = pager->starts[index];

                (void) take_row(pager, start, &row);
                colour = index == pager->found ? SCREEN_BAR : colour_at(pager->text, start);
        }
        screen_put(&pager->screen, place, colour, text_bytes(&row));
}

static void put_status(struct pager *pager, const char *prompt) {
        size_t end = size_min(pager->top + page_of(pager), pager->count);
        char buffer[ROW_SIZE];
        struct text status = TEXT_ON(buffer);

        if (prompt)
                text_format(&status, "%s%s", prompt, pager->pattern);
        else
                text_format(&status, "%s  %zu-%zu of %zu  %s", pager->title,
                            pager->count > 0 ? pager->top + 1 : 0, end, pager->count,
                            pager->remark ? pager->remark : KEYS_SHOWN);
        screen_put(&pager->screen, page_of(pager), SCREEN_BAR, text_bytes(&status));
}

static void draw(struct pager *pager) {
        for (size_t i = 0; i < page_of(pager); i++)
                put_row(pager, i, pager->top + i);
        put_status(pager, NULL);
}

/* --- moving --------------------------------------------------------------------------------------- */

static void go_to(struct pager *pager, size_t top) {
        size_t page = page_of(pager);

        pager->top = pager->count > page ? size_min(top, pager->count - page) : 0;
}

static void go_back(struct pager *pager, size_t rows) {
        go_to(pager, pager->top > rows ? pager->top - rows : 0);
}

static void page_down(struct pager *pager) {
        go_to(pager, pager->top + page_of(pager));
}

static void page_up(struct pager *pager) {
        go_back(pager, page_of(pager));
}

static void row_down(struct pager *pager) {
        go_to(pager, pager->top + 1);
}

static void row_up(struct pager *pager) {
        go_back(pager, 1);
}

static void go_home(struct pager *pager) {
        go_to(pager, 0);
}

static void go_end(struct pager *pager) {
        go_to(pager, pager->count);
}

static void leave(struct pager *pager) {
        pager->left = true;
}

/* --- searching ------------------------------------------------------------------------------------ */

static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

static bool matches(struct bytes text, size_t offset, const char *pattern) {
        for (; *pattern; pattern++, offset++)
                if (offset >= text.size || lower((char) text.data[offset]) != lower(*pattern))
                        return false;
        return true;
}

/* From the row behind the one that was found, or from the first on the screen, once around. */
static void search_next(struct pager *pager) {
        size_t size = pager->text.size, first;

        if (!pager->pattern[0] || pager->count == 0)
                return;
        first = pager->found < pager->count ? pager->found + 1 : pager->top;
        first = first < pager->count ? pager->starts[first] : 0;
        for (size_t i = 0; i < size; i++) {
                size_t offset = (first + i) % size;

                if (!matches(pager->text, offset, pager->pattern))
                        continue;
                pager->found = row_at(pager, offset);
                if (offset < first)
                        pager->remark = "found from the top";
                go_to(pager, pager->found);
                return;
        }
        pager->found = pager->count;
        pager->remark = "not found";
}

/* False when there is no pattern after all. */
static bool ask_pattern(struct pager *pager) {
        struct text pattern = TEXT_ON(pager->pattern);

        for (;;) {
                int key;

                put_status(pager, "/");
                key = keys_wait(pager->console, KEYS_FOR_EVER);
                if (key == KEY_ENTER)
                        return pattern.length > 0;
                if (key == KEY_ESCAPE || key < 0)
                        return false;
                if (key == KEY_BACKSPACE && pattern.length > 0)
                        pattern.buffer[--pattern.length] = '\0';
                else if (key >= ' ' && key < 0x7f)
                        text_put_char(&pattern, (char) key);
        }
}

static void search(struct pager *pager) {
        pager->found = pager->count;
        if (ask_pattern(pager))
                search_next(pager);
}

/* --- keys ----------------------------------------------------------------------------------------- */

static void act(struct pager *pager, int key) {
        static const struct {
                int key;
                void (*act)(struct pager *pager);
        } actions[] = {
                { ' ', page_down },      { KEY_PAGE_DOWN, page_down },
                { 'b', page_up },        { KEY_PAGE_UP, page_up },
                { 'j', row_down },       { KEY_DOWN, row_down },
                { KEY_ENTER, row_down }, { 'k', row_up },
                { KEY_UP, row_up },      { 'g', go_home },
                { KEY_HOME, go_home },   { 'G', go_end },
                { KEY_END, go_end },     { '/', search },
                { 'n', search_next },    { 'q', leave },
                { KEY_ESCAPE, leave },
        };

        pager->remark = NULL;
        for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
                if (actions[i].key == key)
                        actions[i].act(pager);
}

static int page_through(struct pager *pager) {
        while (!pager->left) {
                int key;

                draw(pager);
                key = keys_wait(pager->console, KEYS_FOR_EVER);
                if (key < 0)
                        return key;
                act(pager, key);
        }
        return 0;
}

int pager_show(struct app *app, const char *title, struct bytes text) {
        struct pager pager = { .console = &app->console, .title = title, .text = text };
        int r;

        if (!console_has_person(&app->console)) {
                const struct sink sink = console_sink(&app->console);

                return sink_put(&sink, text);
        }
        r = screen_open(&pager.screen, app);
        if (r < 0)
                return r;
        r = find_rows(&pager, &app->allocator);
        pager.found = pager.count;
        if (r == 0)
                r = page_through(&pager);
        array_free(&app->allocator, (void **) &pager.starts, &pager.capacity, sizeof(*pager.starts));
        screen_close(&pager.screen);
        return r;
}

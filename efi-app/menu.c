/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/menu.h"

#include "base/arith.h"
#include "base/error.h"
#include "base/memory.h"
#include "efi-app/boot-settings.h"
#include "efi-app/capture.h"
#include "efi-app/first-screen.h"
#include "efi-app/keys.h"
#include "efi-app/pager.h"
#include "efi-app/screen.h"
#include "efi-app/verb.h"
#include "efi-app/volumes.h"
#include "store/no-records.h"
#include "store/prove.h"

#define WORDS_MAX   6
#define CHOICES_MAX 9 /* one key each */
#define STATUS_SIZE 80
#define SECOND_US   1000000
#define WAIT_S      30 /* before it dumps by itself */
#define LINGER_S    10 /* before the firmware has the screen back */
#define FIRST_ROW   2  /* behind the bar */

struct menu {
        struct app *app;
        struct buffer page; /* lines; the first is a bar */
        size_t alert_row;   /* the line that says what crashed; 0: there is none */
        struct buffer said; /* while the stores were read */
        bool has_canary;
        char event[EVENT_NAME_SIZE];              /* of the page of one event; "" on the first page */
        char names[CHOICES_MAX][EVENT_NAME_SIZE]; /* of the events that the keys 1 to 9 are for */
};

/* What a key does: a verb, or a function, which returns whether the page stays. */
struct entry {
        char key;
        unsigned flags;
        const char *title;
        const char *verb;
        bool (*act)(struct menu *menu);
        const char *option; /* that the verb gets; NULL: none */
};

#define OF_ALL     1  /* on the first page */
#define OF_EVENT   2  /* on that of one event, whose name the verb gets */
#define ASKS       4  /* it asks, or takes its time: what it says is seen at once */
#define NAMES_ALL  8  /* without an event the verb wants --all */
#define TO_ANOTHER 16 /* its copies go to a volume that is chosen first */
#define DRAWS      32 /* what it has to say was on the screen already */

static bool choose_event(struct menu *menu);
static bool show_said(struct menu *menu);
static bool use_canary(struct menu *menu);
static bool reboot(struct menu *menu);
static bool leave(struct menu *menu);

/* Two columns of them: the first half stands left. */
static const struct entry entries[] = {
        { 'e', OF_ALL, "events: choose one of them", NULL, choose_event },
        { 'l', OF_ALL | OF_EVENT, "log", "show" },
        { 'x', OF_ALL | OF_EVENT, "explain what crashed", "explain" },
        { 'z', OF_ALL | OF_EVENT | DRAWS, "QR codes, for a telephone", "show", .option = "--qr" },
        { 'r', OF_ALL, "records, of all events", "list" },
        { 'k', OF_ALL, "check: would a crash be kept?", "check" },
        { 't', OF_ALL, "ERST table", "erst" },
        { 'd', OF_ALL | OF_EVENT | ASKS, "dump to \\EFI\\pstore-fw\\dumps", "dump" },
        { 'o', OF_ALL | OF_EVENT | ASKS | TO_ANOTHER, "dump to another volume", "dump" },
        { 'c', OF_ALL | OF_EVENT | ASKS | NAMES_ALL, "clear: copy, then erase", "clear" },
        { 'p', OF_ALL, "canary: do records outlive a reset?", NULL, use_canary },
        { 'm', OF_ALL, "messages", NULL, show_said },
        { 'b', OF_ALL, "reboot the machine", NULL, reboot },
        { 'q', OF_ALL | OF_EVENT, "quit", NULL, leave },
};

/* --- a page --------------------------------------------------------------------------------------- */

static void begin_page(struct menu *menu, const char *title) {
        menu->page.size = 0;
        menu->alert_row = 0;
        buffer_append_format(&menu->page, " pstore-fw " VERSION "  %s\n\n", title);
}

static void draw_lines(const struct menu *menu, struct screen *screen) {
        struct bytes rest = buffer_bytes(&menu->page);

        for (size_t row = 0; row + 1 < screen->rows; row++) {
                size_t length = 0;

                while (length < rest.size && rest.data[length] != '\n')
                        length++;
                screen_put(screen, row,
                           row == 0                            ? SCREEN_BAR
                           : row == menu->alert_row && row > 0 ? SCREEN_GRAVE
                                                               : SCREEN_NORMAL,
                           bytes_first(rest, length));
                rest = bytes_from(rest, size_min(length + 1, rest.size));
        }
}

/* Only when the page stands there a file is opened; what is wrong in it comes below. */
static unsigned read_wait(struct menu *menu, struct screen *screen) {
        struct capture capture;
        unsigned wait_s;

        capture_begin(&capture, menu->app, false);
        wait_s = boot_settings_wait(menu->app, WAIT_S);
        capture_end(&capture);
        buffer_append(&menu->page, buffer_bytes(&capture.text));
        capture_free(&capture);
        draw_lines(menu, screen);
        return wait_s;
}

/*
 * The page, and the key that was pressed; KEY_NONE when none came, for which it waits for ever unless it has
 * a `bound`. An error when there is no screen, no keyboard or no memory, or the shell wants the end.
 */
static int ask_page(struct menu *menu, bool bound, const char *question) {
        struct console *console = &menu->app->console;
        struct screen screen;
        int key = screen_open(&screen, menu->app);
        unsigned wait_s;

        if (key < 0)
                return key;
        draw_lines(menu, &screen);
        wait_s = bound ? read_wait(menu, &screen) : 0;
        for (unsigned left = wait_s; key == KEY_NONE; left--) {
                char status[STATUS_SIZE];
                struct text text = TEXT_ON(status);

                text_format(&text, " %s", question);
                if (wait_s > 0)
                        text_format(&text, "; in %u s it dumps by itself", left);
                screen_put(&screen, screen.rows - 1, SCREEN_BAR, text_bytes(&text));
                if (wait_s > 0 && left == 0)
                        break;
                key = keys_wait(console, wait_s > 0 ? SECOND_US : KEYS_FOR_EVER);
        }
        screen_close(&screen);
        console->said = false; /* what was there has been looked at */
        return key;
}

/* A key from '1' on; its number from 0, CHOICES_MAX for more of them, or an error: nothing was chosen. */
static int ask_choice(struct menu *menu, size_t count, bool more, const char *question) {
        for (;;) {
                int key = ask_page(menu, false, question);

                if (key < 0 || key == 'q' || key == KEY_ESCAPE)
                        return ERR_INTERRUPTED;
                if (more && key == 'n')
                        return CHOICES_MAX;
                if (key >= '1' && (size_t) (key - '1') < count)
                        return key - '1';
        }
}

/* --- verbs ---------------------------------------------------------------------------------------- */

static int run_verb(struct menu *menu, const char **words, size_t count, unsigned flags) {
        struct app *app = menu->app;
        char title[STATUS_SIZE], error[OPTIONS_ERROR_SIZE];
        struct text text = TEXT_ON(title);
        struct capture capture;
        int status;

        for (size_t i = 0; i < count; i++)
                text_format(&text, "%s%s", i > 0 ? " " : "", words[i]);
        if (options_parse(&cli_pstore_fw, words, count, &app->options, error) < 0)
                return EXIT_USAGE; /* our own words: there is none */
        app->wants_volume = false;
        capture_begin(&capture, app, flags & ASKS);
        status = app->options.verb->run(&app->options, app);
        capture_end(&capture);
        if (capture.text.size == 0 && !(flags & DRAWS))
                buffer_append_text(&capture.text, "done, and nothing to be said\n");
        if (capture.text.size > 0)
                (void) pager_show(app, title, buffer_bytes(&capture.text));
        capture_free(&capture);
        app->options = (struct options){ 0 };
        app->console.said = false;
        return status;
}

/* True with the name of a volume that can be written. */
static bool choose_volume(struct menu *menu, char ret_name[VOLUME_NAME_SIZE]) {
        char names[CHOICES_MAX][VOLUME_NAME_SIZE], description[STATUS_SIZE];
        struct volumes volumes;
        size_t count = 0;
        int choice;

        begin_page(menu, "Volumes that can be written");
        volumes_find(&volumes, menu->app);
        for (size_t i = 0; i < volumes.count && count < CHOICES_MAX; i++) {
                struct text name = TEXT_ON(names[count]), text = TEXT_ON(description);

                volumes_put_name(&volumes, i, &name);
                if (volumes_describe(&volumes, i, &text))
                        buffer_append_format(&menu->page, "  %zu  %s %s\n", ++count, name.buffer,
                                             description);
        }
        volumes_free(&volumes);
        if (count == 0)
                buffer_append_format(&menu->page, "  none\n");
        choice = ask_choice(menu, count, false, "A number chooses, q goes back");
        if (choice < 0)
                return false;
        memcpy(ret_name, names[choice], VOLUME_NAME_SIZE);
        return true;
}

/* Where the copies find no place, another volume may have one. */
static void run_entry(struct menu *menu, const struct entry *entry) {
        bool elsewhere = entry->flags & TO_ANOTHER;

        for (;;) {
                const char *words[WORDS_MAX] = { entry->verb };
                char volume[VOLUME_NAME_SIZE];
                size_t count = 1;

                if (menu->event[0])
                        words[count++] = menu->event;
                else if (entry->flags & NAMES_ALL)
                        words[count++] = "--all";
                if (entry->option)
                        words[count++] = entry->option;
                if (elsewhere && !choose_volume(menu, volume))
                        return;
                if (elsewhere) {
                        words[count++] = "--output";
                        words[count++] = volume;
                }
                (void) run_verb(menu, words, count, entry->flags);
                if (!menu->app->wants_volume)
                        return;
                elsewhere = true;
        }
}

static bool use_canary(struct menu *menu) {
        const char *words[WORDS_MAX] = { "prove", menu->has_canary ? "verify" : "arm" };

        (void) run_verb(menu, words, 2, 0);
        return true;
}

static bool show_said(struct menu *menu) {
        (void) pager_show(menu->app, "messages", buffer_bytes(&menu->said));
        return true;
}

static bool reboot(struct menu *menu) {
        if (console_ask(&menu->app->console, "Reboot the machine now?"))
                menu->app->runtime->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
        return true;
}

static bool leave(struct menu *menu) {
        (void) menu;
        return false;
}

/* --- pages of entries ----------------------------------------------------------------------------- */

static bool is_on_page(const struct menu *menu, const struct entry *entry) {
        if (entry->act == show_said && menu->said.size == 0)
                return false;
        return entry->flags & (menu->event[0] ? OF_EVENT : OF_ALL);
}

static void put_entries(struct menu *menu) {
        const struct entry *shown[ARRAY_SIZE(entries)];
        size_t count = 0, rows;

        for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
                if (is_on_page(menu, &entries[i]))
                        shown[count++] = &entries[i];
        rows = (count + 1) / 2;
        for (size_t i = 0; i < rows; i++) {
                buffer_append_format(&menu->page, "  %c  %-34s", shown[i]->key, shown[i]->title);
                if (i + rows < count)
                        buffer_append_format(&menu->page, "%c  %s", shown[i + rows]->key,
                                             shown[i + rows]->title);
                buffer_append_text(&menu->page, "\n");
        }
}

static const struct entry *find_entry(const struct menu *menu, int key) {
        for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
                if ((entries[i].key == (key | 0x20) || (key == KEY_ESCAPE && entries[i].act == leave)) &&
                    is_on_page(menu, &entries[i]))
                        return &entries[i];
        return NULL;
}

static bool holds_canary(const struct catalog *catalog) {
        struct canary canary;

        for (size_t i = 0; i < catalog->record_count; i++)
                if (record_has_log(catalog->records[i]) &&
                    canary_parse(record_log(catalog->records[i]), &canary) == 0)
                        return true;
        return false;
}

static void put_none(struct menu *menu, const struct session *session) {
        char line[NO_RECORDS_SIZE];
        struct text text = TEXT_ON(line);

        no_records_describe(session, &text);
        buffer_append(&menu->page, text_view("  "));
        buffer_append(&menu->page, text_bytes(&text));
        buffer_append(&menu->page, text_view("\n"));
}

static bool is_named(const struct event *event, const char *name) {
        char each[EVENT_NAME_SIZE];
        struct text text = TEXT_ON(each);

        event_format_name(event, &text);
        return text_equal(each, name);
}

/* The newest event, or the one of the page; NULL: there is none any more. */
static const struct event *find_event(const struct menu *menu, const struct catalog *catalog) {
        for (size_t i = catalog->event_count; i > 0; i--)
                if (!menu->event[0] || is_named(&catalog->events[i - 1], menu->event))
                        return &catalog->events[i - 1];
        return NULL;
}

static void put_catalog(struct menu *menu, const struct session *session) {
        const struct catalog *catalog = &session->catalog;
        const struct event *event = find_event(menu, catalog);

        if (!event)
                menu->event[0] = '\0';
        begin_page(menu, menu->event[0] ? "One event" : "The newest crash in this machine's firmware");
        if (event) {
                menu->alert_row = FIRST_ROW;
                first_screen_put_event(catalog, event, &menu->page);
        }
        if (catalog->record_count == 0)
                put_none(menu, session);
        if (!menu->event[0])
                first_screen_put_rest(catalog, &menu->page);
        buffer_append_text(&menu->page, "\n");
        menu->has_canary = holds_canary(catalog);
}

/* One look at the stores; what is said of them stands below. */
static void load(struct menu *menu, struct inventory *inventory) {
        struct capture capture;

        capture_begin(&capture, menu->app, false);
        (void) inventory_load(inventory, menu->app);
        capture_end(&capture);
        buffer_free(&menu->said);
        menu->said = capture.text;
}

static void put_page(struct menu *menu) {
        struct inventory inventory;

        load(menu, &inventory);
        put_catalog(menu, &inventory.session);
        inventory_free(&inventory);
        put_entries(menu);
        buffer_append_text(&menu->page, "\n");
        buffer_append(&menu->page, buffer_bytes(&menu->said));
}

/* True as long as the page stays. */
static bool do_key(struct menu *menu, int key) {
        const struct entry *entry = find_entry(menu, key);

        if (!entry)
                return true;
        if (entry->act)
                return entry->act(menu);
        run_entry(menu, entry);
        return true;
}

/* Pages until somebody leaves; the last key, or why there is none. */
static int run_pages(struct menu *menu, bool bound) {
        for (;;) {
                bool was_event = menu->event[0];
                int key;

                put_page(menu);
                if (was_event && !menu->event[0]) /* it was cleared */
                        return KEY_ESCAPE;
                key = ask_page(menu, bound, "Press the key of what is to be done");
                if (key <= KEY_NONE || !do_key(menu, key))
                        return key;
                bound = false;
        }
}

/* The newest first; so many of them behind `skip` that have a key. */
static size_t put_events(struct menu *menu, size_t skip, bool *ret_more) {
        struct inventory inventory;
        const struct catalog *catalog = &inventory.session.catalog;
        size_t count = 0, left;

        load(menu, &inventory);
        begin_page(menu, "Events, the newest first");
        left = catalog->event_count - size_min(skip, catalog->event_count);
        for (; count < CHOICES_MAX && left > 0; left--, count++) {
                const struct event *event = &catalog->events[left - 1];
                struct text name = TEXT_ON(menu->names[count]);

                event_format_name(event, &name);
                first_screen_put_choice(catalog, event, (char) ('1' + count), &menu->page);
        }
        if (catalog->event_count == 0)
                put_none(menu, &inventory.session);
        *ret_more = left > 0;
        inventory_free(&inventory);
        return count;
}

static bool choose_event(struct menu *menu) {
        size_t skip = 0;

        for (;;) {
                bool more;
                size_t count = put_events(menu, skip, &more);
                int choice = ask_choice(menu, count, more,
                                        more ? "A number chooses, n shows more, q goes back"
                                             : "A number chooses, q goes back");

                if (choice < 0)
                        return true;
                skip += CHOICES_MAX;
                if (choice == CHOICES_MAX)
                        continue;
                skip = 0;
                memcpy(menu->event, menu->names[choice], sizeof(menu->event));
                (void) run_pages(menu, false);
                menu->event[0] = '\0';
        }
}

static int dump(struct app *app) {
        const char *words[] = { "dump" };
        char error[OPTIONS_ERROR_SIZE];

        (void) options_parse(&cli_pstore_fw, words, ARRAY_SIZE(words), &app->options, error);
        return app->options.verb->run(&app->options, app);
}

int menu_run(struct app *app) {
        struct menu menu = { .app = app };
        int key;

        buffer_init(&menu.page, &app->allocator);
        keys_drain(&app->console);
        key = run_pages(&menu, true);
        buffer_free(&menu.page);
        buffer_free(&menu.said);
        if (key > KEY_NONE)
                return EXIT_DONE;
        return key == ERR_INTERRUPTED ? EXIT_FAILED : dump(app);
}

void menu_linger(struct app *app) {
        struct console *console = &app->console;
        unsigned wait_s;

        if (!console->said || !console_has_person(console))
                return;
        wait_s = boot_settings_wait(app, LINGER_S);
        console_problem(console, "press a key to go on; in %u s it does by itself", wait_s);
        keys_drain(console);
        (void) keys_wait(console, (uint64_t) wait_s * SECOND_US);
}

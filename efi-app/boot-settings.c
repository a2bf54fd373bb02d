/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/boot-settings.h"

#include "base/arith.h"
#include "base/error.h"
#include "efi-app/esp.h"

#define PATH      "EFI/pstore-fw/pstore-fw.conf"
#define PATH_TOLD "\\EFI\\pstore-fw\\pstore-fw.conf"
#define FILE_MAX  65536

static const char *const at_boot_names[] = {
        [AT_BOOT_DUMP] = "dump",
        [AT_BOOT_DUMP_AND_CLEAR] = "dump-and-clear",
        [AT_BOOT_ASK] = "ask",
        [AT_BOOT_NOTHING] = "nothing",
        NULL,
};

#define ROW(member, ...)                                                                                     \
        { #member, offsetof(struct boot_settings, member), __VA_ARGS__ }

static const struct setting_row rows[] = {
        ROW(at_boot, &setting_choice, 0, 0, "is none of dump, dump-and-clear, ask and nothing",
            at_boot_names),
        SETTING_TEXT_ROW(struct boot_settings, output, setting_text, "is no place"),
        ROW(keep_events, &setting_number, 0, 1000000, "is no number of events"),
        ROW(keep_bytes, &setting_size, 0, 0, "is no size: a number, and K, M or G"),
        ROW(wait, &setting_number, 1, 3600, "is no number of seconds from 1 to 3600"),
};

void boot_settings_default(struct boot_settings *ret_settings) {
        *ret_settings = (struct boot_settings){
                .at_boot = AT_BOOT_DUMP,
                .keep_events = 20,
                .keep_bytes = (uint64_t) 16 * 1024 * 1024,
                .wait = 10,
        };
}

struct settings_table boot_settings_table(struct boot_settings *settings) {
        return (struct settings_table){ rows, ARRAY_SIZE(rows), settings };
}

static void tell(void *context, const char *error) {
        console_problem(context, PATH_TOLD ": %s", error);
}

/* What the file does not name stays. */
static void read_file(struct app *app, struct boot_settings *settings) {
        const struct settings_table table = boot_settings_table(settings);
        struct buffer text;
        struct esp esp;
        int r;

        buffer_init(&text, &app->allocator);
        r = esp_open(&esp, app);
        if (r == 0)
                r = esp_read(&esp, PATH, FILE_MAX, &text);
        if (r == 0)
                settings_parse_rest(buffer_bytes(&text), &table, 1, tell, &app->console);
        else if (r != ERR_NOT_FOUND && r != ERR_NO_STORE)
                tell(&app->console, error_text(r));
        esp_close(&esp);
        buffer_free(&text);
}

void boot_settings_read(struct app *app, struct boot_settings *ret_settings) {
        boot_settings_default(ret_settings);
        read_file(app, ret_settings);
}

unsigned boot_settings_wait(struct app *app, unsigned otherwise_s) {
        struct boot_settings settings = { 0 };

        if (!app->wait_known) {
                read_file(app, &settings);
                app->wait_s = settings.wait;
                app->wait_known = true;
        }
        return app->wait_s > 0 ? app->wait_s : otherwise_s;
}

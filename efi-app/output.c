/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/output.h"

#include "base/error.h"
#include "base/ucs2.h"
#include "cli/common-options.h"
#include "efi-app/verb.h"
#include "efi-app/volumes.h"

#define COMMAND_SIZE     400
#define DESCRIPTION_SIZE 128

const struct option option_output = {
        .name = "output",
        .letter = 'o',
        .argument = "PLACE",
        .help = "there: fs1:, fs1:\\DIRECTORY, or a directory",
};

/* A volume's name without its colon, and the directory on it; either may be empty. */
struct place {
        struct bytes volume, directory;
};

static struct place place_of(const char *text) {
        struct bytes all = text_view(text);

        for (size_t i = 0; i < all.size; i++)
                if (all.data[i] == ':')
                        return (struct place){ bytes_first(all, i), bytes_from(all, i + 1) };
        return (struct place){ .directory = all };
}

void output_put_name(const struct app *app, struct text *text) {
        const char *wanted = options_text(&app->options, &option_output);
        struct bytes directory = wanted ? place_of(wanted).directory : text_view("");

        if (wanted)
                text_put(text, wanted);
        if (directory.size == 0)
                text_put(text, ESP_DUMP_DIRECTORY_SHOWN);
}

void output_put_volume(struct app *app, struct text *text) {
        if (options_have(&app->options, &option_output))
                output_put_name(app, text);
        else
                volumes_put_own(app, text);
}

/* One '/' between its parts, and none around them. */
static void put_path(struct bytes directory, struct text *text) {
        for (size_t i = 0; i < directory.size; i++) {
                char c = (char) directory.data[i];
                bool parts = c == '\\' || c == '/';

                if (!parts || (text->length > 0 && text->buffer[text->length - 1] != '/'))
                        text_put_char(text, parts ? '/' : c);
        }
        while (text->length > 0 && text->buffer[text->length - 1] == '/')
                text->buffer[--text->length] = '\0';
}

/* Where the shell stands: "FS0:\EFI", which is its memory (UEFI Shell 2.2, 2.2.13); nothing without a shell.
 */
static void put_current(const struct volumes *volumes, struct text *text) {
        const CHAR16 *current = volumes->shell ? volumes->shell->GetCurDir(NULL) : NULL;

        for (; current && *current; current++)
                (void) ucs2_to_utf8(bytes_of(current, sizeof(*current)), text);
}

static bool is_from_root(struct bytes directory) {
        return directory.size > 0 && (directory.data[0] == '\\' || directory.data[0] == '/');
}

/* A place without a volume is meant as the shell means it, or else on the volume that we were started from.
 */
static int open_place(struct output *output, struct volumes *volumes, struct place place, struct text *path) {
        struct app *app = volumes->app;
        char current[OUTPUT_PATH_SIZE];
        struct text current_text = TEXT_ON(current);
        struct place from;
        int index;

        if (place.volume.size == 0) {
                put_current(volumes, &current_text);
                from = place_of(current);
                place.volume = from.volume;
                if (!is_from_root(place.directory)) {
                        put_path(from.directory, path);
                        text_put_char(path, '/');
                }
        }
        put_path(place.directory.size > 0 ? place.directory : text_view(ESP_DUMP_DIRECTORY), path);
        if (path->truncated || current_text.truncated)
                return ERR_TOO_LARGE;
        if (place.volume.size == 0)
                return esp_open(&output->esp, app);
        index = volumes_index(volumes, place.volume);
        return index < 0 ? index : esp_open_volume(&output->esp, app, volumes->handles[index]);
}

int output_open(struct output *output, struct app *app) {
        const char *wanted = options_text(&app->options, &option_output);
        struct text path = TEXT_ON(output->path);
        struct volumes volumes;
        int r;

        output->esp = (struct esp){ .app = app };
        output->directory = (struct esp_directory){ &output->esp, output->path };
        if (!wanted) {
                text_put(&path, ESP_DUMP_DIRECTORY);
                return esp_open(&output->esp, app);
        }
        volumes_find(&volumes, app);
        r = open_place(output, &volumes, place_of(wanted), &path);
        volumes_free(&volumes);
        return r;
}

void output_close(struct output *output) {
        esp_close(&output->esp);
}

/* The command line again, but for where the copies go. */
static void put_command(const struct options *options, struct text *text) {
        text_format(text, "%s %s", cli_pstore_fw.name, options->verb->name);
        for (size_t i = 0; i < options->operand_count; i++)
                text_format(text, " %s", options->operands[i]);
        for (size_t i = 0; i < options->given_count; i++) {
                const struct given_option *given = &options->given[i];

                if (given->option != &option_output)
                        text_format(text, " --%s%s%s", given->option->name,
                                    given->option->argument ? "=" : "", given->text);
        }
}

void output_offer_others(struct app *app) {
        struct console *console = &app->console;
        char command[COMMAND_SIZE];
        struct text command_text = TEXT_ON(command);
        struct volumes volumes;
        bool any = false;

        put_command(&app->options, &command_text);
        volumes_find(&volumes, app);
        for (size_t i = 0; i < volumes.count; i++) {
                char name[VOLUME_NAME_SIZE], description[DESCRIPTION_SIZE];
                struct text name_text = TEXT_ON(name), description_text = TEXT_ON(description);

                volumes_put_name(&volumes, i, &name_text);
                if (!volumes_describe(&volumes, i, &description_text))
                        continue;
                if (!any)
                        console_problem(console, "volumes that can be written:");
                any = app->wants_volume = true;
                console_problem(console, "  %s %s", name, description);
                console_problem(console, "    %s --output %s", command, name);
        }
        if (!any)
                console_problem(console, "no other volume of this machine can be written");
        volumes_free(&volumes);
}

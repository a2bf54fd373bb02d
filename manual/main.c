/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "manual/manual.h"

#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define VERB_TEMPLATE "verb.8" /* of a verb that has none of its own */
#define PATH_SIZE     4096

static void fail(const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        fputs("manual: ", stderr);
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
        va_end(arguments);
        exit(1);
}

FILE *manual_open(const char *path, const char *mode) {
        FILE *stream = fopen(path, mode);

        if (!stream)
                fail("%s: %s", path, strerror(errno));
        return stream;
}

static int take_bytes(void *context, struct bytes bytes) {
        return fwrite(bytes.data, 1, bytes.size, context) == bytes.size ? 0 : -1;
}

char *manual_written(void (*put)(const struct sink *sink)) {
        char *text = NULL;
        size_t size = 0;
        FILE *memory = open_memstream(&text, &size);
        const struct sink sink = { .context = memory, .write = take_bytes };

        if (!memory)
                fail("no memory");
        put(&sink);
        fclose(memory);
        return text;
}

const char *manual_joined_name(const struct verb *verb, char joint) {
        static char name[64];
        size_t size = 0;

        for (; verb->name[size] && size + 1 < sizeof(name); size++)
                name[size] = verb->name[size] == ' ' ? joint : verb->name[size];
        name[size] = '\0';
        return name;
}

/* "pstore-fw-kdump-load.8" */
static void name_page(const struct cli *cli, const struct verb *verb, char ret_name[PATH_SIZE]) {
        snprintf(ret_name, PATH_SIZE, "%s-%s.8", cli->name, manual_joined_name(verb, '-'));
}

static const struct verb *verb_of_page(const struct cli *cli, const char *page) {
        char name[PATH_SIZE];

        for (const struct verb *const *verb = cli->verbs; *verb; verb++) {
                name_page(cli, *verb, name);
                if (strcmp(name, page) == 0)
                        return *verb;
        }
        return NULL;
}

static bool follow(const struct manual *manual, const struct directive *directives, const char *name,
                   const char *argument) {
        for (; directives->name; directives++)
                if (strcmp(directives->name, name) == 0 && (manual->verb || !directives->of_verb)) {
                        directives->put(manual, argument);
                        return true;
                }
        return false;
}

static void expand(const struct manual *manual, const char *template) {
        FILE *file = manual_open(template, "re");
        char *line = NULL;
        size_t capacity = 0;
        ssize_t length;

        while ((length = getline(&line, &capacity, file)) > 0) {
                char *argument = line + length - 1;

                if (line[0] != '@') {
                        fputs(line, manual->stream);
                        continue;
                }
                *argument = '\0'; /* in place of the LF */
                if (strchr(line, ' ')) {
                        argument = strchr(line, ' ') + 1;
                        argument[-1] = '\0';
                }
                if (!follow(manual, mdoc_directives, line + 1, argument) &&
                    !follow(manual, completion_directives, line + 1, argument))
                        fail("%s: there is no %s here", template, line);
        }
        free(line);
        fclose(file);
}

static void make(const struct verb *verb, const char *template, const char *directory, const char *name) {
        char path[PATH_SIZE];
        struct manual manual = { .cli = &cli_pstore_fw, .verb = verb };

        if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= PATH_SIZE)
                fail("%s: too long", directory);
        manual.stream = manual_open(path, "we");
        expand(&manual, template);
        if (ferror(manual.stream) || fclose(manual.stream) != 0)
                fail("%s: cannot be written", path);
}

/* The one of that name among the templates. */
static const char *find_template(char **templates, const char *name) {
        for (; *templates; templates++)
                if (strcmp(basename(*templates), name) == 0)
                        return *templates;
        return NULL;
}

/*
 * manual DIRECTORY TEMPLATE...: makes a file of each template, of the same name. With "verb.8" among them
 * each verb that has none of its own gets its page of that one.
 */
int main(int argc, char **argv) {
        const char *fallback;

        if (argc < 3)
                fail("usage: manual DIRECTORY TEMPLATE...");
        fallback = find_template(argv + 2, VERB_TEMPLATE);
        for (char **template = argv + 2; *template; template ++) {
                const char *name = basename(*template);

                if (*template != fallback)
                        make(verb_of_page(&cli_pstore_fw, name), *template, argv[1], name);
        }
        for (const struct verb *const *verb = cli_pstore_fw.verbs; fallback && *verb; verb++) {
                char name[PATH_SIZE];

                name_page(&cli_pstore_fw, *verb, name);
                if (!find_template(argv + 2, name))
                        make(*verb, fallback, argv[1], name);
        }
        return 0;
}

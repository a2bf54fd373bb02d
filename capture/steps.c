/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/steps.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "posix/clock.h"
#include "posix/file.h"

#define LINE_SIZE 512

/*
 * As an error, so that a console which "quiet" or loglevel= silenced shows it, too. A record of /dev/kmsg is
 * what one write() brings.
 */
#define LEVEL "<3>"

void steps_init(struct steps *steps, int fd, bool kernel_log) {
        *steps = (struct steps){ .fd = fd, .kernel_log = kernel_log, .start_ms = clock_ms() };
}

void steps_say(const struct steps *steps, const char *format, ...) {
        char line[LINE_SIZE], whole[LINE_SIZE + 32];
        struct text text = TEXT_ON(whole);
        va_list arguments;

        if (steps->fd < 0)
                return;
        va_start(arguments, format);
        vsnprintf(line, sizeof(line), format, arguments);
        va_end(arguments);
        text_format(&text, "%spstore-fw: %s\n", steps->kernel_log ? LEVEL : "", line);
        (void) file_write_all(steps->fd, text_bytes(&text));
}

static void keep(struct steps *steps, const char *step, const char *result) {
        struct step *row = &steps->rows[steps->count];
        struct text name, text;

        if (steps->count == STEPS_MAX)
                return;
        steps->count++;
        name = TEXT_ON(row->name);
        text_put(&name, step);
        text = TEXT_ON(row->result);
        text_put(&text, result);
        row->ms = clock_ms() - steps->start_ms;
}

void steps_done(struct steps *steps, const char *step) {
        keep(steps, step, "done");
}

void steps_failed(struct steps *steps, const char *step, const char *format, ...) {
        char why[LINE_SIZE];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(why, sizeof(why), format, arguments);
        va_end(arguments);
        keep(steps, step, why);
        steps_say(steps, "%s: %s", step, why);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/journal.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "capture/clock.h"
#include "posix/file.h"

#define LINE_SIZE 512

/*
 * As an error, so that a console which "quiet" or loglevel= silenced shows it, too. A record of /dev/kmsg is
 * what one write() brings.
 */
#define LEVEL "<3>"

void journal_init(struct journal *journal, int fd, bool kernel_log) {
        *journal = (struct journal){ .fd = fd, .kernel_log = kernel_log, .start_ms = clock_ms() };
}

static void write_line(const struct journal *journal, const char *line) {
        char whole[LINE_SIZE + 32];
        struct text text = TEXT_ON(whole);

        if (journal->fd < 0)
                return;
        text_format(&text, "%spstore-fw: %s\n", journal->kernel_log ? LEVEL : "", line);
        (void) file_write_all(journal->fd, text_bytes(&text));
}

void journal_say(const struct journal *journal, const char *format, ...) {
        char line[LINE_SIZE];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(line, sizeof(line), format, arguments);
        va_end(arguments);
        write_line(journal, line);
}

static void keep(struct journal *journal, const char *step, const char *result) {
        struct journal_step *row = &journal->steps[journal->step_count];
        struct text name, text;

        if (journal->step_count == JOURNAL_STEPS_MAX)
                return;
        journal->step_count++;
        name = TEXT_ON(row->name);
        text_put(&name, step);
        text = TEXT_ON(row->result);
        text_put(&text, result);
        row->ms = clock_ms() - journal->start_ms;
}

void journal_done(struct journal *journal, const char *step) {
        keep(journal, step, "done");
}

void journal_failed(struct journal *journal, const char *step, const char *format, ...) {
        char why[LINE_SIZE];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(why, sizeof(why), format, arguments);
        va_end(arguments);
        keep(journal, step, why);
        journal_say(journal, "%s: %s", step, why);
}

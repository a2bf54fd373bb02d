/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/output/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "posix/clock.h"

/* What is over sooner is not worth a line that flickers. */
#define PROGRESS_AFTER_MS 500

static bool message_quiet;
static bool progress_shown;
static bool progress_begun;
static uint64_t progress_due_ms; /* when it may be shown, of clock_ms() */

void message_set_quiet(bool quiet) {
        message_quiet = quiet;
}

/* Carriage return, then "erase to the end of the line" (ECMA-48, EL). */
static void progress_hide(void) {
        if (progress_shown)
                fputs("\r\033[K", stderr);
        progress_shown = false;
}

void message_progress_end(void) {
        progress_hide();
        progress_begun = false;
}

static void message_print(const char *format, va_list arguments) {
        progress_hide();
        fputs("pstore-fw: ", stderr);
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
}

void message_error(const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        message_print(format, arguments);
        va_end(arguments);
}

void message_note(const char *format, ...) {
        va_list arguments;

        if (message_quiet)
                return;
        va_start(arguments, format);
        message_print(format, arguments);
        va_end(arguments);
}

void message_failure(const char *subject, int error) {
        message_error("%s: %s", subject, error_text(error));
}

static void tell_error(void *context, const char *subject, const char *what) {
        (void) context;
        message_error("%s: %s", subject, what);
}

static void tell_note(void *context, const char *what) {
        (void) context;
        message_note("%s", what);
}

const struct teller message_teller = { .error = tell_error, .note = tell_note };

static void progress_show(void *context, const char *activity, size_t done, size_t total) {
        (void) context;
        if (message_quiet || !isatty(STDERR_FILENO))
                return;
        if (!progress_begun)
                progress_due_ms = clock_ms() + PROGRESS_AFTER_MS;
        progress_begun = true;
        if (clock_left_ms(progress_due_ms) > 0)
                return;
        progress_hide();
        if (total > 0)
                fprintf(stderr, "%s %zu of %zu", activity, done, total);
        else
                fprintf(stderr, "%s %zu", activity, done);
        fflush(stderr);
        progress_shown = true;
}

const struct observer message_progress = { .progress = progress_show };

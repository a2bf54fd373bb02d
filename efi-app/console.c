/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/console.h"

#include <efishell.h>

#include "base/error.h"
#include "base/text.h"
#include "efi-app/keys.h"

#define LINE_MAX        512
#define ANSWER_S        30
#define PROGRESS_COLUMN 79
#define PROGRESS_AFTER  5000000 /* half a second, in units of 100 ns (UEFI 2.10, 7.1) */

static EFI_EVENT find_break(EFI_BOOT_SERVICES *boot) {
        EFI_GUID guid = EFI_SHELL_PROTOCOL_GUID;
        EFI_SHELL_PROTOCOL *shell;

        return EFI_ERROR(boot->LocateProtocol(&guid, NULL, (void **) &shell)) ? NULL : shell->ExecutionBreak;
}

/* A console that has gone leaves a handle that is none, and perhaps a pointer. */
void console_init(struct console *console, EFI_SYSTEM_TABLE *system, bool redirected) {
        EFI_SIMPLE_TEXT_OUT_PROTOCOL *output = system->ConsoleOutHandle ? system->ConOut : NULL,
                                     *errors = system->StandardErrorHandle ? system->StdErr : NULL;
        EFI_BOOT_SERVICES *boot = system->BootServices;

        *console = (struct console){
                .input = system->ConsoleInHandle ? system->ConIn : NULL,
                .boot = boot,
                .execution_break = find_break(boot),
                .apart = errors && (redirected || !output),
        };
        outlet_init(&console->output, boot, output, redirected ? OUTLET_FILE : OUTLET_CONSOLE);
        outlet_init(&console->errors, boot, errors, OUTLET_ERRORS);
}

void console_close(struct console *console) {
        if (console->timer)
                console->boot->CloseEvent(console->timer);
        console->timer = NULL;
        if (console->interrupted)
                console->boot->SignalEvent(console->execution_break);
        outlet_close(&console->output);
        outlet_close(&console->errors);
}

bool console_has_person(const struct console *console) {
        return console->input && console->output.output && console->output.kind == OUTLET_CONSOLE;
}

bool console_interrupted(struct console *console) {
        if (console->execution_break && !console->interrupted)
                console->interrupted = !EFI_ERROR(console->boot->CheckEvent(console->execution_break));
        return console->interrupted;
}

static struct outlet *messages(struct console *console) {
        return console->apart ? &console->errors : &console->output;
}

static void put_text(struct console *console, const char *string) {
        (void) outlet_put(messages(console), text_view(string));
}

/* Blanks what the progress line has left, so that the next text starts on a clean line. */
static void end_progress(struct console *console) {
        char blanks[PROGRESS_COLUMN];
        struct text text = TEXT_ON(blanks);

        if (console->progress_length == 0)
                return;
        while (text.length < console->progress_length)
                text_put_char(&text, ' ');
        outlet_return(messages(console));
        put_text(console, blanks);
        outlet_return(messages(console));
        console->progress_length = 0;
}

static int write_output(void *context, struct bytes bytes) {
        struct console *console = context;
        int r;

        if (console_interrupted(console))
                return ERR_INTERRUPTED;
        end_progress(console);
        console->said = true;
        r = outlet_put(&console->output, bytes);
        if (r < 0 && console->error == 0)
                console->error = r;
        return r;
}

struct sink console_sink(struct console *console) {
        return (struct sink){ .context = console, .write = write_output };
}

/* Whether what goes on was begun so long ago that it is worth a line. The clock tells whole seconds only. */
static bool progress_is_due(struct console *console) {
        EFI_BOOT_SERVICES *boot = console->boot;
        EFI_EVENT timer = console->timer;

        if (console->progress == PROGRESS_IDLE) {
                if (!timer && !EFI_ERROR(boot->CreateEvent(EVT_TIMER, 0, NULL, NULL, &timer)))
                        console->timer = timer;
                console->progress = PROGRESS_WAITS;
                /* Without a timer too much is shown rather than nothing. */
                if (!timer || EFI_ERROR(boot->SetTimer(timer, TimerRelative, PROGRESS_AFTER)))
                        console->progress = PROGRESS_SHOWS;
        } else if (console->progress == PROGRESS_WAITS && !EFI_ERROR(boot->CheckEvent(timer))) {
                console->progress = PROGRESS_SHOWS;
        }
        return console->progress == PROGRESS_SHOWS;
}

static void show_progress(void *context, const char *activity, size_t done, size_t total) {
        struct console *console = context;
        char line[PROGRESS_COLUMN];
        struct text text = TEXT_ON(line);

        if (console->quiet || !messages(console)->output || !progress_is_due(console))
                return;
        text_format(&text, "%s %zu", activity, done);
        if (total > 0)
                text_format(&text, " of %zu", total);
        if (text.length < console->progress_length) /* the end of the old one would stay behind it */
                end_progress(console);
        outlet_return(messages(console));
        put_text(console, line);
        console->progress_length = text.length;
}

static bool is_stopped(void *context) {
        return console_interrupted(context);
}

struct observer console_observer(struct console *console) {
        return (struct observer){ .context = console, .progress = show_progress, .stopped = is_stopped };
}

static void put_message(struct console *console, const char *format, va_list arguments)
        __attribute__((format(printf, 2, 0)));

static void put_message(struct console *console, const char *format, va_list arguments) {
        char line[LINE_MAX];
        struct text text = TEXT_ON(line);

        text_format_list(&text, format, arguments);
        end_progress(console);
        console->said = true;
        put_text(console, line);
        put_text(console, "\n");
}

void console_note(struct console *console, const char *format, ...) {
        va_list arguments;

        if (console->quiet)
                return;
        va_start(arguments, format);
        put_message(console, format, arguments);
        va_end(arguments);
}

void console_problem(struct console *console, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        put_message(console, format, arguments);
        va_end(arguments);
}

bool console_ask(struct console *console, const char *question) {
        bool yes;
        int key;

        end_progress(console);
        console->progress = PROGRESS_IDLE; /* what is asked is not what was begun */
        keys_drain(console);
        put_text(console, question);
        put_text(console, " [y/N] ");
        key = keys_wait(console, 1000000 * (console->answer_s ? console->answer_s : ANSWER_S));
        yes = key == 'y' || key == 'Y';
        put_text(console, key <= KEY_NONE ? "no answer\n" : yes ? "yes\n" : "no\n");
        return yes;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/console.h"
#include "base/error.h"
#include "base/text.h"
#include "efi-app/app.h"

#define UNITS_PER_CALL  128
#define LINE_MAX        512
#define ANSWER_STEPS    300
#define ANSWER_STEP_US  100000
#define PROGRESS_COLUMN 79
#define PROGRESS_AFTER  5000000 /* half a second, in units of 100 ns (UEFI 2.10, 7.1) */

struct units {
        EFI_SIMPLE_TEXT_OUT_PROTOCOL *output;
        CHAR16 text[UNITS_PER_CALL];
        size_t count;
        EFI_STATUS status;
};

static void flush(struct units *units) {
        EFI_STATUS status;

        units->text[units->count] = 0;
        status = units->output->OutputString(units->output, units->text);
        if (EFI_ERROR(status) && !EFI_ERROR(units->status))
                units->status = status;
        units->count = 0;
}

static void put_unit(struct units *units, CHAR16 unit) {
        if (units->count == UNITS_PER_CALL - 1)
                flush(units);
        units->text[units->count++] = unit;
}

static int put_bytes(EFI_SIMPLE_TEXT_OUT_PROTOCOL *output, struct bytes bytes) {
        struct units units = { .output = output };

        if (!output)
                return ERR_HARDWARE;
        for (size_t i = 0; i < bytes.size; i++) {
                uint8_t byte = bytes.data[i];

                if (byte == '\n')
                        put_unit(&units, '\r'); /* which the console does not add */
                if (byte == '\n' || byte == '\t' || (byte >= 0x20 && byte < 0x7f)) {
                        put_unit(&units, byte);
                        continue;
                }
                /* A log holds anything: the rest could steer a terminal, or have no glyph. */
                put_unit(&units, '\\');
                put_unit(&units, 'x');
                put_unit(&units, (CHAR16) hex_digit(byte >> 4));
                put_unit(&units, (CHAR16) hex_digit(byte));
        }
        if (units.count > 0)
                flush(&units);
        return efi_status_to_error(units.status);
}

void console_init(struct console *console, EFI_SYSTEM_TABLE *system, bool redirected) {
        bool apart = redirected || !system->ConOut;

        *console = (struct console){
                .output = system->ConOut,
                .messages = apart && system->StdErr ? system->StdErr : system->ConOut,
                .input = system->ConIn,
                .boot = system->BootServices,
        };
}

void console_close(struct console *console) {
        if (console->timer)
                console->boot->CloseEvent(console->timer);
        console->timer = NULL;
}

static void put_carriage_return(struct console *console) {
        CHAR16 carriage_return[] = { '\r', 0 };

        console->messages->OutputString(console->messages, carriage_return);
}

/* Blanks what the progress line has left, so that the next text starts on a clean line. */
static void end_progress(struct console *console) {
        struct units units = { .output = console->messages };

        if (console->progress_length == 0)
                return;
        put_carriage_return(console);
        for (size_t i = 0; i < console->progress_length; i++)
                put_unit(&units, ' ');
        flush(&units);
        put_carriage_return(console);
        console->progress_length = 0;
}

static int write_output(void *context, struct bytes bytes) {
        struct console *console = context;
        int r;

        end_progress(console);
        r = put_bytes(console->output, bytes);
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

        if (console->quiet || !console->messages || !progress_is_due(console))
                return;
        text_format(&text, "%s %zu", activity, done);
        if (total > 0)
                text_format(&text, " of %zu", total);
        if (text.length < console->progress_length) /* the end of the old one would stay behind it */
                end_progress(console);
        put_carriage_return(console);
        put_bytes(console->messages, text_bytes(&text));
        console->progress_length = text.length;
}

struct observer console_observer(struct console *console) {
        return (struct observer){ .context = console, .progress = show_progress };
}

static void put_message(struct console *console, const char *format, va_list arguments)
        __attribute__((format(printf, 2, 0)));

static void put_message(struct console *console, const char *format, va_list arguments) {
        char line[LINE_MAX];
        struct text text = TEXT_ON(line);

        text_format_list(&text, format, arguments);
        end_progress(console);
        put_bytes(console->messages, text_bytes(&text));
        put_bytes(console->messages, text_view("\n"));
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
        end_progress(console);
        console->progress = PROGRESS_IDLE; /* what is asked is not what was begun */
        put_bytes(console->messages, text_view(question));
        put_bytes(console->messages, text_view(" [y/N] "));
        for (unsigned step = 0; step < ANSWER_STEPS && console->input; step++) {
                EFI_INPUT_KEY key;

                if (!EFI_ERROR(console->input->ReadKeyStroke(console->input, &key))) {
                        bool yes = key.UnicodeChar == 'y' || key.UnicodeChar == 'Y';

                        put_bytes(console->messages, text_view(yes ? "yes\n" : "no\n"));
                        return yes;
                }
                console->boot->Stall(ANSWER_STEP_US);
        }
        put_bytes(console->messages, text_view("no answer\n"));
        return false;
}

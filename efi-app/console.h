/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>
#include <stdbool.h>

#include "store/sink.h"
#include "store/source.h"

/*
 * Data goes to standard output; messages and progress to the same screen, or, when the shell has redirected
 * the output into a file, to standard error. A machine without a screen or a keyboard may have none of them:
 * UEFI 2.10, 4.3, wants the protocols there even then, but firmware does not always connect them. Messages go
 * nowhere then, and data that goes nowhere is an error.
 */
struct console {
        EFI_SIMPLE_TEXT_OUT_PROTOCOL *output; /* may be NULL, as the two below */
        EFI_SIMPLE_TEXT_OUT_PROTOCOL *messages;
        EFI_SIMPLE_TEXT_IN_PROTOCOL *input;
        EFI_BOOT_SERVICES *boot;
        bool quiet;
        EFI_EVENT timer; /* of the progress; NULL: there is none yet */
        enum { PROGRESS_IDLE, PROGRESS_WAITS, PROGRESS_SHOWS } progress;
        size_t progress_length; /* of the line that stands there now */
        int error;              /* the first that the output returned */
};

/* `redirected`: `output` is a file. When all is done, console_close() is due. */
void console_init(struct console *console, EFI_SYSTEM_TABLE *system, bool redirected);
void console_close(struct console *console);

/* Text for people: a control character, or a byte that is not ASCII, comes out as \xNN. */
struct sink console_sink(struct console *console);

/*
 * A progress line that the next message replaces, of what goes on half a second after it was begun, or after
 * the last question. Nothing when quiet.
 */
struct observer console_observer(struct console *console);

/* A line on the messages' side; the \n is added. Notes are left out when quiet, problems are not. */
void console_note(struct console *console, const char *format, ...) __attribute__((format(printf, 2, 3)));
void console_problem(struct console *console, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Asks a question that y or Y answers with yes; no answer within half a minute is a no, and so is a machine
 * without a keyboard, at once.
 */
bool console_ask(struct console *console, const char *question);

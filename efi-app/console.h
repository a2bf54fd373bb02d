/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>
#include <stdbool.h>

#include "efi-app/outlet.h"
#include "store/sink.h"
#include "store/source.h"

/*
 * Data goes to standard output; messages and progress to the same screen, or, when the shell has redirected
 * the output into a file, to standard error. A machine without a screen or a keyboard may have none of them:
 * UEFI 2.10, 4.3, wants the protocols there even then, but firmware does not always connect them. What has no
 * screen goes nowhere, and is no error: see efi-app/outlet.h.
 */
struct console {
        struct outlet output;
        struct outlet errors;               /* where messages go when `apart` */
        EFI_SIMPLE_TEXT_IN_PROTOCOL *input; /* NULL: there is none */
        EFI_BOOT_SERVICES *boot;
        EFI_EVENT execution_break; /* of the shell; NULL: there is none */
        bool apart;
        bool quiet;
        bool said;         /* something, since somebody looked */
        bool interrupted;  /* execution_break was seen */
        bool after_return; /* the last key was CR: an LF behind it is the same key */
        unsigned answer_s; /* so long a question waits; 0: half a minute */
        EFI_EVENT timer;   /* of the progress; NULL: there is none yet */
        enum { PROGRESS_IDLE, PROGRESS_WAITS, PROGRESS_SHOWS } progress;
        size_t progress_length; /* of the line that stands there now */
        int error;              /* the first of the file that the output is */
};

/*
 * `redirected`: the output is a file. When all is done, console_close() is due; the shell hears again of a
 * break that was seen, so that its script ends, too.
 */
void console_init(struct console *console, EFI_SYSTEM_TABLE *system, bool redirected);
void console_close(struct console *console);

/* Whether somebody may sit there: a keyboard, and a screen that the output goes to. */
bool console_has_person(const struct console *console);

/* Whether the shell wants the run to end (Ctrl-C), now or earlier. Costs little, and is asked often. */
bool console_interrupted(struct console *console);

/*
 * Text for people: a control character, or a byte that is not ASCII, comes out as \xNN. ERR_INTERRUPTED, or
 * the error of the file that the output was redirected to.
 */
struct sink console_sink(struct console *console);

/*
 * A progress line that the next message replaces, of what goes on half a second after it was begun, or after
 * the last question. Nothing when quiet. What it observes is stopped by the shell's break.
 */
struct observer console_observer(struct console *console);

/* A line on the messages' side; the \n is added. Notes are left out when quiet, problems are not. */
void console_note(struct console *console, const char *format, ...) __attribute__((format(printf, 2, 3)));
void console_problem(struct console *console, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Asks a question that y or Y answers with yes; no answer in that time is a no, and so is a machine
 * without a keyboard, at once. What was typed before is no answer.
 */
bool console_ask(struct console *console, const char *question);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * Where text goes: a file, or a console, behind which firmware has several devices. edk2's console splitter
 * gives each string to all of them and returns the worst status, so an error does not say who has shown the
 * string and who has not; and a serial line that nobody drains at once fails within 0.2 ms. So the
 * devices are looked up. What one has not taken is given to it alone, for as long as it takes something at
 * least once a second, and for half a minute in all. Then it is left out until it takes something again, gets
 * a line that says how many it missed, and the others wait no more.
 *
 * A console that fails is no error: nobody's verdict depends on who is watching. A file that fails is one.
 */
#define OUTLET_DEVICES_MAX 8
#define OUTLET_PIECE_MAX   127

enum outlet_kind {
        OUTLET_CONSOLE,
        OUTLET_ERRORS, /* the console that standard error is */
        OUTLET_FILE,
};

struct outlet_device {
        EFI_SIMPLE_TEXT_OUT_PROTOCOL *output;
        EFI_SERIAL_IO_PROTOCOL *serial; /* below it; NULL: none, or none that tells anything */
        INT32 column;                   /* of its cursor, before the piece */
        uint64_t patience_us;           /* what is left of the time to wait for it */
        size_t missing;                 /* lines that it did not take, or not whole */
        size_t told;                    /* of these, where they are missing */
        bool left_out;
};

struct outlet {
        EFI_SIMPLE_TEXT_OUT_PROTOCOL *output; /* NULL: there is none, and text goes nowhere */
        EFI_BOOT_SERVICES *boot;
        enum outlet_kind kind;
        struct outlet_device devices[OUTLET_DEVICES_MAX];
        size_t device_count;
        CHAR16 piece[OUTLET_PIECE_MAX + 1];
        size_t length; /* of the piece that is being made */
};

void outlet_init(struct outlet *outlet, EFI_BOOT_SERVICES *boot, EFI_SIMPLE_TEXT_OUT_PROTOCOL *output,
                 enum outlet_kind kind);

/* Tells the devices that missed something how much it was. */
void outlet_close(struct outlet *outlet);

/* Text: \n ends a line, and what is no printable ASCII comes out as \xNN. The error of a file. */
int outlet_put(struct outlet *outlet, struct bytes bytes);

/*
 * Of the part that all devices show: the smallest of their modes, and no more than a terminal on a serial
 * line has, whatever mode firmware takes it for.
 */
void outlet_measure(const struct outlet *outlet, size_t *ret_columns, size_t *ret_rows);

/* To the line's beginning: what comes next covers what stands there. */
void outlet_return(struct outlet *outlet);

/* The whole screen (UEFI 2.10, 12.4); nothing happens where there is none, or the output is a file. */
void outlet_clear(struct outlet *outlet);
void outlet_move(struct outlet *outlet, size_t column, size_t row);
void outlet_colour(struct outlet *outlet, unsigned attribute);
void outlet_show_cursor(struct outlet *outlet, bool shown);

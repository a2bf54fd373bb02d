/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/efi-app/fake-console.h"

#include <string.h>

#include "tests/support/test.h"

/* --- the serial line ------------------------------------------------------------------------------ */

#define UART_ROOM 16

static void send(struct fake_console *console, char unit) {
        assert_true(console->length + 1 < sizeof(console->text));
        console->text[console->length++] = unit;
}

static void transmit(struct fake_console *console) {
        struct fake_line *line = &console->line;

        while (line->every_us > 0 && *line->clock_us - line->read_at_us >= line->every_us) {
                line->read_at_us += line->every_us;
                line->room = line->room + line->reads < UART_ROOM ? line->room + line->reads : UART_ROOM;
        }
        while (line->kept_count > 0 && line->room > 0) {
                send(console, line->kept[0]);
                memmove(line->kept, line->kept + 1, --line->kept_count);
                line->room--;
        }
}

static bool line_takes(struct fake_console *console, char unit) {
        struct fake_line *line = &console->line;

        transmit(console);
        if (line->room > 0) {
                send(console, unit);
                line->room--;
                return true;
        }
        if (line->kept_count < sizeof(line->kept))
                line->kept[line->kept_count++] = unit;
        return false;
}

static struct fake_console *console_of(EFI_SERIAL_IO_PROTOCOL *line) {
        return (struct fake_console *) ((char *) line - offsetof(struct fake_console, line));
}

static EFI_STATUS EFIAPI get_control(EFI_SERIAL_IO_PROTOCOL *this, UINT32 *ret_control) {
        struct fake_console *console = console_of(this);

        transmit(console);
        *ret_control = console->line.kept_count == 0 ? EFI_SERIAL_OUTPUT_BUFFER_EMPTY : 0;
        return EFI_SUCCESS;
}

void fake_console_add_line(struct fake_console *console, const uint64_t *clock_us) {
        console->line = (struct fake_line){ .protocol.GetControl = get_control, .clock_us = clock_us };
}

/* --- the text output ------------------------------------------------------------------------------ */

static void scroll(struct fake_console *console) {
        if (++console->mode.CursorRow < FAKE_ROWS)
                return;
        console->mode.CursorRow = FAKE_ROWS - 1;
        memmove(console->cells[0], console->cells[1], sizeof(console->cells) - sizeof(console->cells[0]));
        memset(console->cells[FAKE_ROWS - 1], ' ', FAKE_COLUMNS);
}

/* As edk2's terminal driver counts. */
static void move_cursor(struct fake_console *console, char unit) {
        SIMPLE_TEXT_OUTPUT_MODE *mode = &console->mode;

        if (unit == '\r') {
                mode->CursorColumn = 0;
        } else if (unit == '\n') {
                scroll(console);
        } else {
                console->cells[mode->CursorRow][mode->CursorColumn++] = unit;
                console->colours[mode->CursorRow] = (UINT8) mode->Attribute;
                if (mode->CursorColumn == FAKE_COLUMNS) {
                        mode->CursorColumn = 0;
                        console->wraps++;
                        scroll(console);
                }
        }
}

static EFI_STATUS put(struct fake_console *console, CHAR16 *string) {
        for (; *string; string++) {
                char unit = *string < 0x80 ? (char) *string : '?';

                if (console->refuses_every && ++console->units % console->refuses_every == 0)
                        return EFI_DEVICE_ERROR;
                if (!console->line.clock_us)
                        send(console, unit);
                else if (!line_takes(console, unit))
                        return EFI_DEVICE_ERROR;
                move_cursor(console, unit);
        }
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI output_string(EFI_SIMPLE_TEXT_OUT_PROTOCOL *this, CHAR16 *string) {
        struct fake_console *console = (struct fake_console *) this;
        EFI_STATUS worst = console->status;

        console->calls++;
        if (EFI_ERROR(worst))
                return worst;
        if (!console->behind[0])
                return EFI_ERROR(put(console, string)) ? EFI_DEVICE_ERROR : worst;
        for (size_t i = 0; i < 2 && console->behind[i]; i++) {
                EFI_SIMPLE_TEXT_OUT_PROTOCOL *output = &console->behind[i]->protocol;
                EFI_STATUS status = output->OutputString(output, string);

                worst = EFI_ERROR(status) ? status : worst;
        }
        return worst;
}

static EFI_STATUS EFIAPI query_mode(EFI_SIMPLE_TEXT_OUT_PROTOCOL *this, UINTN mode, UINTN *ret_columns,
                                    UINTN *ret_rows) {
        const struct fake_console *console = (struct fake_console *) this;

        assert_int_equal(mode, 0);
        *ret_columns = console->columns ? console->columns : FAKE_COLUMNS;
        *ret_rows = console->rows ? console->rows : FAKE_ROWS;
        return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_cursor(EFI_SIMPLE_TEXT_OUT_PROTOCOL *this, UINTN column, UINTN row) {
        struct fake_console *console = (struct fake_console *) this;

        assert_true(column < FAKE_COLUMNS && row < FAKE_ROWS);
        console->mode.CursorColumn = (INT32) column;
        console->mode.CursorRow = (INT32) row;
        for (size_t i = 0; i < 2 && console->behind[i]; i++)
                (void) set_cursor(&console->behind[i]->protocol, column, row);
        return console->status;
}

static EFI_STATUS EFIAPI set_attribute(EFI_SIMPLE_TEXT_OUT_PROTOCOL *this, UINTN attribute) {
        struct fake_console *console = (struct fake_console *) this;

        console->mode.Attribute = (INT32) attribute;
        return console->status;
}

static EFI_STATUS EFIAPI clear_screen(EFI_SIMPLE_TEXT_OUT_PROTOCOL *this) {
        struct fake_console *console = (struct fake_console *) this;

        memcpy(console->seen, console->cells, sizeof(console->seen));
        memcpy(console->seen_colours, console->colours, sizeof(console->seen_colours));
        for (size_t row = 0; row < FAKE_ROWS; row++) {
                memset(console->cells[row], ' ', FAKE_COLUMNS);
                console->colours[row] = (UINT8) console->mode.Attribute;
        }
        return set_cursor(this, 0, 0);
}

static EFI_STATUS EFIAPI enable_cursor(EFI_SIMPLE_TEXT_OUT_PROTOCOL *this, BOOLEAN visible) {
        ((struct fake_console *) this)->cursor_off = !visible;
        return EFI_SUCCESS;
}

void fake_console_init(struct fake_console *console) {
        *console = (struct fake_console){
                .protocol = {
                        .OutputString = output_string,
                        .QueryMode = query_mode,
                        .SetAttribute = set_attribute,
                        .ClearScreen = clear_screen,
                        .EnableCursor = enable_cursor,
                        .SetCursorPosition = set_cursor,
                        .Mode = &console->mode,
                },
                .mode = { .MaxMode = 1, .Attribute = EFI_LIGHTGRAY },
        };
        clear_screen(&console->protocol);
}

void fake_console_forget(struct fake_console *console) {
        memset(console->text, 0, console->length);
        console->length = 0;
}

const char *fake_console_screen(const struct fake_console *console) {
        static char screen[sizeof(console->text)];
        size_t start = 0, at = 0, end = 0;

        for (size_t i = 0; i < console->length; i++) {
                char c = console->text[i];

                if (c == '\r') {
                        at = start;
                } else if (c == '\n') {
                        while (end > start && screen[end - 1] == ' ')
                                end--;
                        screen[end++] = '\n';
                        start = at = end;
                } else {
                        screen[at++] = c;
                        end = at > end ? at : end;
                }
        }
        screen[end] = '\0';
        return screen;
}

bool fake_console_shows(const struct fake_console *console, const char *text) {
        return strstr(fake_console_screen(console), text);
}

/* --- keys ----------------------------------------------------------------------------------------- */

static EFI_INPUT_KEY key_of(CHAR16 typed) {
        if (typed >= FAKE_SCAN(0))
                return (EFI_INPUT_KEY){ .ScanCode = typed - FAKE_SCAN(0) };
        return (EFI_INPUT_KEY){ .UnicodeChar = typed };
}

static EFI_STATUS EFIAPI read_key(EFI_SIMPLE_TEXT_IN_PROTOCOL *this, EFI_INPUT_KEY *key) {
        struct fake_keys *keys = (struct fake_keys *) this;

        keys->calls++;
        if (keys->early && *keys->early) {
                *key = key_of(*keys->early++);
                return EFI_SUCCESS;
        }
        keys->just_typed = !keys->just_typed;
        if (keys->just_typed || !keys->typed || !*keys->typed || keys->calls <= keys->waits)
                return EFI_NOT_READY;
        *key = key_of(*keys->typed++);
        return EFI_SUCCESS;
}

void fake_keys_init(struct fake_keys *keys) {
        *keys = (struct fake_keys){ .protocol.ReadKeyStroke = read_key };
}

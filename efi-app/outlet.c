/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/outlet.h"
#include "base/arith.h"
#include "base/text.h"
#include "efi-app/app.h"

#define STUCK_MAX_US  1000000
#define PATIENCE_US   30000000
#define FAREWELL_US   3000000
#define PAUSE_MIN_US  100
#define PAUSE_MAX_US  5000
#define ATTEMPTS_MAX  32
#define COLUMNS_USUAL 80
#define ROWS_USUAL    25
#define ROWS_TERMINAL 24
#define CELLS_MAX     512 /* of a row or a column, in a mode that can be true */
#define NOTICE_SIZE   (PIECE_MAX + 1)

/* Less than a line of any console, so that the cursor tells how much of it was taken. */
#define PIECE_MAX 64

/* Of edk2 (MdeModulePkg/Include/Guid/ConsoleOutDevice.h): on the devices that a console consists of. */
static const EFI_GUID device_guids[] = {
        [OUTLET_CONSOLE] = { 0xd3b36f2c, 0xd551, 0x11d4, { 0x9a, 0x46, 0, 0x90, 0x27, 0x3f, 0xc1, 0x4d } },
        [OUTLET_ERRORS] = { 0xd3b36f2d, 0xd551, 0x11d4, { 0x9a, 0x46, 0, 0x90, 0x27, 0x3f, 0xc1, 0x4d } },
};

/* --- devices -------------------------------------------------------------------------------------- */

/* A driver that cannot tell what it holds back is of no use here. */
static EFI_SERIAL_IO_PROTOCOL *find_serial(EFI_BOOT_SERVICES *boot, EFI_HANDLE device) {
        EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID, serial_guid = EFI_SERIAL_IO_PROTOCOL_GUID;
        EFI_SERIAL_IO_PROTOCOL *serial;
        EFI_DEVICE_PATH *path;
        EFI_HANDLE below;
        UINT32 control;

        if (EFI_ERROR(boot->HandleProtocol(device, &path_guid, (void **) &path)) || !path ||
            EFI_ERROR(boot->LocateDevicePath(&serial_guid, &path, &below)) ||
            EFI_ERROR(boot->HandleProtocol(below, &serial_guid, (void **) &serial)) ||
            EFI_ERROR(serial->GetControl(serial, &control)))
                return NULL;
        return serial;
}

static void add_device(struct outlet *outlet, EFI_SIMPLE_TEXT_OUT_PROTOCOL *output,
                       EFI_SERIAL_IO_PROTOCOL *serial) {
        outlet->devices[outlet->device_count++] = (struct outlet_device){
                .output = output,
                .serial = serial,
                .patience_us = PATIENCE_US,
        };
}

/* Where firmware does not tell them, the console is its own only device. */
static void find_devices(struct outlet *outlet) {
        EFI_GUID device_guid = device_guids[outlet->kind], output_guid = EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL_GUID;
        EFI_BOOT_SERVICES *boot = outlet->boot;
        EFI_SIMPLE_TEXT_OUT_PROTOCOL *output;
        EFI_HANDLE *handles = NULL;
        UINTN count = 0;

        if (EFI_ERROR(boot->LocateHandleBuffer(ByProtocol, &device_guid, NULL, &count, &handles)))
                count = 0;
        for (UINTN i = 0; i < count && outlet->device_count < OUTLET_DEVICES_MAX; i++)
                if (!EFI_ERROR(boot->HandleProtocol(handles[i], &output_guid, (void **) &output)))
                        add_device(outlet, output, find_serial(boot, handles[i]));
        if (handles)
                boot->FreePool(handles);
        if (outlet->device_count == 0)
                add_device(outlet, outlet->output, NULL);
}

/* Others mean that there is no screen, or that the shell was told to show nothing. */
static bool is_busy(EFI_STATUS status) {
        return status == EFI_DEVICE_ERROR || status == EFI_TIMEOUT;
}

/* Asking makes edk2's driver send what it held back (PciSioSerialDxe, SerialGetControl()). */
static bool is_drained(const struct outlet_device *device) {
        UINT32 control = 0;

        return EFI_ERROR(device->serial->GetControl(device->serial, &control)) ||
               (control & EFI_SERIAL_OUTPUT_BUFFER_EMPTY);
}

/*
 * Until the serial line has sent what it holds; another device has one pause, longer each time. False when
 * the device took nothing for `*stuck_us`, or had more than its share of time.
 */
static bool wait_for(EFI_BOOT_SERVICES *boot, struct outlet_device *device, uint64_t *stuck_us) {
        while (!device->serial || !is_drained(device)) {
                uint64_t pause_us = *stuck_us < PAUSE_MIN_US ? PAUSE_MIN_US : *stuck_us;

                if (pause_us > PAUSE_MAX_US)
                        pause_us = PAUSE_MAX_US;
                if (*stuck_us >= STUCK_MAX_US || device->patience_us < pause_us)
                        return false;
                boot->Stall(pause_us);
                *stuck_us += pause_us;
                device->patience_us -= pause_us;
                if (!device->serial)
                        break;
        }
        return true;
}

static EFI_STATUS put_unit(const struct outlet_device *device, CHAR16 unit) {
        CHAR16 string[] = { unit, 0 };

        return device->output->OutputString(device->output, string);
}

/*
 * The rest of a piece, whose first unit the device did not take. What a serial line's driver could not send
 * in time it keeps and sends later (PciSioSerialDxe, SerialWrite()): that is not written again.
 */
static void put_rest(EFI_BOOT_SERVICES *boot, struct outlet_device *device, const CHAR16 *rest) {
        uint64_t stuck_us = 0;
        bool failed = true;

        while (*rest) {
                if (failed && !wait_for(boot, device, &stuck_us)) {
                        device->left_out = true;
                        return;
                }
                if (!failed || device->serial) {
                        stuck_us = 0;
                        rest++;
                }
                if (*rest)
                        failed = is_busy(put_unit(device, *rest));
        }
}

/* --- pieces --------------------------------------------------------------------------------------- */

static bool is_control(CHAR16 unit) {
        return unit == '\r' || unit == '\n';
}

static void note_column(struct outlet_device *device) {
        device->column = device->output->Mode ? device->output->Mode->CursorColumn : 0;
}

static INT32 columns_of(EFI_SIMPLE_TEXT_OUT_PROTOCOL *output) {
        UINTN columns = COLUMNS_USUAL, rows;

        (void) output->QueryMode(output, (UINTN) output->Mode->Mode, &columns, &rows);
        return (INT32) columns;
}

/*
 * What of the piece the device has not shown, as its cursor says: a driver moves it behind what it has sent.
 * It tells nothing of a line feed, nor of a carriage return at a line's beginning. Those are late in a serial
 * line's driver, or were shown; of a device that is `alone` it is sure that they were not.
 */
static const CHAR16 *rest_of(const struct outlet_device *device, const CHAR16 *piece, bool alone) {
        const SIMPLE_TEXT_OUTPUT_MODE *mode = device->output->Mode;
        INT32 column = device->column, columns;

        if (!mode || (is_control(*piece) && alone))
                return piece;
        if (is_control(*piece))
                return *piece == '\r' && mode->CursorColumn > 0 ? piece : piece + 1;
        columns = columns_of(device->output);
        for (; *piece && column != mode->CursorColumn; piece++)
                column = column + 1 < columns ? column + 1 : 0;
        return piece;
}

static void put_alone(struct outlet *outlet, struct outlet_device *device, CHAR16 *piece) {
        if (device->left_out)
                return;
        note_column(device);
        if (is_busy(device->output->OutputString(device->output, piece)))
                put_rest(outlet->boot, device, rest_of(device, piece, true));
}

static bool all_take_part(const struct outlet *outlet) {
        for (size_t i = 0; i < outlet->device_count; i++)
                if (outlet->devices[i].left_out)
                        return false;
        return true;
}

static void put_together(struct outlet *outlet, CHAR16 *piece) {
        bool alone = outlet->device_count == 1;

        for (size_t i = 0; i < outlet->device_count; i++)
                note_column(&outlet->devices[i]);
        if (!is_busy(outlet->output->OutputString(outlet->output, piece)))
                return;
        for (size_t i = 0; i < outlet->device_count; i++)
                put_rest(outlet->boot, &outlet->devices[i], rest_of(&outlet->devices[i], piece, alone));
}

/* The whole console at once where that can be: the shell keeps what it is given, to scroll back. */
static void put_to_console(struct outlet *outlet, CHAR16 *piece) {
        if (all_take_part(outlet)) {
                put_together(outlet, piece);
                return;
        }
        for (size_t i = 0; i < outlet->device_count; i++)
                put_alone(outlet, &outlet->devices[i], piece);
}

/* --- lines ---------------------------------------------------------------------------------------- */

static void tell_missing(struct outlet *outlet, struct outlet_device *device, size_t count,
                         const char *where) {
        CHAR16 units[NOTICE_SIZE], return_unit[] = { '\r', 0 }, feed[] = { '\n', 0 };
        CHAR16 *const pieces[] = { return_unit, feed, units, return_unit, feed };
        char notice[NOTICE_SIZE];
        struct text text = TEXT_ON(notice);

        text_format(&text, "[lines missing %s, as this console did not take them: %zu]", where, count);
        for (size_t i = 0; i <= text.length; i++)
                units[i] = (CHAR16) notice[i];
        note_column(device);
        for (size_t i = device->column > 0 ? 0 : 2; i < ARRAY_SIZE(pieces); i++)
                put_alone(outlet, device, pieces[i]);
}

static bool takes_again(const struct outlet_device *device) {
        return device->patience_us >= STUCK_MAX_US &&
               (device->serial ? is_drained(device) : !is_busy(put_unit(device, '\r')));
}

static void count_line(struct outlet *outlet) {
        for (size_t i = 0; i < outlet->device_count; i++) {
                struct outlet_device *device = &outlet->devices[i];

                if (!device->left_out)
                        continue;
                device->missing++;
                if (!takes_again(device))
                        continue;
                device->left_out = false;
                tell_missing(outlet, device, device->missing - device->told, "here");
                device->told = device->missing;
        }
}

static int flush(struct outlet *outlet) {
        size_t length = outlet->length;

        if (length == 0)
                return 0;
        outlet->piece[length] = 0;
        outlet->length = 0;
        if (outlet->kind == OUTLET_FILE)
                return efi_status_to_error(outlet->output->OutputString(outlet->output, outlet->piece));
        put_to_console(outlet, outlet->piece);
        if (outlet->piece[length - 1] == '\n')
                count_line(outlet);
        return 0;
}

/* What moves the cursor otherwise than text is a piece of its own: where it is tells no more of what was
 * taken. */
static bool is_full(const struct outlet *outlet, CHAR16 next) {
        if (outlet->kind == OUTLET_FILE)
                return outlet->length == OUTLET_PIECE_MAX;
        return outlet->length == PIECE_MAX ||
               (outlet->length > 0 && (is_control(next) || is_control(outlet->piece[0])));
}

static int put_character(struct outlet *outlet, char c) {
        CHAR16 unit = (CHAR16) c;
        int r = is_full(outlet, unit) ? flush(outlet) : 0;

        outlet->piece[outlet->length++] = unit;
        return r;
}

static int put_byte(struct outlet *outlet, uint8_t byte) {
        char visible[TEXT_VISIBLE_SIZE];
        struct text text = TEXT_ON(visible);
        int error = 0;

        if (byte == '\n')
                text_put(&text, "\r\n"); /* the console adds none */
        else if (byte == '\t')
                text_put_char(&text, '\t');
        else /* a log holds anything: the rest could steer a terminal, or have no glyph */
                text_put_visible(&text, byte);
        for (size_t i = 0; i < text.length; i++) {
                int r = put_character(outlet, visible[i]);

                error = error < 0 ? error : r;
        }
        return error;
}

void outlet_init(struct outlet *outlet, EFI_BOOT_SERVICES *boot, EFI_SIMPLE_TEXT_OUT_PROTOCOL *output,
                 enum outlet_kind kind) {
        *outlet = (struct outlet){ .output = output, .boot = boot, .kind = kind };
        if (output && kind != OUTLET_FILE)
                find_devices(outlet);
}

void outlet_close(struct outlet *outlet) {
        for (size_t i = 0; i < outlet->device_count; i++) {
                struct outlet_device *device = &outlet->devices[i];
                uint64_t stuck_us = 0;

                if (device->missing == 0)
                        continue;
                device->patience_us = FAREWELL_US;
                device->left_out &= !wait_for(outlet->boot, device, &stuck_us);
                tell_missing(outlet, device, device->missing, "above");
        }
}

int outlet_put(struct outlet *outlet, struct bytes bytes) {
        int error = 0, r;

        if (!outlet->output)
                return 0;
        for (size_t i = 0; i < bytes.size; i++) {
                r = put_byte(outlet, bytes.data[i]);
                error = error < 0 ? error : r;
        }
        r = flush(outlet);
        return error < 0 ? error : r;
}

void outlet_return(struct outlet *outlet) {
        if (!outlet->output)
                return;
        (void) put_character(outlet, '\r');
        (void) flush(outlet);
}

/* --- the whole screen ----------------------------------------------------------------------------- */

static void measure(EFI_SIMPLE_TEXT_OUT_PROTOCOL *output, size_t *columns, size_t *rows) {
        UINTN width = 0, height = 0;

        if (output->Mode)
                (void) output->QueryMode(output, (UINTN) output->Mode->Mode, &width, &height);
        *columns = size_min(*columns, width < 2 || width > CELLS_MAX ? COLUMNS_USUAL : width);
        *rows = size_min(*rows, height < 2 || height > CELLS_MAX ? ROWS_USUAL : height);
}

void outlet_measure(const struct outlet *outlet, size_t *ret_columns, size_t *ret_rows) {
        *ret_columns = *ret_rows = CELLS_MAX;
        measure(outlet->output, ret_columns, ret_rows);
        for (size_t i = 0; i < outlet->device_count; i++) {
                measure(outlet->devices[i].output, ret_columns, ret_rows);
                if (outlet->devices[i].serial) {
                        *ret_columns = size_min(*ret_columns, COLUMNS_USUAL);
                        *ret_rows = size_min(*ret_rows, ROWS_TERMINAL);
                }
        }
}

typedef EFI_STATUS screen_call(EFI_SIMPLE_TEXT_OUT_PROTOCOL *output, UINTN first, UINTN second);

/* What a serial line takes of it may be the half: a terminal begins anew when it gets the whole. */
static void insist(struct outlet *outlet, screen_call *call, UINTN first, UINTN second) {
        if (!outlet->output || outlet->kind == OUTLET_FILE)
                return;
        for (unsigned attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
                if (!is_busy(call(outlet->output, first, second)))
                        return;
                for (size_t i = 0; i < outlet->device_count; i++) {
                        struct outlet_device *device = &outlet->devices[i];
                        uint64_t stuck_us = 0;

                        if (!device->left_out && !wait_for(outlet->boot, device, &stuck_us))
                                device->left_out = true;
                }
                if (!all_take_part(outlet))
                        return;
        }
}

static EFI_STATUS clear(EFI_SIMPLE_TEXT_OUT_PROTOCOL *output, UINTN first, UINTN second) {
        (void) first;
        (void) second;
        return output->ClearScreen(output);
}

static EFI_STATUS move(EFI_SIMPLE_TEXT_OUT_PROTOCOL *output, UINTN column, UINTN row) {
        return output->SetCursorPosition(output, column, row);
}

static EFI_STATUS colour(EFI_SIMPLE_TEXT_OUT_PROTOCOL *output, UINTN attribute, UINTN second) {
        (void) second;
        return output->SetAttribute(output, attribute);
}

static EFI_STATUS show_cursor(EFI_SIMPLE_TEXT_OUT_PROTOCOL *output, UINTN shown, UINTN second) {
        (void) second;
        return output->EnableCursor(output, (BOOLEAN) shown);
}

void outlet_clear(struct outlet *outlet) {
        insist(outlet, clear, 0, 0);
}

void outlet_move(struct outlet *outlet, size_t column, size_t row) {
        insist(outlet, move, column, row);
}

void outlet_colour(struct outlet *outlet, unsigned attribute) {
        insist(outlet, colour, attribute, 0);
}

void outlet_show_cursor(struct outlet *outlet, bool shown) {
        insist(outlet, show_cursor, shown, 0);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/redirection.h"

#include "base/error.h"
#include "base/ucs2.h"
#include "efi-app/esp.h"

/* Which the shell puts before all, in this order of its bytes. */
#define MARK_SIZE 2
static const uint8_t mark[MARK_SIZE] = { 0xff, 0xfe };

/* UCS-2 to UTF-8 takes up to three bytes a unit. */
#define UTF8_PER_UNIT 3

/* How far the file has come tells what has become of bytes on the way: where it makes text of them they
 * differ. */
static int put_bytes(void *context, struct bytes bytes) {
        EFI_FILE_HANDLE file = context;
        UINT64 before = 0, after = 0;
        UINTN size = bytes.size;
        EFI_STATUS status = file->GetPosition(file, &before);

        /* Write() only reads from where its `void *` points to: the protocol knows no const. */
        if (!EFI_ERROR(status))
                status = file->Write(file, &size, (void *) (uintptr_t) bytes.data);
        if (!EFI_ERROR(status))
                status = file->GetPosition(file, &after);
        if (EFI_ERROR(status))
                return efi_status_to_error(status);
        return after - before == bytes.size ? 0 : ERR_NOT_SUPPORTED;
}

struct sink redirection_sink(struct app *app) {
        UINT64 position;

        /* Nothing but the mark is so short; a file that has no positions has its error with the first byte.
         */
        if (!EFI_ERROR(app->output->GetPosition(app->output, &position)) && position == MARK_SIZE)
                (void) app->output->SetPosition(app->output, 0);
        return (struct sink){ .context = app->output, .write = put_bytes };
}

void redirection_tell_error(struct app *app, int error) {
        console_problem(&app->console, "standard output: %s",
                        error == ERR_NOT_SUPPORTED ? "the shell changes what goes there: use '>', not '>a'"
                                                   : error_text(error));
}

/* In place of the UCS-2 behind the mark. */
static int make_utf8(struct buffer *buffer) {
        struct bytes units = bytes_from(buffer_bytes(buffer), MARK_SIZE);
        struct buffer utf8;
        struct text text;
        int r;

        buffer_init(&utf8, buffer->allocator);
        r = buffer_reserve(&utf8, units.size / 2 * UTF8_PER_UNIT + 1);
        if (r == 0) {
                text = text_on((char *) utf8.data, utf8.capacity);
                r = ucs2_to_utf8(units, &text);
        }
        buffer->size = 0;
        for (size_t i = 0; r == 0 && i < text.length; i++)
                if (utf8.data[i] != '\r' || i + 1 == text.length || utf8.data[i + 1] != '\n')
                        buffer_append(buffer, bytes_of(&utf8.data[i], 1));
        buffer_free(&utf8);
        return r < 0 ? r : buffer_error(buffer);
}

int redirection_read(struct app *app, size_t maximum, struct buffer *buffer) {
        EFI_FILE_HANDLE file = app->input;
        UINT64 position;
        EFI_STATUS status;
        int r = esp_read_all(file, maximum, buffer);

        if (r < 0)
                return r;
        status = file->GetPosition(file, &position);
        if (EFI_ERROR(status))
                return efi_status_to_error(status);
        if (position != buffer->size)
                return ERR_NOT_SUPPORTED;
        return bytes_start_with(buffer_bytes(buffer), bytes_of(mark, MARK_SIZE)) ? make_utf8(buffer) : 0;
}

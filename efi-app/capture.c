/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/capture.h"

/* A progress line is covered by what comes next: nothing of it is kept. */
static void return_to_line(struct buffer *text) {
        while (text->size > 0 && text->data[text->size - 1] != '\n')
                text->size--;
}

static EFI_STATUS EFIAPI output_string(EFI_SIMPLE_TEXT_OUT_PROTOCOL *this, CHAR16 *string) {
        struct capture *capture = (struct capture *) this;

        for (const CHAR16 *unit = string; *unit; unit++) {
                char c = (char) *unit; /* the console writes ASCII alone */

                if (c == '\r' && unit[1] == '\n')
                        continue;
                if (c == '\r')
                        return_to_line(&capture->text);
                else
                        buffer_append(&capture->text, bytes_of(&c, 1));
                if (capture->also_shown && c == '\r')
                        outlet_return(&capture->shown);
                else if (capture->also_shown)
                        (void) outlet_put(&capture->shown, bytes_of(&c, 1));
        }
        return EFI_SUCCESS;
}

void capture_begin(struct capture *capture, struct app *app, bool also_shown) {
        *capture = (struct capture){
                .protocol.OutputString = output_string,
                .app = app,
                .shown = app->console.output,
                .also_shown = also_shown,
        };
        buffer_init(&capture->text, &app->allocator);
        outlet_init(&app->console.output, app->boot, &capture->protocol, OUTLET_FILE);
}

void capture_end(struct capture *capture) {
        struct console *console = &capture->app->console;

        if (console->progress_length > 0) /* nothing has covered it */
                return_to_line(&capture->text);
        console->progress_length = 0;
        console->output = capture->shown;
}

void capture_free(struct capture *capture) {
        buffer_free(&capture->text);
}

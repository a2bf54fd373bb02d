/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/document.h"

#include "base/error.h"
#include "efi-app/redirection.h"

struct json_writer *document_begin(struct document *document, struct app *app) {
        document->app = app;
        buffer_init(&document->buffer, &app->allocator);
        json_init(&document->json, &document->buffer);
        document->json.is_ascii = true;
        return &document->json;
}

int document_end(struct document *document) {
        struct app *app = document->app;
        int r = buffer_error(&document->buffer);

        if (r == 0) {
                const struct sink sink = app->output ? redirection_sink(app) : console_sink(&app->console);

                r = sink_put(&sink, buffer_bytes(&document->buffer));
        }
        if (r < 0 && r != ERR_INTERRUPTED)
                redirection_tell_error(app, r);
        buffer_free(&document->buffer);
        return r;
}

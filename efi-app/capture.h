/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/app.h"

/* What is said on the console meanwhile, kept to be shown page by page. */
struct capture {
        EFI_SIMPLE_TEXT_OUT_PROTOCOL protocol; /* first: what the console writes to */
        struct app *app;
        struct outlet shown; /* the console's own, meanwhile */
        bool also_shown;     /* at once, too, as it asks or takes its time */
        struct buffer text;
};

/* `capture` must not move until capture_end(); then its text is there until capture_free(). */
void capture_begin(struct capture *capture, struct app *app, bool also_shown);
void capture_end(struct capture *capture);
void capture_free(struct capture *capture);

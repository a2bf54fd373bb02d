/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/show.h"

/*
 * What a person can photograph where there is nothing to copy to: what crashed, as explain has it, and of the
 * log the end, as much as fits into a few pages of plain text. They are cut at the ends of lines where they
 * can be, and put together again by leaving out the first line of each, which says which it is:
 *
 *      pstore-fw 2/5 20261121T075124Z-erst-panic1
 */

#define QR_TEXT_PAGES_MAX 8

/* A page has to hold its first line and some more. */
#define QR_TEXT_PAGE_MIN 128

struct qr_text {
        struct buffer text;         /* ASCII without control characters but \n: other bytes are \xNN */
        char name[EVENT_NAME_SIZE]; /* of the newest event that is selected; "" where there is none */
        unsigned page_count;
        size_t ends[QR_TEXT_PAGES_MAX]; /* of each page, in the text */
};

/*
 * Of what is selected, in pages of at most `page_size` bytes, with the log in this form. 0, ERR_NO_MEMORY, or
 * ERR_BUFFER_TOO_SMALL for pages below QR_TEXT_PAGE_MIN; qr_text_free() is due in each case.
 */
int qr_text_make(const struct work *work, enum show_form form, size_t page_size, struct qr_text *ret_text);
void qr_text_free(struct qr_text *qr_text);

/* Page 0..page_count - 1 with its first line, `page_size` bytes at most. */
void qr_text_put_page(const struct qr_text *qr_text, unsigned page, struct text *text);

/* What crashed, in one line: the first of the first page. */
struct bytes qr_text_title(const struct qr_text *qr_text);

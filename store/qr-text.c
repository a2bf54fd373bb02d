/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/qr-text.h"
#include "base/arith.h"
#include "base/error.h"
#include "store/explain.h"
#include "store/selection.h"

#define LEFT_OUT  "[more is left out here]\n"
#define LINE_MOST 512

/* A telephone takes any byte for text, and its idea of the character set is anybody's guess. */
static int write_visible(void *context, struct bytes bytes) {
        struct buffer *buffer = context;

        for (size_t i = 0; i < bytes.size; i++) {
                char said[TEXT_VISIBLE_SIZE];
                struct text text = TEXT_ON(said);

                if (bytes.data[i] == '\n')
                        text_put_char(&text, '\n');
                else
                        text_put_visible(&text, bytes.data[i]);
                buffer_append(buffer, text_bytes(&text));
        }
        return buffer_error(buffer);
}

static void put_first_line(const struct qr_text *qr_text, unsigned page, struct text *text) {
        text_format(text, "pstore-fw %u/%u%s%s\n", page + 1, qr_text->page_count, qr_text->name[0] ? " " : "",
                    qr_text->name);
}

/* Behind the last end of a line within the room, but not for half a page of nothing. */
static size_t page_end(struct bytes text, size_t at, size_t room) {
        if (text.size - at <= room)
                return text.size;
        for (size_t end = at + room; end > at + room / 2; end--)
                if (text.data[end - 1] == '\n')
                        return end;
        return at + room;
}

/* False when it does not fit into all of them. */
static bool cut_into_pages(struct qr_text *qr_text, size_t room) {
        struct bytes text = buffer_bytes(&qr_text->text);
        size_t at = 0;

        for (qr_text->page_count = 0; at < text.size; qr_text->page_count++) {
                if (qr_text->page_count == QR_TEXT_PAGES_MAX)
                        return false;
                at = page_end(text, at, room);
                qr_text->ends[qr_text->page_count] = at;
        }
        return true;
}

/* The log needs room, too. A page is more than half full, so that a third of all room is never too much. */
static void put_head(struct buffer *text, struct bytes head, size_t most) {
        if (head.size <= most) {
                buffer_append(text, head);
                return;
        }
        buffer_append(text, bytes_first(head, page_end(head, 0, most)));
        buffer_append_text(text, LEFT_OUT);
}

/* Where the next line begins, or so much further on where that one is longer than any line should be. */
static size_t next_line(struct bytes text, size_t at) {
        size_t end = size_min(text.size, at + LINE_MOST);

        while (at < end && text.data[at] != '\n')
                at++;
        return size_min(at + 1, text.size);
}

/* Of the log line after line is left out, the oldest first, until the rest fits. */
static int compose(struct qr_text *qr_text, struct bytes head, struct bytes log, size_t room) {
        struct buffer *text = &qr_text->text;
        size_t most = QR_TEXT_PAGES_MAX * room, head_size, from = 0;

        put_head(text, head, most / 3);
        head_size = text->size;
        if (log.size > most)
                from = next_line(log, log.size - most);
        for (;; from = next_line(log, from)) {
                text->size = head_size;
                if (log.size > 0 && head_size > 0)
                        buffer_append_text(text, "\n");
                if (from > 0)
                        buffer_append_text(text, LEFT_OUT);
                buffer_append(text, bytes_from(log, from));
                if (buffer_error(text) < 0 || cut_into_pages(qr_text, room) || from == log.size)
                        return buffer_error(text);
        }
}

static void put_name(const struct work *work, struct qr_text *qr_text) {
        const struct catalog *catalog = work->catalog;

        qr_text->name[0] = '\0';
        for (size_t i = 0; i < catalog->event_count; i++)
                if (selection_touches_event(work, &catalog->events[i])) {
                        struct text name = TEXT_ON(qr_text->name);

                        event_format_name(&catalog->events[i], &name);
                }
}

int qr_text_make(const struct work *work, enum show_form form, size_t page_size, struct qr_text *ret_text) {
        const struct allocator *allocator = work->catalog->allocator;
        char line[QR_TEXT_PAGE_MIN];
        struct text first_line = TEXT_ON(line);
        struct buffer head, log;
        const struct sink to_head = { &head, write_visible }, to_log = { &log, write_visible };
        int r;

        *ret_text = (struct qr_text){ .page_count = QR_TEXT_PAGES_MAX };
        buffer_init(&ret_text->text, allocator);
        if (page_size < QR_TEXT_PAGE_MIN)
                return ERR_BUFFER_TOO_SMALL;
        buffer_init(&head, allocator);
        buffer_init(&log, allocator);
        put_name(work, ret_text);
        put_first_line(ret_text, 0, &first_line);
        r = explain_selected(work, &to_head);
        /* What is of no event has no log, and has been described. */
        if (r >= 0 && ret_text->name[0])
                r = show_selected(work, form, &to_log);
        if (r >= 0)
                r = compose(ret_text, buffer_bytes(&head), buffer_bytes(&log), page_size - first_line.length);
        buffer_free(&log);
        buffer_free(&head);
        return r;
}

void qr_text_free(struct qr_text *qr_text) {
        buffer_free(&qr_text->text);
}

void qr_text_put_page(const struct qr_text *qr_text, unsigned page, struct text *text) {
        size_t start = page == 0 ? 0 : qr_text->ends[page - 1];

        put_first_line(qr_text, page, text);
        text_put_bytes(text,
                       bytes_from(bytes_first(buffer_bytes(&qr_text->text), qr_text->ends[page]), start));
}

struct bytes qr_text_title(const struct qr_text *qr_text) {
        struct bytes text = buffer_bytes(&qr_text->text);
        size_t end = 0;

        while (end < text.size && text.data[end] != '\n')
                end++;
        return bytes_first(text, end);
}

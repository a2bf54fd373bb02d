/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/output/output.h"

#include <errno.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "base/arith.h"
#include "base/text.h"
#include "linux-tool/output/message.h"
#include "posix/errno.h"

/* Select Graphic Rendition (ECMA-48, 8.3.117) */
#define SGR_RESET   "\033[0m"
#define SGR_BOLD    "\033[1m"
#define SGR_RED     "\033[1;31m"
#define SGR_GREEN   "\033[1;32m"
#define SGR_YELLOW  "\033[1;33m"
#define SGR_MAGENTA "\033[1;35m"

/* How lines that stand out begin; '0' in a pattern is any digit. */
static const struct {
        const char *pattern;
        const char *colour;
} heading_rows[] = {
        { "00000000T000000Z", SGR_BOLD }, /* the name of an event */
        { "==> ", SGR_BOLD },
        { "OK", SGR_GREEN },
        { "WARNING", SGR_YELLOW },
        { "CRITICAL", SGR_RED },
        { "UNKNOWN", SGR_MAGENTA },
};

static bool heading_matches(const struct output *output, const char *pattern) {
        for (size_t i = 0; pattern[i]; i++) {
                if (i >= output->heading_size)
                        return false;
                if (pattern[i] == '0' ? !digit_is_decimal((uint8_t) output->heading[i])
                                      : output->heading[i] != pattern[i])
                        return false;
        }
        return true;
}

static void heading_flush(struct output *output) {
        if (!output->line_begins)
                return;
        for (size_t i = 0; i < ARRAY_SIZE(heading_rows) && !output->line_painted && output->colour; i++)
                if (heading_matches(output, heading_rows[i].pattern)) {
                        fputs(heading_rows[i].colour, output->stream);
                        output->line_painted = true;
                }
        fwrite(output->heading, 1, output->heading_size, output->stream);
        output->heading_size = 0;
        output->line_begins = false;
}

static void end_line(struct output *output) {
        heading_flush(output);
        if (output->line_painted)
                fputs(SGR_RESET, output->stream);
        fputc('\n', output->stream);
        output->line_painted = false;
        output->line_begins = true;
}

/* The beginning of a line is held back until it tells whether the line stands out. */
static void put_plain(struct output *output, char c) {
        if (output->line_begins && output->heading_size == sizeof(output->heading))
                heading_flush(output);
        if (output->line_begins)
                output->heading[output->heading_size++] = c;
        else
                fputc(c, output->stream);
}

/* How many bytes make the character that can be shown as it is; 0 for none. */
static size_t printable_size(struct bytes bytes) {
        mbstate_t state = { 0 };
        wchar_t character;
        size_t size = mbrtowc(&character, (const char *) bytes.data, bytes.size, &state);

        if (size == 0 || size > bytes.size)
                return 0;
        return character == L'\t' || iswprint((wint_t) character) ? size : 0;
}

/* One character or, when it cannot be shown, one byte of it; returns how many bytes that was. */
static size_t put_character(struct output *output, struct bytes bytes) {
        size_t size;

        if (bytes.data[0] == '\n') {
                end_line(output);
                return 1;
        }
        size = printable_size(bytes);
        if (size == 0) {
                const char escape[] = { '\\', 'x', hex_digit(bytes.data[0] >> 4),
                                        hex_digit(bytes.data[0] & 0xf) };

                for (size_t i = 0; i < sizeof(escape); i++)
                        put_plain(output, escape[i]);
                return 1;
        }
        for (size_t i = 0; i < size; i++)
                put_plain(output, (char) bytes.data[i]);
        return size;
}

/* The beginning of a character, of which more is to come: -2 of mbrtowc(). A longer one is none. */
static bool is_unfinished(const struct output *output, struct bytes bytes) {
        mbstate_t state = { 0 };

        return bytes.size < sizeof(output->pending) &&
               mbrtowc(NULL, (const char *) bytes.data, bytes.size, &state) == (size_t) -2;
}

/* Writes what is finished of the pending bytes, or all of them. */
static void release_pending(struct output *output, bool all) {
        struct bytes rest = bytes_of(output->pending, output->pending_size);

        while (rest.size > 0 && (all || !is_unfinished(output, rest)))
                rest = bytes_from(rest, put_character(output, rest));
        if (rest.size > 0)
                memmove(output->pending, rest.data, rest.size);
        output->pending_size = rest.size;
}

/* A character may be cut between two writes, as between two parts of a log. */
static void put_characters(struct output *output, struct bytes bytes) {
        while (bytes.size > 0) {
                if (output->pending_size == 0 && !is_unfinished(output, bytes)) {
                        bytes = bytes_from(bytes, put_character(output, bytes));
                        continue;
                }
                output->pending[output->pending_size++] = (char) bytes.data[0];
                bytes = bytes_from(bytes, 1);
                release_pending(output, false);
        }
}

/* The first error counts: stdio keeps that there was one, but not which. */
static void keep_error(struct output *output, bool failed) {
        output->unread |= failed && output->pager.stream && errno == EPIPE;
        if (failed && !output->unread && output->error == 0)
                output->error = errno_to_error(errno);
}

static void turn_to_pager(struct output *output) {
        output->may_page = false;
        message_progress_end();
        pager_open(&output->pager);
        if (output->pager.stream)
                output->stream = output->pager.stream;
}

static int output_write(void *context, struct bytes bytes) {
        struct output *output = context;

        if (output->unread)
                return 0;
        if (output->may_page && bytes.size > 0)
                turn_to_pager(output);
        errno = 0;
        if (output->terminal)
                put_characters(output, bytes);
        else
                fwrite(bytes.data, 1, bytes.size, output->stream);
        keep_error(output, ferror(output->stream));
        return output->error;
}

void output_open(struct output *output, FILE *stream, bool terminal, bool colour) {
        *output = (struct output){
                .stream = stream,
                .terminal = terminal,
                .colour = terminal && colour,
                .line_begins = true,
                .sink = { .context = output, .write = output_write },
        };
}

int output_close(struct output *output) {
        errno = 0;
        release_pending(output, true);
        if (output->terminal)
                heading_flush(output);
        if (output->line_painted)
                fputs(SGR_RESET, output->stream);
        keep_error(output, fflush(output->stream) != 0);
        pager_close(&output->pager);
        return output->error;
}

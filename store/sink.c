/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/sink.h"

#include "base/paragraph.h"

#define LINE_MAX 512

/* With the blanks before each line, of which two together are more than half full. */
#define PARAGRAPH_MAX (4 * LINE_MAX)

static int append_to_buffer(void *context, struct bytes bytes) {
        buffer_append(context, bytes);
        return buffer_error(context);
}

struct sink sink_to_buffer(struct buffer *buffer) {
        return (struct sink){ .context = buffer, .write = append_to_buffer };
}

int sink_put(const struct sink *sink, struct bytes bytes) {
        return bytes.size > 0 ? sink->write(sink->context, bytes) : 0;
}

int sink_format(const struct sink *sink, const char *format, ...) {
        char line[LINE_MAX];
        struct text text = TEXT_ON(line);
        va_list arguments;

        va_start(arguments, format);
        text_format_list(&text, format, arguments);
        va_end(arguments);
        return sink_put(sink, text_bytes(&text));
}

static int put_paragraph(const struct sink *sink, const char *head, const char *joint, const char *words) {
        char lines[PARAGRAPH_MAX];
        struct text text = TEXT_ON(lines);
        struct paragraph paragraph = {
                .text = &text,
                .column = text_length(head),
                .indent = text_length(head),
                .joint = joint,
        };
        int r;

        text_put(&text, head);
        paragraph_put_words(&paragraph, words);
        r = sink_put(sink, text_bytes(&text));
        return r < 0 ? r : sink_put(sink, text_view("\n"));
}

int sink_prose(const struct sink *sink, const char *head, const char *format, ...) {
        char words[LINE_MAX];
        struct text text = TEXT_ON(words);
        va_list arguments;

        va_start(arguments, format);
        text_format_list(&text, format, arguments);
        va_end(arguments);
        return put_paragraph(sink, head, "", words);
}

int sink_command(const struct sink *sink, const char *head, const char *command) {
        return put_paragraph(sink, head, " \\", command);
}

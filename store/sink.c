/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/sink.h"

#define LINE_MAX 512

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

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/page-reader.h"

#include <string.h>

#include "base/arith.h"
#include "base/text.h"

/* '#' stands for a number. */
static const char *const tags[] = {
        "<header>",
        "</header>",
        "<h1>",
        "</h1>",
        "<main>",
        "</main>",
        "<footer>",
        "</footer>",
        "</body>",
        "</html>",
        "<section id=s#>",
        "<section id=space>",
        "</section>",
        "<h2>",
        "</h2>",
        "<h3>",
        "<h3 id=trace#>",
        "<h3 id=parts#>",
        "<h3 id=log#>",
        "</h3>",
        "<dl>",
        "</dl>",
        "<dt>",
        "</dt>",
        "<dd>",
        "</dd>",
        "<ol>",
        "<ol class=trace>",
        "</ol>",
        "<li>",
        "</li>",
        "<p>",
        "<p class=jumps>",
        "<p class=key>",
        "</p>",
        "<a href=\"@here#\">",
        "<a href=\"@trace#\">",
        "<a href=\"@parts#\">",
        "<a href=\"@log#\">",
        "<a href=\"@space\">",
        "<a href=\"@s#\">",
        "</a>",
        "<div class=wide>",
        "</div>",
        "<table>",
        "</table>",
        "<thead>",
        "</thead>",
        "<tbody>",
        "</tbody>",
        "<tfoot>",
        "</tfoot>",
        "<tr>",
        "<tr class=gap>",
        "</tr>",
        "<th scope=col>",
        "</th>",
        "<td>",
        "<td class=n>",
        "<td colspan=3>",
        "<td colspan=6>",
        "</td>",
        "<br>",
        "<em>",
        "</em>",
        "<pre>",
        "</pre>",
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<mark id=here#>",
        "</mark>",
        "<span class=l#>",
        "<span class=gap>",
        "</span>",
};

static const struct {
        const char *entity, *text;
} entities[] = {
        { "&amp;", "&" },   { "&lt;", "<" },  { "&gt;", ">" },
        { "&quot;", "\"" }, { "&#39;", "'" }, { "&ndash;", "-" },
};

/* The length of the tag when the page goes on with this one; '@' is a '#' of the page's. */
static size_t tag_length(struct bytes rest, const char *tag) {
        size_t at = 0;

        for (const char *c = tag; *c; c++) {
                size_t digits = 0;

                while (*c == '#' && at + digits < rest.size && digit_is_decimal(rest.data[at + digits]))
                        digits++;
                if (*c == '#' ? digits == 0 : at >= rest.size || rest.data[at] != (*c == '@' ? '#' : *c))
                        return 0;
                at += *c == '#' ? digits : 1;
        }
        return at;
}

static size_t tag_find(struct bytes rest, const char **ret_tag) {
        for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
                size_t length = tag_length(rest, tags[i]);

                *ret_tag = tags[i];
                if (length > 0)
                        return length;
        }
        return 0;
}

struct reader {
        struct buffer *logs;
        bool in_log, in_gap, is_written_out;
};

static void take(struct reader *reader, struct bytes text) {
        if (reader->in_log && !reader->in_gap)
                buffer_append(reader->logs, text);
}

static size_t read_tag(struct reader *reader, struct bytes rest) {
        const char *tag;
        size_t length = tag_find(rest, &tag);

        if (length == 0)
                return 0;
        if (text_equal(tag, "<pre>"))
                length += length < rest.size && rest.data[length] == '\n'; /* which is none of its text */
        reader->in_log = text_equal(tag, "<pre>") || (reader->in_log && !text_equal(tag, "</pre>"));
        if (text_equal(tag, "<span class=gap>"))
                reader->in_gap = true;
        else if (text_equal(tag, "</span>") && reader->in_gap) {
                reader->in_gap = false;
                length += length < rest.size && rest.data[length] == '\n';
        }
        if (text_equal(tag, "<i>") || text_equal(tag, "</i>"))
                reader->is_written_out = text_equal(tag, "<i>");
        return length;
}

static size_t read_entity(struct reader *reader, struct bytes rest) {
        for (size_t i = 0; i < ARRAY_SIZE(entities); i++)
                if (bytes_start_with(rest, text_view(entities[i].entity))) {
                        take(reader, text_view(entities[i].text));
                        return strlen(entities[i].entity);
                }
        return 0;
}

/* \xNN */
static size_t read_written_out(struct reader *reader, struct bytes rest) {
        uint64_t value;
        size_t at = 2;
        uint8_t byte;

        if (!bytes_start_with(rest, text_view("\\x")) || hex_parse(rest, &at, 2, &value) < 0)
                return 0;
        byte = (uint8_t) value;
        take(reader, bytes_of(&byte, 1));
        return at;
}

static size_t read_character(struct reader *reader, struct bytes rest) {
        uint8_t c = rest.data[0];

        if (c == '<')
                return read_tag(reader, rest);
        if (c == '&')
                return read_entity(reader, rest);
        if (reader->is_written_out)
                return read_written_out(reader, rest);
        if (c == '>' || c == '"' || c == '\'' || c == 0x7f || (c < ' ' && c != '\n' && c != '\t'))
                return 0;
        take(reader, bytes_first(rest, 1));
        return 1;
}

bool page_read_logs(struct bytes page, struct buffer *logs) {
        static const char body[] = "<body>\n";
        struct reader reader = { .logs = logs };
        size_t at = 0;

        while (at < page.size && !bytes_start_with(bytes_from(page, at), text_view(body)))
                at++;
        at += strlen(body);
        while (at < page.size) {
                size_t length = read_character(&reader, bytes_from(page, at));

                if (length == 0)
                        return false;
                at += length;
        }
        return !reader.in_log && !reader.in_gap && !reader.is_written_out;
}

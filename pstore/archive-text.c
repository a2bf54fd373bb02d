/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "pstore/archive-text.h"
#include "base/text.h"
#include "pstore/record.h"

#define NAME_START "dmesg-"

static bool starts_line(struct bytes content, size_t at) {
        return at == 0 || content.data[at - 1] == '\n';
}

/* "dmesg-efi-170921011914001:\n", and behind it the header line; the text before may have no end of line. */
static bool take_name(struct bytes rest, struct archive_part *part) {
        struct bytes name = bytes_first(rest, RECORD_NAME_SIZE), type, backend;
        uint64_t number, seconds;
        size_t size = 0;

        if (!bytes_start_with(rest, text_view(NAME_START)))
                return false;
        while (size < name.size && name.data[size] != ':' && name.data[size] != '\n')
                size++;
        name = bytes_first(name, size);
        part->name = name;
        part->text = bytes_from(rest, size + 2);
        return bytes_start_with(bytes_from(rest, size), text_view(":\n")) &&
               record_parse_file_name(name, &type, &backend, &number) > 0 &&
               header_line_find(part->text, &part->header, &seconds) == 0;
}

static bool take_header(const struct archive_text *reader, struct bytes rest, struct archive_part *part) {
        if (header_line_parse(rest, &part->header) < 0)
                return false;
        part->text = rest;
        return !reader->is_prefixed || rest.size == part->header.size || rest.data[part->header.size] == '<';
}

static struct archive_mark find(const struct archive_text *reader, size_t from, bool is_named) {
        struct archive_mark mark = { .at = from };

        for (; mark.at < reader->content.size && !mark.found; mark.at += !mark.found) {
                struct bytes rest = bytes_from(reader->content, mark.at);

                if (is_named)
                        mark.found = take_name(rest, &mark.part);
                else if (starts_line(reader->content, mark.at))
                        mark.found = take_header(reader, rest, &mark.part);
        }
        if (!mark.found)
                mark = (struct archive_mark){ .at = reader->content.size };
        return mark;
}

/* Behind where the mark's text begins: no part begins within a name. */
static struct archive_mark find_next(const struct archive_text *reader, const struct archive_mark *mark) {
        size_t start = reader->content.size - mark->part.text.size;

        return find(reader, mark->found ? start + 1 : start, reader->is_named);
}

void archive_text_begin(struct archive_text *reader, struct bytes content) {
        struct archive_mark named, plain;
        struct bytes log;

        *reader = (struct archive_text){ .content = content };
        named = find(reader, 0, true);
        plain = find(reader, 0, false);
        /* A name stands before the header line that it belongs to. */
        reader->is_named = named.found && named.at < plain.at;
        reader->here = reader->is_named ? named : plain;
        log = bytes_from(reader->here.part.text, reader->here.part.header.size);
        reader->is_prefixed = log.size > 0 && log.data[0] == '<';
        reader->ahead = find_next(reader, &reader->here);
        reader->before = reader->here.at;
}

static int compare_names(struct bytes left, struct bytes right) {
        for (size_t i = 0; i < left.size && i < right.size; i++)
                if (left.data[i] != right.data[i])
                        return left.data[i] < right.data[i] ? -1 : 1;
        return (left.size > right.size) - (left.size < right.size);
}

/* Whether a crash, or the names, can go on from the one to the other. */
static bool goes_on(const struct archive_part *from, const struct archive_part *to) {
        if (from->name.size > 0)
                return compare_names(to->name, from->name) < 0;
        return to->header.reason == from->header.reason && to->header.count == from->header.count &&
               to->header.part < from->header.part;
}

/* What lies ahead is judged by what comes behind it. */
static bool is_part(const struct archive_text *reader, const struct archive_mark *behind) {
        const struct archive_part *here = &reader->here.part, *ahead = &reader->ahead.part;
        bool is_passed_over = behind->found && goes_on(here, &behind->part);

        /* Behind the first part, which is the last here, the same crash may begin anew with that alone. */
        if (goes_on(here, ahead))
                return !is_passed_over || goes_on(ahead, &behind->part) ||
                       (!reader->is_named && behind->part.header.part == 1);
        /* Another crash, or the same once more: names never begin anew. */
        return !reader->is_named && !(is_passed_over && here->header.part - behind->part.header.part == 1);
}

bool archive_text_next(struct archive_text *reader, struct archive_part *ret_part) {
        struct archive_mark behind;
        struct bytes text = reader->here.part.text;

        if (!reader->here.found)
                return false;
        behind = find_next(reader, &reader->ahead);
        while (reader->ahead.found && !is_part(reader, &behind)) {
                reader->ahead = behind;
                behind = find_next(reader, &reader->ahead);
        }
        *ret_part = reader->here.part;
        ret_part->text = bytes_first(text, text.size - (reader->content.size - reader->ahead.at));
        reader->here = reader->ahead;
        reader->ahead = behind;
        return true;
}

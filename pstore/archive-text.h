/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"
#include "pstore/header-line.h"

/*
 * Cuts the dmesg.txt that systemd-pstore makes of the files that it archives into the texts of the files
 * again (src/pstore/pstore.c). It takes the files in the reverse order of their names:
 *
 * up to 252     one text for all ids that are equal but for their last six digits, written once; before each
 *               part a line with its file's name and ':'. Several crashes lie in each other.
 * 253 and later one text for a second and a count of EFI, or for a run of ids of ERST; nothing before a part.
 *               One crash after another, the newest first, and all of it once more for each time that it ran.
 *
 * A part begins where its header line stands at the beginning of a line. What looks like one in the middle of
 * a log is told by its order: parts, or names, fall to the end of their crash, so what the next of them
 * passes over is none; nor is it where the first part has the kernel's "<6>" behind its header line, and it
 * has not.
 */
struct archive_part {
        struct bytes name; /* of the file; empty where the text does not tell it */
        struct bytes text; /* with its header line, and with what ramoops puts before that */
        struct header_line header;
};

/* Where a part begins, or seems to. */
struct archive_mark {
        bool found;
        size_t at;                /* in the content */
        struct archive_part part; /* its text goes to the content's end */
};

struct archive_text {
        struct bytes content;
        bool is_named, is_prefixed;
        struct archive_mark here, ahead;
        size_t before; /* so many bytes stand before the first part, and are of none */
};

void archive_text_begin(struct archive_text *reader, struct bytes content);

/* False at the end. Views are of the content. */
bool archive_text_next(struct archive_text *reader, struct archive_part *ret_part);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/source/strays.h"

#include <limits.h>

#include "base/error.h"
#include "base/text.h"
#include "linux-tool/output/message.h"

/* A directory that is none of records has a line for so many of its files. */
#define LINES_MAX 16

void strays_add(struct strays *strays, const char *name, const char *what) {
        char visible[4 * NAME_MAX + 1];
        struct text text = TEXT_ON(visible);

        if (strays->count++ >= LINES_MAX || strays->told || strays->source->is_quiet)
                return;
        text_put_escaped(&text, text_view(name));
        message_error("%s: %s: %s: left out", strays->source->spec, visible, what);
}

void strays_begin(struct strays *strays) {
        strays->count = 0;
        strays->reported = false;
}

void strays_end(struct strays *strays) {
        if (strays->count > LINES_MAX && !strays->told && !strays->source->is_quiet)
                message_error("%s: %zu more files that are no records are left out", strays->source->spec,
                              strays->count - LINES_MAX);
        strays->told = true;
}

int strays_report(struct strays *strays, struct source_entry *ret_entry) {
        if (strays->count == 0 || strays->reported)
                return 0;
        strays->reported = true;
        *ret_entry = (struct source_entry){ .store = RECORD_STORE_END, .name = "strays" };
        return ERR_STRAY;
}

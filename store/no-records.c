/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/no-records.h"
#include "base/error.h"

static void put_place(const struct record_source *source, struct text *text) {
        const char *where = source->nature ? source->nature : source->location;

        text_put(text, source->spec);
        /* A spec with a directory or a file of its own says it already. */
        if (where && (source->nature || (source->of_machine && !text_ends_with(source->spec, where))))
                text_format(text, " (%s)", where);
}

/* Those whose reading ended so. An archive or a report that is not there is no store that this machine lacks.
 */
static void put_places(const struct session *session, int error, const char *before, struct text *text) {
        size_t count = 0;

        for (size_t i = 0; i < session->source_count; i++) {
                const struct record_source *source = session->sources[i];

                if (session->errors[i] != error || !source->spec ||
                    (error == ERR_NO_STORE && (source->is_archive || source->is_report)))
                        continue;
                text_put(text, count++ == 0 ? before : ", ");
                put_place(source, text);
        }
}

void no_records_describe(const struct session *session, struct text *text) {
        text_put(text, "no records");
        put_places(session, 0, " in ", text);
        put_places(session, ERR_NO_STORE, "; not on this machine: ", text);
}

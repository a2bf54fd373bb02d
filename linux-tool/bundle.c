/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/bundle.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/timestamp.h"
#include "linux-tool/codec/zstd-writer.h"
#include "linux-tool/output/message.h"
#include "linux-tool/target/tar.h"
#include "store/list.h"

#define NAME_WIDTH 18

void bundle_init(struct bundle *bundle, uint64_t seconds) {
        char time[TIMESTAMP_TEXT_SIZE];

        *bundle = (struct bundle){ .seconds = seconds };
        timestamp_format_compact(seconds, time);
        snprintf(bundle->name, sizeof(bundle->name), "pstore-fw-%s", time);
        file_tree_init(&bundle->files, BUNDLE_SIZE_MAX);
}

void bundle_free(struct bundle *bundle) {
        file_tree_free(&bundle->files);
}

void bundle_tell(struct bundle *bundle, enum bundle_state state, const char *name, const char *format, ...) {
        struct bundle_line *line = &bundle->lines[bundle->line_count];
        va_list arguments;

        if (bundle->line_count == BUNDLE_LINES_MAX)
                return;
        bundle->line_count++;
        *line = (struct bundle_line){ .state = state, .name = name };
        va_start(arguments, format);
        vsnprintf(line->text.text, sizeof(line->text.text), format, arguments);
        va_end(arguments);
        if (state != BUNDLE_FAILED)
                return;
        bundle->failed = true;
        message_error("%s: %s", name, line->text.text);
}

/* --- README.txt ----------------------------------------------------------------------------------- */

static int put_lines(const struct bundle *bundle, enum bundle_state state, const char *heading,
                     const struct sink *sink) {
        size_t count = 0;
        int r = 0;

        for (size_t i = 0; i < bundle->line_count && r == 0; i++) {
                const struct bundle_line *line = &bundle->lines[i];
                char head[NAME_WIDTH + 8];

                if (line->state != state)
                        continue;
                if (count++ == 0)
                        r = sink_format(sink, "\n%s\n\n", heading);
                snprintf(head, sizeof(head), "  %-*s  ", NAME_WIDTH, line->name);
                if (r == 0)
                        r = sink_prose(sink, head, "%s", line->text.text);
        }
        return r;
}

/* Also of what is not there: that nothing was found has its reason. */
static int put_sources(const struct session *session, const struct sink *sink) {
        int r = sink_format(sink, "\nRead\n\n");

        for (size_t i = 0; i < session->source_count && r == 0; i++)
                r = sink_prose(sink, "  ", "%s: %s", session->sources[i]->spec,
                               session->errors[i] < 0 ? error_text(session->errors[i]) : "read");
        return r;
}

static int put_found(const struct session *session, const struct sink *sink) {
        int r = sink_format(sink, "\nFound\n\n");

        if (r < 0)
                return r;
        if (work_selected_count(&session->work) == 0)
                return sink_format(sink, "  no crash and no record\n");
        return list_selected(&session->work, sink);
}

int bundle_put_readme(const struct bundle *bundle, const struct session *session, const struct sink *sink) {
        char time[TIMESTAMP_TEXT_SIZE];
        int r;

        timestamp_format(bundle->seconds, time);
        sink_format(sink, "%s\n\n", bundle->name);
        sink_prose(sink, "",
                   "Crash records of a machine, and what is needed to judge them, for a bug report. Made by "
                   "pstore-fw " VERSION
                   " (Linux command), run %s, on %s. It only read: nothing was cleared and "
                   "nothing changed.",
                   geteuid() == 0 ? "as root" : "without being root", time);
        sink_format(sink, "\n");
        sink_prose(
                sink, "",
                "LOOK THROUGH IT BEFORE YOU SEND IT. A log is as the kernel wrote it: it may hold names of "
                "machines and people, addresses, serial numbers of disks, the kernel's command line, and "
                "whatever a program has put there. So may the stored records, which hold the same text "
                "compressed.");
        put_lines(bundle, BUNDLE_HAS, "What is here", sink);
        put_lines(bundle, BUNDLE_LEFT_OUT, "What was left out", sink);
        put_lines(bundle, BUNDLE_FAILED, "What could not be had", sink);
        put_sources(session, sink);
        put_found(session, sink);
        sink_format(sink, "\n");
        r = sink_prose(sink, "", "To work with the records: unpack it, and then");
        return r < 0 ? r : sink_format(sink, "\n  pstore-fw list --source dir:%s/events\n", bundle->name);
}

/* --- the archive ---------------------------------------------------------------------------------- */

static int put_member(const struct bundle *bundle, const char *path, bool is_directory, struct bytes content,
                      const struct sink *sink) {
        char full[PATH_MAX];
        const struct tar_member member = {
                .path = full,
                .is_directory = is_directory,
                .content = content,
                .seconds = bundle->seconds,
        };

        if (snprintf(full, sizeof(full), "%s%s%s", bundle->name, path[0] ? "/" : "", path) >= PATH_MAX)
                return ERR_TOO_LARGE;
        return tar_put(&member, sink);
}

static int put_members(const struct bundle *bundle, struct bytes readme, const struct sink *sink) {
        int r = put_member(bundle, "", true, bytes_of(NULL, 0), sink);

        if (r == 0)
                r = put_member(bundle, "README.txt", false, readme, sink);
        for (size_t i = 0; i < bundle->files.count && r == 0; i++) {
                const struct tree_entry *entry = &bundle->files.entries[i];

                r = put_member(bundle, entry->path, entry->is_directory, buffer_bytes(&entry->content), sink);
        }
        return r < 0 ? r : tar_end(sink);
}

int bundle_write(const struct bundle *bundle, struct bytes readme, const struct sink *sink) {
        struct zstd_writer writer;
        int r = zstd_writer_init(&writer, sink);

        if (r < 0)
                return r;
        r = put_members(bundle, readme, &writer.sink);
        if (r == 0)
                r = zstd_writer_end(&writer);
        zstd_writer_free(&writer);
        return r;
}

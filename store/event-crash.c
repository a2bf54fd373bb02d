/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/event-crash.h"
#include "codec/sha256.h"
#include "store/show.h"

bool log_crash_read(struct bytes log, struct log_crash *ret_crash) {
        uint8_t digest[SHA256_SIZE];
        char said[CRASH_SIGNATURE_TEXT_SIZE];
        struct text text = TEXT_ON(said), signature = TEXT_ON(ret_crash->signature);

        if (!crash_read(log, &ret_crash->crash))
                return false;
        crash_put_signature_text(&ret_crash->crash, &text);
        sha256_digest(text_bytes(&text), digest);
        for (size_t i = 0; i < CRASH_SIGNATURE_SIZE / 2; i++)
                text_format(&signature, "%02x", digest[i]);
        return true;
}

int event_crash_read(const struct catalog *catalog, const struct event *event,
                     struct event_crash *ret_crash) {
        const struct sink sink = sink_to_buffer(&ret_crash->joined);
        int r;

        buffer_init(&ret_crash->joined, catalog->allocator);
        ret_crash->log = record_log(catalog->records[event->first]);
        if (event->record_count > 1) {
                r = show_event_log(catalog, event, false, &sink);
                if (r < 0)
                        return r;
                ret_crash->log = buffer_bytes(&ret_crash->joined);
        }
        return log_crash_read(ret_crash->log, &ret_crash->told);
}

void event_crash_free(struct event_crash *crash) {
        buffer_free(&crash->joined);
}

void crash_put_short_title(const struct crash *crash, size_t width, struct text *text) {
        static const char cut[] = "...";
        struct bytes title = text_view(crash->title), function = bytes_from(title, crash->title_words);
        size_t room;

        if (title.size <= width) {
                text_put_bytes(text, title);
                return;
        }
        if (function.size + sizeof(cut) > width)
                function = bytes_of(NULL, 0);
        room = width - function.size - (sizeof(cut) - 1);
        text_put_bytes(text, bytes_first(title, room));
        text_put(text, cut);
        text_put_bytes(text, function);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/tell/news.h"

#include "base/arith.h"
#include "base/error.h"
#include "linux-tool/tell/journal.h"
#include "linux-tool/tell/syslog.h"

#define ITEM(name, in_syslog, member)                                                                        \
        { .field = "PSTORE_FW_" name, .word = (in_syslog), .offset = offsetof(struct crash_news, member) }

/* The signature first and the copy last: a line of syslog may be cut. */
const struct news_item news_items[NEWS_ITEM_COUNT] = {
        ITEM("SIGNATURE", "signature", signature),
        ITEM("EVENT", "event", event),
        ITEM("REASON", "reason", reason),
        ITEM("STORE", "store", store),
        ITEM("KERNEL", "kernel", kernel),
        ITEM("MISSING_PARTS", "missing", missing),
        ITEM("COPY", "copy", path),
};

const struct news_ways news_ways = {
        .library = "libsystemd.so.0",
        .journal = "/run/systemd/journal/socket",
        .syslog = "/dev/log",
        .patience_seconds = 5,
};

const char *news_value(const struct crash_news *news, const struct news_item *item) {
        return *(const char *const *) ((const char *) news + item->offset);
}

void news_put_value(const char *value, struct text *text) {
        static const char cut[] = "...";
        char buffer[NEWS_VALUE_MAX + 1];
        struct text escaped = TEXT_ON(buffer);

        text_put_escaped(&escaped, text_view(value));
        if (escaped.truncated)
                escaped.length = size_min(escaped.length, NEWS_VALUE_MAX - (sizeof(cut) - 1));
        text_put_bytes(text, text_bytes(&escaped));
        if (escaped.truncated)
                text_put(text, cut);
}

void news_put_title(const struct crash_news *news, struct text *text) {
        if (!news->title)
                text_put(text, "the kernel crashed: ");
        news_put_value(news->title ? news->title : news->event, text);
}

int news_tell(const struct crash_news *news, const struct news_ways *ways, const char **ret_way,
              struct reason *ret_reason) {
        const char *way = "journal";
        char buffer[NEWS_VALUE_MAX + 1];
        struct text event = TEXT_ON(buffer);
        int r, journal;

        r = journal = journal_tell(news, ways);
        if (r < 0) {
                way = "syslog";
                r = syslog_tell(news, ways);
        }
        if (r < 0) {
                news_put_value(news->event, &event);
                return reason_set(
                        ret_reason, r, "%s: neither the journal (%s: %s) nor syslog (%s: %s) took it",
                        event.buffer, ways->journal, error_text(journal), ways->syslog, error_text(r));
        }
        if (ret_way)
                *ret_way = way;
        return 0;
}

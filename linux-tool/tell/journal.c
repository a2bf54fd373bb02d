/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/tell/journal.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "posix/errno.h"

/*
 * The library is opened where a journal is, and not linked: the command runs on machines without systemd, and
 * what libsystemd brings (docs/ARCHITECTURE.md has the numbers) counts for nothing else. A note says so to
 * those who make packages (https://systemd.io/ELF_DLOPEN_METADATA/).
 */
__asm__(".pushsection .note.dlopen, \"a\", %note\n"
        ".balign 4\n"
        ".4byte 4, 1f - 0f, 0x407c0c0a\n"
        ".asciz \"FDO\"\n"
        "0: .asciz \"[{\\\"feature\\\":\\\"journal\\\",\\\"description\\\":\\\"crashes are told to the "
        "journal\\\","
        "\\\"priority\\\":\\\"recommended\\\",\\\"soname\\\":[\\\"libsystemd.so.0\\\"]}]\"\n"
        "1: .balign 4\n"
        ".popsection\n");

typedef __typeof__(&sd_journal_sendv) sendv_function;

/* Beside the items: MESSAGE, MESSAGE_ID, PRIORITY, SYSLOG_FACILITY, SYSLOG_IDENTIFIER, PSTORE_FW_TIME. */
#define FIELDS_MAX (NEWS_ITEM_COUNT + 6)

/* PATH_MAX for the copy, and the others. */
#define ENTRY_SIZE 8192

struct entry {
        struct text text; /* all fields, one behind the other */
        struct iovec fields[FIELDS_MAX];
        int count;
};

static void field_begin(struct entry *entry, const char *name) {
        entry->fields[entry->count].iov_base = entry->text.buffer + entry->text.length;
        text_format(&entry->text, "%s=", name);
}

static void field_end(struct entry *entry) {
        struct iovec *field = &entry->fields[entry->count++];

        field->iov_len = (size_t) (entry->text.buffer + entry->text.length - (char *) field->iov_base);
}

static void add_field(struct entry *entry, const char *name, const char *value) {
        field_begin(entry, name);
        text_put(&entry->text, value);
        field_end(entry);
}

/* A path is told as it is, so that it can be opened: a field of the journal may hold any bytes. */
static void add_item(struct entry *entry, const struct crash_news *news, const struct news_item *item) {
        const char *value = news_value(news, item);

        if (!value)
                return;
        field_begin(entry, item->field);
        if (value == news->path)
                text_put(&entry->text, value);
        else
                news_put_value(value, &entry->text);
        field_end(entry);
}

static void compose(struct entry *entry, const struct crash_news *news) {
        char time[TIMESTAMP_TEXT_SIZE];

        field_begin(entry, "MESSAGE");
        news_put_title(news, &entry->text);
        field_end(entry);
        add_field(entry, "MESSAGE_ID", NEWS_MESSAGE_ID);
        add_field(entry, "PRIORITY", "2");        /* critical */
        add_field(entry, "SYSLOG_FACILITY", "3"); /* a daemon's: "kern" is the kernel's own */
        add_field(entry, "SYSLOG_IDENTIFIER", "pstore-fw");
        if (news->seconds > 0) {
                timestamp_format_rfc3339(news->seconds, time);
                add_field(entry, "PSTORE_FW_TIME", time);
        }
        for (size_t i = 0; i < NEWS_ITEM_COUNT; i++)
                add_item(entry, news, &news_items[i]);
}

static void interrupt(int number) {
        (void) number;
}

/*
 * A journal that is there but reads nothing, as while it is started anew, would hold us for ever. The signal
 * ends the call, and comes again each second in case it came before it.
 */
static int send_within(sendv_function sendv, const struct entry *entry, unsigned seconds) {
        const struct sigaction interrupting = { .sa_handler = interrupt }; /* without SA_RESTART */
        const struct itimerval patience = { .it_value.tv_sec = (time_t) seconds, .it_interval.tv_sec = 1 };
        struct sigaction before;
        struct itimerval none = { 0 };
        int r;

        if (sigaction(SIGALRM, &interrupting, &before) < 0 || setitimer(ITIMER_REAL, &patience, NULL) < 0)
                return errno_to_error(errno);
        r = sendv(entry->fields, entry->count);
        (void) setitimer(ITIMER_REAL, &none, NULL);
        (void) sigaction(SIGALRM, &before, NULL);
        if (r == -EINTR)
                return ERR_TIMEOUT;
        return r < 0 ? errno_to_error(-r) : 0;
}

int journal_tell(const struct crash_news *news, const struct news_ways *ways) {
        char buffer[ENTRY_SIZE];
        struct entry entry = { .text = TEXT_ON(buffer) };
        sendv_function sendv;
        void *library;

        /* Without a socket libsystemd says that all went well. */
        if (access(ways->journal, W_OK) < 0)
                return errno_to_error(errno);
        library = dlopen(ways->library, RTLD_NOW | RTLD_LOCAL);
        sendv = library ? (sendv_function) dlsym(library, "sd_journal_sendv") : NULL;
        if (!sendv)
                return ERR_NOT_SUPPORTED;
        compose(&entry, news);
        return entry.text.truncated ? ERR_BUG : send_within(sendv, &entry, ways->patience_seconds);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/tell/syslog.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "posix/errno.h"
#include "posix/memory.h"

/* All items at their longest but for a path, which is cut then; syslog daemons take 8 KiB and more. */
#define LINE_SIZE 4096

/* "<26>Nov 29 12:57:23 pstore-fw[1234]: ", as syslog(3) of libc has it. */
static void put_header(struct text *text) {
        time_t now = time(NULL);
        struct tm local;
        char stamp[32];

        if (!localtime_r(&now, &local) || strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &local) == 0)
                stamp[0] = '\0';
        text_format(text, "<%d>%s pstore-fw[%d]: ", LOG_DAEMON | LOG_CRIT, stamp, (int) getpid());
}

/* "TITLE: signature=… event=…": a line, whatever is in it. */
static void compose(struct text *text, const struct crash_news *news) {
        const char *before = ": ";

        put_header(text);
        news_put_title(news, text);
        for (size_t i = 0; i < NEWS_ITEM_COUNT; i++) {
                const char *value = news_value(news, &news_items[i]);

                if (!value)
                        continue;
                text_format(text, "%s%s=", before, news_items[i].word);
                if (value == news->path)
                        text_put_escaped(text, text_view(value));
                else
                        news_put_value(value, text);
                before = " ";
        }
}

static int open_socket(const char *path, int type, unsigned patience_seconds) {
        const struct timeval patience = { .tv_sec = (time_t) patience_seconds };
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd, r;

        if (snprintf(address.sun_path, sizeof(address.sun_path), "%s", path) >=
            (int) sizeof(address.sun_path))
                return ERR_TOO_LARGE;
        fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return errno_to_error(errno);
        if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0 &&
            connect(fd, (const struct sockaddr *) &address, sizeof(address)) == 0)
                return fd;
        r = errno == EPROTOTYPE ? ERR_NOT_SUPPORTED : errno_to_error(errno);
        cleanup_close(&fd);
        return r;
}

/* Of messages by themselves, as most daemons have it, or a stream, in which a NUL ends each. */
int syslog_tell(const struct crash_news *news, const struct news_ways *ways) {
        _cleanup_close_ int fd = open_socket(ways->syslog, SOCK_DGRAM, ways->patience_seconds);
        bool is_stream = fd == ERR_NOT_SUPPORTED;
        char buffer[LINE_SIZE];
        struct text text = TEXT_ON(buffer);
        size_t size;
        ssize_t sent;

        if (is_stream)
                fd = open_socket(ways->syslog, SOCK_STREAM, ways->patience_seconds);
        if (fd < 0)
                return fd;
        compose(&text, news);
        size = text.length + (is_stream ? 1 : 0);
        sent = send(fd, buffer, size, MSG_NOSIGNAL);
        if (sent < 0)
                return errno == EAGAIN ? ERR_TIMEOUT : errno_to_error(errno);
        return (size_t) sent == size ? 0 : ERR_IO;
}

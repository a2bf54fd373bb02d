/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/log-message.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "posix/errno.h"

#define LINE_SIZE 256

/* The best first. An oops that kdump takes at once (panic_on_oops) prints no line of a panic. */
static const char *const beginnings[] = {
        "Kernel panic - not syncing",
        "BUG: ",
        "Oops",
        "general protection fault",
};

struct finder {
        char line[LINE_SIZE]; /* its first bytes */
        size_t length;
        char found[LINE_SIZE];
        size_t rank; /* of what was found, in the table */
};

/* "<6>[    5.123456][  T123] text": what stands behind the brackets */
static const char *skip_prefix(const char *line) {
        const char *end;

        if (line[0] == '<' && (end = strchr(line, '>')))
                line = end + 1;
        while (line[0] == '[' && (end = strchr(line, ']'))) {
                line = end + 1;
                line += strspn(line, " ");
        }
        return line;
}

static void end_line(struct finder *finder) {
        const char *text;

        finder->line[finder->length] = '\0';
        finder->length = 0;
        text = skip_prefix(finder->line);
        /* Of one rank the later line: it is nearer to what ended the machine. */
        for (size_t rank = 0; rank <= finder->rank && rank < ARRAY_SIZE(beginnings); rank++)
                if (strncmp(text, beginnings[rank], strlen(beginnings[rank])) == 0) {
                        snprintf(finder->found, sizeof(finder->found), "%s", text);
                        finder->rank = rank;
                        return;
                }
}

int log_message_read(int fd, char *ret_message, size_t size) {
        struct finder finder = { .rank = ARRAY_SIZE(beginnings) };
        char piece[4096];
        ssize_t got;

        ret_message[0] = '\0';
        while ((got = read(fd, piece, sizeof(piece))) > 0)
                for (ssize_t i = 0; i < got; i++) {
                        char c = piece[i];

                        if (c == '\n')
                                end_line(&finder);
                        else if (finder.length + 1 < sizeof(finder.line))
                                finder.line[finder.length++] = c >= ' ' && c < 0x7f ? c : '?';
                }
        if (got < 0)
                return errno_to_error(errno);
        end_line(&finder); /* a log that was cut off ends within one */
        snprintf(ret_message, size, "%s", finder.found);
        return finder.found[0] ? 0 : ERR_NOT_FOUND;
}

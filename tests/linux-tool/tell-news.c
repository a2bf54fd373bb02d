/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdio.h>
#include <stdlib.h>

#include "linux-tool/tell/news.h"
#include "tests/support/journal-socket.h"

/*
 * tell-news JOURNAL EVENT TITLE SIGNATURE
 *
 * Tells one crash to the journal's socket at that path, for check-telling.py, which plays the journal.
 */
int main(int argc, char **argv) {
        struct news_ways ways = news_ways;
        struct crash_news news = {
                .reason = "panic",
                .store = "erst",
                .kernel = "6.1.0-56-amd64",
                .missing = "2-3",
                .path = "/var/lib/pstore-fw/copy",
                .seconds = 1795247484,
        };
        struct reason reason;

        if (argc != 5)
                return EXIT_FAILURE;
        ways.journal = argv[1];
        ways.syslog = "/nonexistent";
        journal_socket_set(argv[1]);
        news.event = argv[2];
        news.title = argv[3];
        news.signature = argv[4];
        if (news_tell(&news, &ways, NULL, &reason) == 0)
                return EXIT_SUCCESS;
        fprintf(stderr, "%s\n", reason.text);
        return EXIT_FAILURE;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "kdump/receive.h"
#include "linux-tool/output/json.h"
#include "linux-tool/output/message.h"
#include "linux-tool/output/output.h"
#include "linux-tool/verb/verbs.h"
#include "posix/clock.h"

/* A crash kernel waits for a minute, too. */
#define PATIENCE_MS 60000

static const struct option option_to = {
        .name = "output",
        .letter = 'o',
        .argument = "DIR",
        .help = "where they go (default: " RECEIVED_DIRECTORY ")",
        .wanted = "is no directory",
};

/* Of IPv4, as a socket of IPv6 that takes both has it (RFC 4291, 2.5.5.2). */
#define MAPPED "::ffff:"

/* Who is at the other end, where that is a socket of the network. */
static void name_sender(char *ret_name, size_t size) {
        struct sockaddr_storage address;
        socklen_t length = sizeof(address);

        if (getpeername(STDIN_FILENO, (struct sockaddr *) &address, &length) < 0 ||
            getnameinfo((struct sockaddr *) &address, length, ret_name, (socklen_t) size, NULL, 0,
                        NI_NUMERICHOST) != 0)
                snprintf(ret_name, size, "standard input");
        else if (text_starts_with(ret_name, MAPPED) && strchr(ret_name, '.'))
                memmove(ret_name, ret_name + strlen(MAPPED), strlen(ret_name) - strlen(MAPPED) + 1);
}

/* The answer is what the sender waits for, and JSON is for those who look at it. */
static int answer(const struct options *options, const struct received *received, const char *from,
                  struct output *output) {
        struct json_object *report;

        if (!options_have(options, &option_json))
                return received->host[0] ? sink_format(&output->sink, DELIVERY_STORED "\n") : 0;
        report = json_report_new("kdump-receive");
        json_add_string(report, "from", from);
        json_add_string(report, "host", received->host[0] ? received->host : NULL);
        json_add_string(report, "event", received->host[0] ? received->event : NULL);
        return json_report_print(report, output);
}

static int receive_run(const struct options *options, void *context) {
        const char *directory = options_text(options, &option_to);
        const uint64_t deadline_ms = clock_ms() + PATIENCE_MS;
        struct output *output = context;
        struct received received;
        struct reason reason;
        char from[NI_MAXHOST];

        directory = directory ? directory : RECEIVED_DIRECTORY;
        name_sender(from, sizeof(from));
        if (kdump_receive(STDIN_FILENO, directory, from, deadline_ms, &received, &reason) < 0) {
                message_error("from %s: %s", from, reason.text);
                (void) sink_format(&output->sink, DELIVERY_REFUSED "%s\n", reason.text);
                kdump_receive_rest(STDIN_FILENO, deadline_ms);
                return EXIT_FAILED;
        }
        if (received.host[0])
                message_note("from %s: %s/%s/%s", from, directory, received.host, received.event);
        return answer(options, &received, from, output) < 0 ? EXIT_FAILED : EXIT_DONE;
}

static const struct option *const options_taken[] = { &option_to, NULL };

const struct verb verb_kdump_receive = {
        .name = "kdump receive",
        .operands = "",
        .summary = "store a sealed log that a crash kernel sends",
        .description = "For the machine that collects the logs of others: reads one delivery from\n"
                       "standard input, stores it as DIR/HOST/EVENT, and answers with a line. The\n"
                       "socket pstore-fw-receive.socket starts it for each that comes. It needs no\n"
                       "key, and cannot read what it stores. Nothing is replaced or removed.\n",
        .options = options_taken,
        .run = receive_run,
};

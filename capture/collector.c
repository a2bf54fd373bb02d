/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/collector.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "capture/module.h"
#include "capture/network.h"
#include "posix/clock.h"
#include "posix/errno.h"
#include "posix/memory.h"

#define POLL_MS 500

int collector_parse(const char *text, struct sockaddr_in *ret_address) {
        struct sockaddr_in address = { .sin_family = AF_INET };
        char host[INET_ADDRSTRLEN];
        const char *colon = strrchr(text, ':');
        uint64_t port;
        size_t at = 0;

        if (!colon || (size_t) (colon - text) >= sizeof(host))
                return ERR_VALUE;
        memcpy(host, text, (size_t) (colon - text));
        host[colon - text] = '\0';
        if (inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
            decimal_parse(text_view(colon + 1), &at, UINT16_MAX, &port) < 0 || colon[1 + at] || port == 0)
                return ERR_VALUE;
        address.sin_port = htons((uint16_t) port);
        *ret_address = address;
        return 0;
}

/* socket(7): what is sent, read or connected next takes no longer. False when the time is over. */
static bool set_patience(int fd, uint64_t deadline_ms) {
        uint64_t left_ms = clock_left_ms(deadline_ms);
        const struct timeval patience = {
                .tv_sec = (time_t) (left_ms / 1000),
                .tv_usec = (suseconds_t) (left_ms % 1000 * 1000),
        };

        errno = ETIMEDOUT;
        return left_ms > 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0 &&
               setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0;
}

/* The socket; or -1, and errno. */
static int connect_once(const struct sockaddr_in *address, uint64_t deadline_ms) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int error;

        if (fd < 0 ||
            (set_patience(fd, deadline_ms) && connect(fd, (const void *) address, sizeof(*address)) == 0))
                return fd;
        error = errno == EINPROGRESS ? ETIMEDOUT : errno; /* connect() says it so */
        (void) close(fd);
        errno = error;
        return -1;
}

int collector_connect(const struct sockaddr_in *address, uint64_t deadline_ms) {
        int fd;

        while ((fd = connect_once(address, deadline_ms)) < 0) {
                int error = errno;

                if (!network_may_still_come(error) || clock_left_ms(deadline_ms) <= POLL_MS) {
                        errno = error;
                        return errno_to_error(error);
                }
                clock_sleep_ms(POLL_MS);
        }
        return fd;
}

/* As what else waits here: 0, or -1 and errno. */
static int send_bytes(int fd, struct bytes bytes, uint64_t deadline_ms) {
        while (bytes.size > 0) {
                ssize_t sent;

                if (!set_patience(fd, deadline_ms))
                        return -1;
                sent = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);
                if (sent < 0 && errno == EINTR)
                        continue;
                if (sent < 0)
                        return -1;
                bytes = bytes_from(bytes, (size_t) sent);
        }
        return 0;
}

/* No more than was announced: the rest would be no part of it. */
static int send_log(int fd, int log_fd, size_t size, uint64_t deadline_ms) {
        uint8_t piece[16384];

        while (size > 0) {
                ssize_t got = read(log_fd, piece, size < sizeof(piece) ? size : sizeof(piece));

                if (got < 0 && errno == EINTR)
                        continue;
                if (got == 0)
                        errno = ENODATA;
                if (got <= 0 || send_bytes(fd, bytes_of(piece, (size_t) got), deadline_ms) < 0)
                        return -1;
                size -= (size_t) got;
        }
        return shutdown(fd, SHUT_WR);
}

/* One line; what is longer is cut. Empty when the other end has closed, and said nothing. */
static int read_answer(int fd, uint64_t deadline_ms, char ret_answer[DELIVERY_ANSWER_SIZE]) {
        size_t size = 0;

        while (size < DELIVERY_ANSWER_SIZE - 1) {
                ssize_t got = -1;

                if (set_patience(fd, deadline_ms))
                        got = recv(fd, ret_answer + size, DELIVERY_ANSWER_SIZE - 1 - size, 0);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return -1;
                if (got == 0)
                        break;
                size += (size_t) got;
                if (memchr(ret_answer, '\n', size))
                        break;
        }
        ret_answer[size] = '\0';
        ret_answer[strcspn(ret_answer, "\n")] = '\0';
        return 0;
}

static int fail(const char *collector, struct steps *steps) {
        int error = errno == EAGAIN ? ETIMEDOUT : errno; /* so it says that the patience is over */

        steps_failed(steps, "collector", "%s: %s", collector, strerror(error));
        return errno_to_error(error);
}

static int deliver(const char *collector, const struct delivery *delivery, int log_fd, uint64_t deadline_ms,
                   struct steps *steps) {
        char head[DELIVERY_HEAD_SIZE], answer[DELIVERY_ANSWER_SIZE], visible[DELIVERY_ANSWER_SIZE];
        struct text text = TEXT_ON(visible);
        struct sockaddr_in address;
        _cleanup_close_ int fd = -1;
        int r;

        r = collector_parse(collector, &address);
        if (r == 0)
                r = delivery_print(delivery, head);
        if (r < 0) {
                steps_failed(steps, "collector", "%s: %s", collector, error_text(r));
                return r;
        }
        fd = collector_connect(&address, deadline_ms);
        if (fd < 0 || send_bytes(fd, text_view(head), deadline_ms) < 0 ||
            send_log(fd, log_fd, delivery->size, deadline_ms) < 0 || read_answer(fd, deadline_ms, answer) < 0)
                return fail(collector, steps);
        if (strcmp(answer, DELIVERY_STORED) == 0)
                return 0;
        text_put_escaped(&text, text_view(answer));
        steps_failed(steps, "collector", "%s: %s", collector,
                     visible[0] ? visible : "took it, and does not say that it is stored");
        return ERR_FAILED;
}

int collector_send(const struct capture_plan *plan, const struct delivery *delivery, int log_fd,
                   uint64_t deadline_ms, struct steps *steps) {
        int r = 0;

        if (plan->network.mac[0]) {
                module_load_all(CAPTURE_NETWORK_MODULES_PATH, steps);
                r = network_up(&plan->network, deadline_ms, steps);
        }
        if (r == 0)
                r = deliver(plan->collector, delivery, log_fd, deadline_ms, steps);
        if (r == 0) {
                steps_done(steps, "collector");
                steps_say(steps, "log stored by %s", plan->collector);
        }
        return r;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/fake-collector.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/test.h"

/* A socket of the loopback, and what it is called. */
static int open_port(char ret_address[CAPTURE_COLLECTOR_SIZE]) {
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t size = sizeof(address);
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_int_equal(bind(fd, (struct sockaddr *) &address, size), 0);
        assert_int_equal(getsockname(fd, (struct sockaddr *) &address, &size), 0);
        snprintf(ret_address, CAPTURE_COLLECTOR_SIZE, "127.0.0.1:%u", ntohs(address.sin_port));
        return fd;
}

static void take(int listener, const char *into, const char *answer) {
        int fd = accept(listener, NULL, NULL), file;
        char piece[4096];
        ssize_t got;

        if (!answer)
                (void) pause();
        file = open(into, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        while ((got = read(fd, piece, sizeof(piece))) > 0)
                if (write(file, piece, (size_t) got) != got)
                        _exit(1);
        _exit(got == 0 && write(fd, answer, strlen(answer)) == (ssize_t) strlen(answer) ? 0 : 1);
}

void fake_collector_start(struct fake_collector *ret_collector, const char *into, const char *answer) {
        int listener = open_port(ret_collector->address);

        assert_int_equal(listen(listener, 4), 0);
        ret_collector->pid = fork();
        assert_true(ret_collector->pid >= 0);
        if (ret_collector->pid == 0)
                take(listener, into, answer);
        close(listener);
}

void fake_collector_end(struct fake_collector *collector) {
        int status;

        (void) kill(collector->pid, SIGALRM); /* ends who waits for a signal, or for nobody */
        assert_int_equal(waitpid(collector->pid, &status, 0), collector->pid);
}

void fake_collector_gone(char ret_address[CAPTURE_COLLECTOR_SIZE]) {
        close(open_port(ret_address));
}

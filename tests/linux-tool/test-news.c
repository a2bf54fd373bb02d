/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memmem() */
#include "tests/support/test.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "linux-tool/tell/news.h"
#include "posix/clock.h"
#include "tests/support/journal-socket.h"
#include "tests/support/scratch.h"

#define RECEIVED_MAX ((size_t) 64 * 1024)

/* A machine with the two sockets in a directory of its own; a test makes those that it wants there. */
struct fixture {
        char *directory;
        char journal[64], syslog[64];
        struct news_ways ways;
        int journal_fd, syslog_fd;
        struct reason reason;
        const char *way;
};

static int begin(void **state) {
        static struct fixture fixture;

        fixture = (struct fixture){ .directory = scratch_make(), .journal_fd = -1, .syslog_fd = -1 };
        snprintf(fixture.journal, sizeof(fixture.journal), "%s/journal", fixture.directory);
        snprintf(fixture.syslog, sizeof(fixture.syslog), "%s/log", fixture.directory);
        fixture.ways = news_ways;
        fixture.ways.journal = fixture.journal;
        fixture.ways.syslog = fixture.syslog;
        fixture.ways.patience_seconds = 1;
        journal_socket_set(fixture.journal);
        *state = &fixture;
        return 0;
}

static int end(void **state) {
        struct fixture *fixture = *state;

        cleanup_close(&fixture->journal_fd);
        cleanup_close(&fixture->syslog_fd);
        scratch_remove(fixture->directory);
        return 0;
}

static int listen_at(const char *path, int type) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

        snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
        assert_int_equal(bind(fd, (const struct sockaddr *) &address, sizeof(address)), 0);
        if (type == SOCK_STREAM)
                assert_int_equal(listen(fd, 1), 0);
        return fd;
}

static void with_journal(struct fixture *fixture) {
        fixture->journal_fd = listen_at(fixture->journal, SOCK_DGRAM);
}

static void with_syslog(struct fixture *fixture) {
        fixture->syslog_fd = listen_at(fixture->syslog, SOCK_DGRAM);
}

/* What came, ending in a NUL that is not counted; valid until the next. */
static struct bytes receive(int fd) {
        static char received[RECEIVED_MAX];
        ssize_t size = recv(fd, received, sizeof(received) - 1, 0);

        assert_true(size > 0);
        received[size] = '\0';
        return bytes_of(received, (size_t) size);
}

static void assert_silent(int fd) {
        char byte;

        assert_int_equal(recv(fd, &byte, 1, 0), -1);
}

static int tell(struct fixture *fixture, const struct crash_news *news) {
        return news_tell(news, &fixture->ways, &fixture->way, &fixture->reason);
}

static void assert_has(struct bytes received, struct bytes wanted) {
        if (!memmem(received.data, received.size, wanted.data, wanted.size))
                fail_msg("'%.*s' is not in\n%.*s", (int) wanted.size, (const char *) wanted.data,
                         (int) received.size, (const char *) received.data);
}

static const struct crash_news news = {
        .event = "20261121T075124Z-erst-panic1",
        .title = "BUG: unable to handle page fault in e1000_clean",
        .signature = "0123456789abcdef",
        .reason = "panic",
        .store = "erst",
        .kernel = "6.1.0-56-amd64",
        .missing = "2-3",
        .path = "/var/lib/pstore-fw/20261121T075124Z-erst-panic1",
        .seconds = 1795247484,
};

/* The journal's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL), byte for byte. */
static void test_entry(void **state) {
        struct fixture *fixture = *state;

        with_journal(fixture);
        with_syslog(fixture);
        assert_ok(tell(fixture, &news));
        assert_string_equal(fixture->way, "journal");
        assert_string_equal((const char *) receive(fixture->journal_fd).data,
                            "MESSAGE=BUG: unable to handle page fault in e1000_clean\n"
                            "MESSAGE_ID=e7f89530bf644287831ef15c9a9640d2\n"
                            "PRIORITY=2\n"
                            "SYSLOG_FACILITY=3\n"
                            "SYSLOG_IDENTIFIER=pstore-fw\n"
                            "PSTORE_FW_TIME=2026-11-21T07:51:24Z\n"
                            "PSTORE_FW_SIGNATURE=0123456789abcdef\n"
                            "PSTORE_FW_EVENT=20261121T075124Z-erst-panic1\n"
                            "PSTORE_FW_REASON=panic\n"
                            "PSTORE_FW_STORE=erst\n"
                            "PSTORE_FW_KERNEL=6.1.0-56-amd64\n"
                            "PSTORE_FW_MISSING_PARTS=2-3\n"
                            "PSTORE_FW_COPY=/var/lib/pstore-fw/20261121T075124Z-erst-panic1\n");
        assert_silent(fixture->journal_fd); /* one entry */
        assert_silent(fixture->syslog_fd);
}

static void test_entry_of_little(void **state) {
        struct fixture *fixture = *state;

        with_journal(fixture);
        assert_ok(tell(fixture, &(struct crash_news){ .event = "20261121T075124Z-erst-oops1" }));
        assert_string_equal((const char *) receive(fixture->journal_fd).data,
                            "MESSAGE=the kernel crashed: 20261121T075124Z-erst-oops1\n"
                            "MESSAGE_ID=e7f89530bf644287831ef15c9a9640d2\n"
                            "PRIORITY=2\n"
                            "SYSLOG_FACILITY=3\n"
                            "SYSLOG_IDENTIFIER=pstore-fw\n"
                            "PSTORE_FW_EVENT=20261121T075124Z-erst-oops1\n");
}

/* What a crashed kernel says adds no field, and writes nothing on a terminal. */
static void test_entry_hostile(void **state) {
        struct fixture *fixture = *state;
        struct crash_news hostile = news;
        struct bytes received;

        with_journal(fixture);
        hostile.title = "BUG\nPRIORITY=7\n\x1b[2J\xff";
        hostile.kernel = "6.1\r\n_UID=0";
        hostile.path = "/var/lib/a\nPRIORITY=7";
        assert_ok(tell(fixture, &hostile));
        received = receive(fixture->journal_fd);
        assert_has(received, text_view("MESSAGE=BUG\\x0aPRIORITY=7\\x0a\\x1b[2J\\xff\n"));
        assert_has(received, text_view("PSTORE_FW_KERNEL=6.1\\x0d\\x0a_UID=0\n"));
        /* As it is: its length stands before it (the protocol's form for a value with a newline). */
        assert_has(received, bytes_of("PSTORE_FW_COPY\n\x15\0\0\0\0\0\0\0/var/lib/a\nPRIORITY=7\n", 45));
}

static void test_entry_long(void **state) {
        struct fixture *fixture = *state;
        struct crash_news large = news;
        char title[8001], path[4096];
        struct bytes received;

        with_journal(fixture);
        memset(title, '\x01', sizeof(title) - 1);
        title[sizeof(title) - 1] = '\0';
        memset(path, 'p', sizeof(path) - 1);
        path[sizeof(path) - 1] = '\0';
        large.title = large.signature = large.event = large.reason = large.store = large.kernel =
                large.missing = title;
        large.path = path;
        assert_ok(tell(fixture, &large));
        received = receive(fixture->journal_fd);
        assert_has(received, text_view("\\x01\\...\nMESSAGE_ID="));
        assert_has(received, text_view(path));
        assert_int_equal(strcspn((const char *) received.data, "\n"), strlen("MESSAGE=") + NEWS_VALUE_MAX);
}

static void test_syslog(void **state) {
        struct fixture *fixture = *state;
        struct crash_news hostile = news;
        const char *line;

        with_syslog(fixture);
        hostile.title = "BUG\n<0>injected";
        hostile.path = "/var/lib/a\nb";
        assert_ok(tell(fixture, &hostile));
        assert_string_equal(fixture->way, "syslog");
        line = (const char *) receive(fixture->syslog_fd).data;
        assert_memory_equal(line, "<26>", 4); /* daemon, critical */
        assert_int_equal(line[4 + 15], ' ');  /* behind "Nov 29 12:57:23" */
        test_assert_contains(line, " pstore-fw[");
        test_assert_contains(line, "]: BUG\\x0a<0>injected: signature=0123456789abcdef "
                                   "event=20261121T075124Z-erst-panic1 reason=panic store=erst "
                                   "kernel=6.1.0-56-amd64 missing=2-3 "
                                   "copy=/var/lib/a\\x0ab");
        assert_null(strchr(line, '\n'));
        assert_silent(fixture->syslog_fd);
}

/* Where each message ends in a NUL. */
static void test_syslog_stream(void **state) {
        struct fixture *fixture = *state;
        struct bytes received;
        int fd;

        fixture->syslog_fd = listen_at(fixture->syslog, SOCK_STREAM);
        assert_ok(tell(fixture, &news));
        fd = accept(fixture->syslog_fd, NULL, NULL);
        received = receive(fd);
        close(fd);
        assert_int_equal(received.data[received.size - 1], '\0');
        test_assert_contains((const char *) received.data, "copy=/var/lib/pstore-fw/");
}

static void test_no_library(void **state) {
        struct fixture *fixture = *state;

        with_journal(fixture);
        with_syslog(fixture);
        fixture->ways.library = "libno-such-library.so.0";
        assert_ok(tell(fixture, &news));
        assert_string_equal(fixture->way, "syslog");
        assert_silent(fixture->journal_fd);
}

static void test_nobody(void **state) {
        struct fixture *fixture = *state;
        struct crash_news hostile = news;
        char wanted[512];

        hostile.event = "a\nb";
        assert_error(tell(fixture, &hostile), ERR_NOT_FOUND);
        assert_null(fixture->way);
        snprintf(wanted, sizeof(wanted),
                 "a\\x0ab: neither the journal (%s: not found) nor syslog (%s: not found) took it",
                 fixture->journal, fixture->syslog);
        assert_string_equal(fixture->reason.text, wanted);
}

static void test_journal_is_dead(void **state) {
        struct fixture *fixture = *state;

        with_journal(fixture);
        close(fixture->journal_fd);
        fixture->journal_fd = -1; /* its name stays, and nobody listens */
        with_syslog(fixture);
        assert_ok(tell(fixture, &news));
        assert_string_equal(fixture->way, "syslog");
}

/* Until no message more fits into its queue. */
static void fill(const char *path) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
        assert_int_equal(connect(fd, (const struct sockaddr *) &address, sizeof(address)), 0);
        while (send(fd, "x", 1, MSG_DONTWAIT) == 1)
                ;
        close(fd);
}

/* Readers that do not read hold nobody up for ever. */
static void test_nobody_reads(void **state) {
        struct fixture *fixture = *state;
        uint64_t start_ms = clock_ms();
        char byte;

        with_journal(fixture);
        with_syslog(fixture);
        fill(fixture->journal);
        fill(fixture->syslog);
        assert_error(tell(fixture, &news), ERR_TIMEOUT);
        test_assert_contains(fixture->reason.text, "journal: not finished within the time set for it)");
        test_assert_contains(fixture->reason.text, "log: not finished within the time set for it)");
        assert_true(clock_ms() - start_ms < 30000);
        /* What was held up is told when it is read again. */
        while (recv(fixture->journal_fd, &byte, 1, 0) > 0)
                ;
        assert_ok(tell(fixture, &news));
        assert_string_equal(fixture->way, "journal");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(entry),           TEST(entry_of_little), TEST(entry_hostile), TEST(entry_long),
                TEST(syslog),          TEST(syslog_stream),   TEST(no_library),    TEST(nobody),
                TEST(journal_is_dead), TEST(nobody_reads),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

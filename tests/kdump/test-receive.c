/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/sha256.h"
#include "kdump/receive.h"
#include "posix/clock.h"
#include "tests/support/flush-log.h"
#include "tests/support/made-seal.h"
#include "tests/support/scratch.h"

#define LOG   "[    1.0] Linux version 6.1\n"
#define EVENT "20261121T151320Z-kdump-panic1"

static char *root;
static struct seal_key public_key, secret_key;
static struct delivery delivery;
static struct bytes sealed;
static struct received received;
static struct reason reason;

static void describe(struct bytes log) {
        struct text digits = TEXT_ON(delivery.sha256);
        uint8_t digest[SHA256_SIZE];

        sha256_digest(log, digest);
        text_put_hex(&digits, bytes_of(digest, sizeof(digest)));
        delivery.size = (unsigned) log.size;
}

static int begin(NO_STATE) {
        root = scratch_make();
        assert_ok(seal_key_make(&public_key, &secret_key));
        made_seal_put(root, &public_key, LOG);
        sealed = test_read_file(scratch_path(root, "log.sealed"));
        delivery = (struct delivery){ .host = "web-7", .kernel = "6.1.0", .crash_seconds = 1795274000 };
        seal_key_print(&public_key, delivery.public_key);
        describe(sealed);
        return 0;
}

static int end(NO_STATE) {
        free((void *) (uintptr_t) sealed.data);
        scratch_remove(root);
        return 0;
}

static int receive(struct bytes bytes) {
        int fd, r;

        scratch_write(scratch_path(root, "came"), bytes);
        fd = open(scratch_path(root, "came"), O_RDONLY);
        r = kdump_receive(fd, scratch_path(root, "dumps"), "10.9.1.2", clock_ms() + 10000, &received,
                          &reason);
        close(fd);
        return r;
}

/* The head that tells of the delivery, and this log. */
static int receive_log(struct bytes log) {
        struct buffer bytes;
        char head[DELIVERY_HEAD_SIZE];
        int r;

        buffer_init(&bytes, &system_allocator);
        assert_ok(delivery_print(&delivery, head));
        buffer_append(&bytes, text_view(head));
        buffer_append(&bytes, log);
        r = receive(buffer_bytes(&bytes));
        buffer_free(&bytes);
        return r;
}

static void assert_refused(struct bytes log, int error, const char *words) {
        assert_error(receive_log(log), error);
        test_assert_contains(reason.text, words);
        assert_int_equal(scratch_count_files(scratch_path(root, "dumps")), 0);
}

static void test_stored(NO_STATE) {
        struct json_object *manifest;
        struct bytes log;
        struct stat stat_of;

        assert_ok(receive_log(sealed));
        assert_string_equal(received.host, "web-7");
        assert_string_equal(received.event, EVENT);
        log = test_read_file(scratch_path(root, "dumps/web-7/" EVENT "/dmesg.txt.sealed"));
        assert_int_equal(log.size, sealed.size);
        assert_memory_equal(log.data, sealed.data, log.size);
        free((void *) (uintptr_t) log.data);
        assert_int_equal(stat(scratch_path(root, "dumps/web-7/" EVENT "/dmesg.txt.sealed"), &stat_of), 0);
        assert_int_equal(stat_of.st_mode & 0777, 0600);
        manifest = json_object_from_file(scratch_path(root, "dumps/web-7/" EVENT "/manifest.json"));
        assert_string_equal(json_object_get_string(json_object_object_get(manifest, "kernel")), "6.1.0");
        test_assert_contains(json_object_get_string(json_object_object_get(manifest, "dumped_by")),
                             "(received from 10.9.1.2)");
        json_object_put(manifest);
}

/* Nothing is replaced, and nothing goes: a sender is anybody. */
static void test_once_more(NO_STATE) {
        assert_ok(receive_log(sealed));
        assert_ok(receive_log(sealed));
        assert_string_equal(received.event, "20261121T151320Z-kdump-panic2");
        assert_int_equal(scratch_count_files(scratch_path(root, "dumps")), 4);
}

static void test_flushed(NO_STATE) {
        flush_log_start();
        assert_ok(receive_log(sealed));
        (void) flush_log_stop();
        (void) flush_log_assert_made(scratch_path(root, "dumps"));
        (void) flush_log_assert_tree(scratch_path(root, "dumps"));
}

static void test_nothing_comes(NO_STATE) {
        assert_ok(receive(text_view("")));
        assert_string_equal(received.host, "");
        assert_int_equal(access(scratch_path(root, "dumps"), F_OK), -1);
}

static void test_what_is_no_delivery(NO_STATE) {
        assert_error(receive(text_view("GET / HTTP/1.1\r\n\r\n")), ERR_TRUNCATED);
        test_assert_contains(reason.text, "its head has no end");
        assert_error(receive(text_view("version = 9\n\n")), ERR_VALUE);
        test_assert_contains(reason.text, "line 1: version: '9'");
        assert_int_equal(access(scratch_path(root, "dumps"), F_OK), -1);
}

static void test_a_log_that_is_not_what_was_sent(NO_STATE) {
        assert_refused(bytes_first(sealed, sealed.size - 1), ERR_TRUNCATED, "were to come, and");
        delivery.sha256[0] = delivery.sha256[0] == '0' ? '1' : '0';
        assert_refused(sealed, ERR_CHECKSUM, "sha256: the log has another");
        describe(text_view(LOG));
        assert_refused(text_view(LOG), ERR_SIGNATURE, "the log is not sealed");
        describe(sealed);
        memset(delivery.public_key, '5', strlen(delivery.public_key));
        assert_refused(sealed, ERR_KEY, "sealed to another key");
}

/* A host's directory is one, and no way elsewhere. */
static void test_a_link_for_a_host(NO_STATE) {
        assert_int_equal(mkdir(scratch_path(root, "dumps"), 0700), 0);
        assert_int_equal(mkdir(scratch_path(root, "other"), 0700), 0);
        assert_int_equal(symlink("../other", scratch_path(root, "dumps/web-7")), 0);
        assert_true(receive_log(sealed) < 0);
        test_assert_contains(reason.text, "dumps/web-7: ");
        assert_int_equal(scratch_count_files(scratch_path(root, "other")), 0);
}

/* Who has sent all need not close before the answer comes. */
static void test_a_sender_that_stays(NO_STATE) {
        char head[DELIVERY_HEAD_SIZE];
        int fds[2];

        assert_int_equal(pipe(fds), 0);
        assert_ok(delivery_print(&delivery, head));
        assert_int_equal(write(fds[1], head, strlen(head)), strlen(head));
        assert_int_equal(write(fds[1], sealed.data, sealed.size), sealed.size);
        assert_ok(kdump_receive(fds[0], scratch_path(root, "dumps"), "10.9.1.2", clock_ms() + 10000,
                                &received, &reason));
        assert_string_equal(received.event, EVENT);
        close(fds[0]);
        close(fds[1]);
}

static void test_a_sender_that_waits(NO_STATE) {
        int fds[2];

        assert_int_equal(pipe(fds), 0);
        assert_int_equal(write(fds[1], "version", 7), 7);
        assert_error(kdump_receive(fds[0], root, "nobody", clock_ms() + 100, &received, &reason),
                     ERR_TIMEOUT);
        kdump_receive_rest(fds[0], clock_ms() + 100);
        close(fds[0]);
        close(fds[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_stored),
                TEST(test_once_more),
                TEST(test_flushed),
                TEST(test_nothing_comes),
                TEST(test_what_is_no_delivery),
                TEST(test_a_log_that_is_not_what_was_sent),
                TEST(test_a_link_for_a_host),
                TEST(test_a_sender_that_stays),
                TEST(test_a_sender_that_waits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

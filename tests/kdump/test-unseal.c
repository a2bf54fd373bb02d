/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/delivery.h"
#include "kdump/unseal.h"
#include "tests/support/made-seal.h"
#include "tests/support/scratch.h"

#define LOG "[    1.0] Linux version 6.1\n"

static char *root;
static struct seal_key public_key, secret_key;
static struct reason reason;

/* A sealed log, and what opens it. */
static int begin(NO_STATE) {
        root = scratch_make();
        assert_ok(kdump_keys_make(scratch_path(root, "key"), &public_key, &reason));
        assert_ok(kdump_secret_key_read(scratch_path(root, "key"), &secret_key, &reason));
        made_seal_put(root, &public_key, LOG);
        return 0;
}

static int end(NO_STATE) {
        scratch_remove(root);
        return 0;
}

static int unseal(const char *sealed, const char *output) {
        return kdump_unseal(&secret_key, scratch_path(root, sealed), scratch_path(root, output), &reason);
}

static void assert_holds(const char *name, const char *wanted) {
        struct bytes content = test_read_file(scratch_path(root, name));

        assert_int_equal(content.size, strlen(wanted));
        assert_memory_equal(content.data, wanted, content.size);
        free((void *) (uintptr_t) content.data);
}

/* Refused, with these words, and nothing is left beside the three files. */
static void assert_refused(int error, const char *words) {
        assert_error(unseal("log.sealed", "out"), error);
        test_assert_contains(reason.text, words);
        test_assert_contains(reason.text, "log.sealed: ");
        assert_int_equal(scratch_count_files(root), 3);
}

/* What any program has kept that listens: the head is in front of it. */
static void test_as_it_was_sent(NO_STATE) {
        struct bytes sealed = test_read_file(scratch_path(root, "log.sealed"));
        struct delivery delivery = { .host = "web-7", .size = (unsigned) sealed.size };
        char head[DELIVERY_HEAD_SIZE];
        struct buffer sent;

        buffer_init(&sent, &system_allocator);
        memset(delivery.public_key, '0', sizeof(delivery.public_key) - 1);
        memset(delivery.sha256, '0', sizeof(delivery.sha256) - 1);
        assert_ok(delivery_print(&delivery, head));
        buffer_append(&sent, text_view(head));
        buffer_append(&sent, sealed);
        scratch_write(scratch_path(root, "log.sealed"), buffer_bytes(&sent));
        assert_ok(unseal("log.sealed", "out"));
        assert_holds("out", LOG);
        buffer_free(&sent);
        free((void *) (uintptr_t) sealed.data);
}

static void change(long at, const char *bytes) {
        int fd = open(scratch_path(root, "log.sealed"), O_WRONLY);

        assert_int_equal(pwrite(fd, bytes, strlen(bytes), at), strlen(bytes));
        close(fd);
}

static void test_it_is_opened(NO_STATE) {
        struct stat status;

        assert_ok(unseal("log.sealed", "out"));
        assert_holds("out", LOG);
        assert_int_equal(scratch_count_files(root), 4);
        assert_int_equal(stat(scratch_path(root, "out"), &status), 0);
        assert_int_equal(status.st_mode & 07777, 0600);
}

static void test_nothing_is_overwritten(NO_STATE) {
        assert_error(unseal("log.sealed", "log"), ERR_EXISTS);
        test_assert_contains(reason.text, "log: exists already");
        assert_holds("log", LOG);
        assert_int_equal(scratch_count_files(root), 3);
}

static void test_another_key(NO_STATE) {
        struct seal_key other;
        char wanted[80], id[SEAL_ID_TEXT_SIZE], own[SEAL_ID_TEXT_SIZE];

        seal_key_id(&public_key, id);
        assert_ok(seal_key_make(&other, &secret_key));
        seal_key_id(&other, own);
        snprintf(wanted, sizeof(wanted), "is sealed to another key, %s: this one opens %s", id, own);
        assert_refused(ERR_KEY, wanted);
}

static void test_cut_off(NO_STATE) {
        assert_int_equal(truncate(scratch_path(root, "log.sealed"), 140), 0);
        assert_refused(ERR_TRUNCATED, "ends too early");
}

static void test_changed(NO_STATE) {
        change(140, "x");
        assert_refused(ERR_CHECKSUM, "was changed after it was sealed");
}

static void test_more_behind_the_end(NO_STATE) {
        change(124 + 4 + 17 + strlen(LOG), "x");
        assert_refused(ERR_LENGTH, "there is more behind its end");
}

static void test_another_version(NO_STATE) {
        change(8, "\2");
        assert_refused(ERR_VERSION, "of a version that is not known here");
}

static void test_no_sealed_file(NO_STATE) {
        change(0, "log");
        assert_refused(ERR_SIGNATURE, "no sealed file");
}

static void test_it_is_not_there(NO_STATE) {
        assert_error(unseal("gone", "out"), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "gone: not found");
        assert_error(unseal("log.sealed", "no/out"), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "no/out");
}

/* For its owner alone, and never another one in its place. */
static void test_the_secret_key(NO_STATE) {
        struct seal_key key;
        struct stat status;

        assert_int_equal(stat(scratch_path(root, "key"), &status), 0);
        assert_int_equal(status.st_mode & 07777, 0600);
        assert_error(kdump_keys_make(scratch_path(root, "key"), &key, &reason), ERR_EXISTS);
        test_assert_contains(reason.text, "key: exists already: a key is not overwritten");
        seal_key_of_secret(&secret_key, &key);
        assert_memory_equal(&key, &public_key, sizeof(key));
        scratch_write(scratch_path(root, "key"), text_view("secret_key = abc\n"));
        assert_error(kdump_secret_key_read(scratch_path(root, "key"), &key, &reason), ERR_VALUE);
        test_assert_contains(reason.text, "'abc' is no key");
        scratch_write(scratch_path(root, "key"), text_view("# nothing\n"));
        assert_error(kdump_secret_key_read(scratch_path(root, "key"), &key, &reason), ERR_VALUE);
        test_assert_contains(reason.text, "secret_key: missing");
        assert_error(kdump_secret_key_read(scratch_path(root, "gone"), &key, &reason), ERR_NOT_FOUND);
}

static void test_the_public_key(NO_STATE) {
        char text[SEAL_KEY_TEXT_SIZE];
        struct seal_key key;

        seal_key_print(&public_key, text);
        assert_ok(kdump_public_key_find(root, text, &key, &reason));
        assert_memory_equal(&key, &public_key, sizeof(key));
        assert_error(kdump_public_key_find(root, "0123", &key, &reason), ERR_VALUE);
        test_assert_contains(reason.text, "public_key: '0123' is neither a path nor a key");
        assert_error(kdump_public_key_find(root, "/key.pub", &key, &reason), ERR_NOT_FOUND);
        test_assert_contains(reason.text, "public_key: /key.pub cannot be read");
        scratch_write(scratch_path(root, "key.pub"), text_view("0123\n"));
        assert_error(kdump_public_key_find(root, "/key.pub", &key, &reason), ERR_VALUE);
        scratch_write(scratch_path(root, "key.pub"), text_view(text));
        memset(&key, 0, sizeof(key));
        assert_ok(kdump_public_key_find(root, "/key.pub", &key, &reason));
        assert_memory_equal(&key, &public_key, sizeof(key));
        /* The file of the secret key is none of the public one. */
        assert_error(kdump_public_key_find(root, "/key", &key, &reason), ERR_VALUE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(it_is_opened),    TEST(nothing_is_overwritten),
                TEST(another_key),     TEST(cut_off),
                TEST(changed),         TEST(more_behind_the_end),
                TEST(another_version), TEST(no_sealed_file),
                TEST(it_is_not_there), TEST(the_secret_key),
                TEST(the_public_key),  TEST(as_it_was_sent),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

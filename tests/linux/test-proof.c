/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "linux/proof.h"
#include "tests/support/flush-log.h"
#include "tests/support/scratch.h"

#define DUMPS "/var/lib/pstore-fw"

static char *root;

static int begin(NO_STATE) {
        root = scratch_make();
        return 0;
}

static int end(NO_STATE) {
        scratch_remove(root);
        return 0;
}

static struct proof made(void) {
        struct proof proof = { 0 };
        struct proof_store *efi = &proof.stores[RECORD_STORE_EFI];

        efi->armed = (struct proof_armed){
                .seed = "00112233445566778899aabbccddeeff",
                .name = "dump-type0-1-1-1709210119-D",
                .boot_id = "6e52fe9d-cd28-4d4c-8a3c-4a0c1d1b2c3d",
                .seconds = 1709210119,
        };
        efi->canary = (struct proof_mark){ 1709210120, "6.1.0-56-amd64", PROOF_GOOD };
        proof.stores[RECORD_STORE_KDUMP].crash = (struct proof_mark){ 1709210121, "6.1.0", "lost" };
        return proof;
}

static void test_it_comes_back(NO_STATE) {
        const struct proof written = made();
        struct proof read;
        struct reason reason;
        struct stat status;

        assert_ok(proof_write(root, DUMPS, &written, &reason));
        assert_ok(proof_read(root, DUMPS, &read));
        assert_memory_equal(&read, &written, sizeof(read));
        assert_int_equal(stat(scratch_path(root, "var/lib/pstore-fw"), &status), 0);
        assert_int_equal(status.st_mode & 07777, 0700); /* as dumps have it */
}

static void test_it_is_flushed(NO_STATE) {
        const struct proof written = made();
        struct reason reason;

        scratch_put(root, "/var/lib/pstore-fw/x", "");
        flush_log_start();
        assert_ok(proof_write(root, DUMPS, &written, &reason));
        (void) flush_log_assert_durable(scratch_path(root, "var/lib/pstore-fw/" PROOF_NAME));
        (void) flush_log_stop();
}

/* One of the largest values that there can be. What firmware found itself takes no canary. */
static void test_a_full_one(NO_STATE) {
        struct proof written, read;
        struct reason reason;

        memset(&written, 'x', sizeof(written));
        memset(&written.stores[RECORD_STORE_BERT], 0, sizeof(written.stores[0]));
        for (size_t i = 0; i < RECORD_STORE_BERT; i++) {
                struct proof_store *store = &written.stores[i];

                store->armed.seed[39] = store->armed.name[99] = store->armed.boot_id[39] = '\0';
                store->canary.kernel[71] = store->canary.result[15] = '\0';
                store->crash.kernel[71] = store->crash.result[15] = '\0';
        }
        assert_ok(proof_write(root, DUMPS, &written, &reason));
        assert_ok(proof_read(root, DUMPS, &read));
        assert_memory_equal(&read, &written, sizeof(read));
}

static void test_none(NO_STATE) {
        struct proof read;

        memset(&read, 'x', sizeof(read));
        assert_ok(proof_read(root, DUMPS, &read));
        assert_string_equal(read.stores[RECORD_STORE_EFI].armed.seed, "");
        assert_int_equal(read.stores[RECORD_STORE_EFI].crash.seconds, 0);
}

static void test_wrong_ones(NO_STATE) {
        static const char *const texts[] = { "efi = 1\n", "efi.crash.seconds = x\n", "efi.armed.seed =\n",
                                             "x" };
        struct proof read;

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                scratch_put(root, DUMPS "/" PROOF_NAME, texts[i]);
                assert_error(proof_read(root, DUMPS, &read), ERR_VALUE);
                assert_int_equal(read.stores[RECORD_STORE_EFI].crash.seconds, 0);
        }
        assert_int_equal(unlink(scratch_path(root, "var/lib/pstore-fw/" PROOF_NAME)), 0);
        assert_int_equal(mkfifo(scratch_path(root, "var/lib/pstore-fw/" PROOF_NAME), 0600), 0);
        alarm(20);
        assert_error(proof_read(root, DUMPS, &read), ERR_FILE_KIND);
        alarm(0);
}

static void test_when_this_boot_began(NO_STATE) {
        assert_int_equal(proof_boot_seconds(root, 1000), 0);
        scratch_put(root, "/proc/uptime", "123.99 456.00\n");
        assert_int_equal(proof_boot_seconds(root, 1000), 877);
        assert_int_equal(proof_boot_seconds(root, 100), 0); /* no clock was set */
        scratch_put(root, "/proc/uptime", "x\n");
        assert_int_equal(proof_boot_seconds(root, 1000), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_it_comes_back), TEST(test_it_is_flushed), TEST(test_a_full_one),
                TEST(test_none),          TEST(test_wrong_ones),    TEST(test_when_this_boot_began),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

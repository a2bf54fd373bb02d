/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux-tool/tell/tally.h"
#include "tests/support/flush-log.h"
#include "tests/support/scratch.h"

struct fixture {
        char *directory;
        int fd;
        struct tally tally;
};

static int begin(void **state) {
        static struct fixture fixture;

        fixture.directory = scratch_make();
        fixture.fd = open(fixture.directory, O_RDONLY | O_DIRECTORY);
        tally_init(&fixture.tally);
        *state = &fixture;
        return 0;
}

static int end(void **state) {
        struct fixture *fixture = *state;

        tally_free(&fixture->tally);
        close(fixture->fd);
        scratch_remove(fixture->directory);
        return 0;
}

static void count(struct fixture *fixture, const char *event, const char *reason, const char *signature,
                  uint64_t seconds) {
        const struct crash_news news = {
                .event = event, .reason = reason, .signature = signature, .seconds = seconds
        };

        assert_ok(tally_count(&fixture->tally, &news));
}

/* The next run. */
static void save_and_load(struct fixture *fixture) {
        assert_ok(tally_save(fixture->fd, &fixture->tally));
        tally_free(&fixture->tally);
        assert_ok(tally_load(fixture->fd, &fixture->tally));
}

static void assert_kind(const struct tally_kind *kind, const char *reason, const char *signature,
                        uint64_t count, uint64_t newest) {
        assert_string_equal(kind->reason, reason);
        assert_string_equal(kind->signature, signature);
        assert_int_equal(kind->count, count);
        assert_int_equal(kind->newest, newest);
}

static void test_counts_once(void **state) {
        struct fixture *fixture = *state;
        struct tally *tally = &fixture->tally;

        assert_ok(tally_load(fixture->fd, tally)); /* there is none yet */
        assert_int_equal(tally_see(tally, "a"), TALLY_NEW);
        for (unsigned run = 0; run < 3; run++) {
                count(fixture, "a", "panic", "0123456789abcdef", 200);
                count(fixture, "b", "panic", "0123456789abcdef", 100);
                count(fixture, "c", NULL, NULL, 0);
                save_and_load(fixture);
        }
        assert_int_equal(tally->kind_count, 2);
        assert_kind(&tally->kinds[0], "panic", "0123456789abcdef", 2, 200);
        assert_kind(&tally->kinds[1], "unknown", "unknown", 1, 0);
        assert_kind(&tally->rest, "other", "other", 0, 0);
}

static void test_told(void **state) {
        struct fixture *fixture = *state;
        struct tally *tally = &fixture->tally;

        count(fixture, "a", "panic", NULL, 1);
        count(fixture, "b", "panic", NULL, 1);
        tally_mark_told(tally, "b");
        tally_mark_told(tally, "nobody");
        save_and_load(fixture);
        assert_int_equal(tally_see(tally, "a"), TALLY_COUNTED);
        assert_int_equal(tally_see(tally, "b"), TALLY_TOLD);
        assert_int_equal(tally_see(tally, "nobody"), TALLY_NEW);
}

/* What is not in the archive any more is forgotten, and stays counted. */
static void test_prune(void **state) {
        struct fixture *fixture = *state;
        struct tally *tally = &fixture->tally;

        count(fixture, "old", "panic", NULL, 1);
        count(fixture, "seen", "panic", NULL, 2);
        save_and_load(fixture);
        assert_int_equal(tally_see(tally, "seen"), TALLY_COUNTED);
        count(fixture, "new", "panic", NULL, 3);
        assert_ok(tally_prune(tally));
        assert_int_equal(tally->event_count, 2);
        save_and_load(fixture);
        assert_int_equal(tally_see(tally, "old"), TALLY_NEW);
        assert_int_equal(tally_see(tally, "seen"), TALLY_COUNTED);
        assert_int_equal(tally_see(tally, "new"), TALLY_COUNTED);
        assert_kind(&tally->kinds[0], "panic", "unknown", 3, 3);
}

/* Names and labels with anything in them come back as they are kept, and are told from each other. */
static void test_hostile(void **state) {
        struct fixture *fixture = *state;
        struct tally *tally = &fixture->tally;
        char longest[256];

        memset(longest, '\xff', sizeof(longest) - 1);
        longest[sizeof(longest) - 1] = '\0';
        count(fixture, "a\"\n%", "pa\"nic\\\n", longest, 7);
        count(fixture, longest, "panic", "other", 8);
        longest[sizeof(longest) - 2] = 'x';
        count(fixture, longest, "other", "other", 9);
        save_and_load(fixture);
        assert_int_equal(tally->event_count, 3);
        assert_int_equal(tally_see(tally, "a\"\n%"), TALLY_COUNTED);
        assert_int_equal(tally_see(tally, "a\"\n"), TALLY_NEW);
        assert_int_equal(tally_see(tally, longest), TALLY_COUNTED);
        assert_kind(&tally->kinds[0], "pa%22nic%5c%0a", "%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%f", 1,
                    7);
        assert_int_equal(tally->kind_count, 1);
        assert_kind(&tally->rest, "other", "other", 2, 9);
}

/* A year of bugs that are never the same: the list stays short, and nothing is lost of the sum. */
static void test_many_kinds(void **state) {
        struct fixture *fixture = *state;
        struct tally *tally = &fixture->tally;
        uint64_t sum;

        for (unsigned i = 0; i < 1000; i++) {
                char name[32];

                snprintf(name, sizeof(name), "%u", i);
                count(fixture, name, "panic", name, 1000 + i);
        }
        save_and_load(fixture);
        assert_int_equal(tally->kind_count, TALLY_KINDS_MAX);
        assert_kind(&tally->rest, "other", "other", 1000 - TALLY_KINDS_MAX, 1999 - TALLY_KINDS_MAX);
        sum = tally->rest.count;
        for (size_t i = 0; i < tally->kind_count; i++) {
                sum += tally->kinds[i].count;
                assert_true(tally->kinds[i].newest >= 2000 - TALLY_KINDS_MAX);
        }
        assert_int_equal(sum, 1000);
}

static void test_damaged(void **state) {
        static const struct {
                const char *content;
                int error;
        } rows[] = {
                { "", ERR_TRUNCATED },
                { "{}", ERR_VALUE },
                { "{\"schema\": \"pstore-fw/tally/2\"}", ERR_VALUE },
                { "{\"schema\": \"pstore-fw/tally/1\", \"events\": [{\"name\": \"a\", \"told\": true}]",
                  ERR_TRUNCATED },
                { "{\"schema\": \"pstore-fw/tally/1\", \"kinds\": [{\"count\": -1}]}", ERR_VALUE },
        };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                scratch_write(scratch_path(fixture->directory, TALLY_FILE), text_view(rows[i].content));
                assert_error(tally_load(fixture->fd, &fixture->tally), rows[i].error);
                assert_int_equal(fixture->tally.event_count, 0);
                assert_int_equal(tally_see(&fixture->tally, "a"), TALLY_NEW);
        }
        /* A link is not followed. */
        assert_int_equal(unlinkat(fixture->fd, TALLY_FILE, 0), 0);
        assert_int_equal(symlinkat("/etc/hostname", fixture->fd, TALLY_FILE), 0);
        assert_error(tally_load(fixture->fd, &fixture->tally), ERR_FILE_KIND);
}

/* Of one event over and over, or a kind: what nobody but us should have written. */
static void test_twice(void **state) {
        static const char content[] =
                "{\"schema\": \"pstore-fw/tally/1\", \"kinds\": ["
                "{\"reason\": \"a\", \"signature\": \"b\", \"count\": 18446744073709551615, \"newest\": 1},"
                "{\"reason\": \"a\", \"signature\": \"b\", \"count\": 1, \"newest\": 2}],"
                "\"events\": [{\"name\": \"a\", \"told\": false}, {\"name\": \"a\", \"told\": true}]}";
        struct fixture *fixture = *state;

        scratch_write(scratch_path(fixture->directory, TALLY_FILE), text_view(content));
        assert_ok(tally_load(fixture->fd, &fixture->tally));
        assert_int_equal(fixture->tally.event_count, 1);
        assert_int_equal(tally_see(&fixture->tally, "a"), TALLY_TOLD);
        assert_int_equal(fixture->tally.kind_count, 1);
        assert_kind(&fixture->tally.kinds[0], "a", "b", UINT64_MAX, 2);
}

static void test_durable(void **state) {
        struct fixture *fixture = *state;
        size_t calls;

        count(fixture, "a", "panic", NULL, 1);
        flush_log_start();
        assert_ok(tally_save(fixture->fd, &fixture->tally));
        calls = flush_log_stop();
        (void) flush_log_assert_durable(scratch_path(fixture->directory, TALLY_FILE));
        count(fixture, "b", "panic", NULL, 1);
        /* But for the last, which flushes the directory after the new one has got the name. */
        for (size_t i = 1; i < calls; i++) {
                struct tally old;

                flush_log_start_failing(i);
                assert_error(tally_save(fixture->fd, &fixture->tally), ERR_IO);
                (void) flush_log_stop();
                assert_ok(tally_load(fixture->fd, &old));
                assert_int_equal(old.event_count, 1);
                tally_free(&old);
                assert_int_equal(scratch_count_files(fixture->directory), 1);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(counts_once), TEST(told),    TEST(prune), TEST(hostile),
                TEST(many_kinds),  TEST(damaged), TEST(twice), TEST(durable),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

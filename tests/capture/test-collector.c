/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "capture/collector.h"
#include "posix/clock.h"
#include "tests/support/fake-collector.h"
#include "tests/support/scratch.h"

#define LOG      "PSTFSEAL, and what may be behind it"
#define LONG_MS  30000
#define SHORT_MS 300

struct setting {
        char *root;
        struct fake_collector collector;
        struct capture_plan plan;
        struct delivery delivery;
        struct steps steps;
};

static int begin(void **state) {
        struct setting *setting = calloc(1, sizeof(*setting));

        setting->root = scratch_make();
        scratch_write(scratch_path(setting->root, "log"), text_view(LOG "; more"));
        setting->delivery = (struct delivery){ .host = "web-7", .size = strlen(LOG) };
        memset(setting->delivery.public_key, '0', sizeof(setting->delivery.public_key) - 1);
        memset(setting->delivery.sha256, '1', sizeof(setting->delivery.sha256) - 1);
        steps_init(&setting->steps, -1, false);
        *state = setting;
        return 0;
}

static int end(void **state) {
        struct setting *setting = *state;

        scratch_remove(setting->root);
        free(setting);
        return 0;
}

static int send_log(struct setting *setting, uint64_t patience_ms) {
        int fd = open(scratch_path(setting->root, "log"), O_RDONLY);
        int r = collector_send(&setting->plan, &setting->delivery, fd, clock_ms() + patience_ms,
                               &setting->steps);

        close(fd);
        return r;
}

/* To one that says this; NULL: to one that says nothing. */
static int send_to(struct setting *setting, const char *answer, uint64_t patience_ms) {
        int r;

        fake_collector_start(&setting->collector, scratch_path(setting->root, "into"), answer);
        strcpy(setting->plan.collector, setting->collector.address);
        r = send_log(setting, patience_ms);
        fake_collector_end(&setting->collector);
        return r;
}

static void assert_told(const struct setting *setting, const char *words) {
        assert_int_equal(setting->steps.count, 1);
        assert_string_equal(setting->steps.rows[0].name, "collector");
        test_assert_contains(setting->steps.rows[0].result, words);
}

static void test_stored(void **state) {
        struct setting *setting = *state;
        struct delivery delivery;
        struct bytes came;
        char error[SETTINGS_ERROR_SIZE];
        size_t size;

        assert_ok(send_to(setting, DELIVERY_STORED "\n", LONG_MS));
        assert_told(setting, "done");
        came = test_read_file(scratch_path(setting->root, "into"));
        assert_ok(delivery_parse(came, &delivery, &size, error));
        assert_string_equal(delivery.host, "web-7");
        assert_int_equal(came.size, size + strlen(LOG)); /* so much was announced */
        assert_memory_equal(came.data + size, LOG, strlen(LOG));
        free((void *) (uintptr_t) came.data);
}

/* What is not said to be stored is not. */
static void test_other_answers(void **state) {
        static const struct {
                const char *answer, *words;
        } rows[] = {
                { "", ": took it, and does not say that it is stored" },
                { DELIVERY_REFUSED "no room\n", ": refused: no room" },
                { "stored somewhere\n", ": stored somewhere" },
                { "\033[2Jstored\n", ": \\x1b[2Jstored" },
        };
        struct setting *setting = *state;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                setting->steps.count = 0;
                assert_error(send_to(setting, rows[i].answer, LONG_MS), ERR_FAILED);
                assert_told(setting, rows[i].words);
        }
}

static void test_one_that_says_nothing(void **state) {
        struct setting *setting = *state;

        assert_error(send_to(setting, NULL, SHORT_MS), ERR_TIMEOUT);
        assert_told(setting, ": Connection timed out");
}

/* It may come yet: it is asked until the time is over, but not beyond. */
static void test_nobody(void **state) {
        struct setting *setting = *state;

        fake_collector_gone(setting->plan.collector);
        assert_true(send_log(setting, SHORT_MS) < 0);
        assert_told(setting, ": Connection refused");
}

static void test_a_log_that_ends_early(void **state) {
        struct setting *setting = *state;

        setting->delivery.size = 1000;
        assert_true(send_to(setting, "", LONG_MS) < 0);
        assert_told(setting, ": No data available");
}

static void test_addresses(NO_STATE) {
        static const char *const wrong[] = {
                "",          "10.0.0.1",       "10.0.0.1:",  "10.0.0.1:0",  "10.0.0.1:65536",       ":7867",
                "host:7867", "10.0.0.1:7867x", "[::1]:7867", "10.0.0:7867", "1000.0.0.0.0.0.0:7867"
        };
        struct sockaddr_in address;

        assert_ok(collector_parse("10.9.1.1:7867", &address));
        assert_int_equal(ntohs(address.sin_port), 7867);
        assert_int_equal(ntohl(address.sin_addr.s_addr), 0x0a090101);
        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
                assert_error(collector_parse(wrong[i], &address), ERR_VALUE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_stored), TEST(test_other_answers),         TEST(test_one_that_says_nothing),
                TEST(test_nobody), TEST(test_a_log_that_ends_early), cmocka_unit_test(test_addresses),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

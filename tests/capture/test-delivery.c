/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "capture/delivery.h"

#define KEY    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HEAD                                                                                                 \
        "version = 1\nhost = web-7\nkernel = 6.1.0-56-amd64\ncrash_seconds = 1795274000\n"                   \
        "public_key = " KEY "\nsize = 165\nsha256 = " SHA256 "\n\n"

static struct delivery some_delivery(void) {
        return (struct delivery){
                .host = "web-7",
                .kernel = "6.1.0-56-amd64",
                .crash_seconds = 1795274000,
                .public_key = KEY,
                .size = 165,
                .sha256 = SHA256,
        };
}

static void test_a_head(NO_STATE) {
        struct delivery delivery = some_delivery(), again;
        char head[DELIVERY_HEAD_SIZE], error[SETTINGS_ERROR_SIZE];
        size_t size;

        assert_ok(delivery_print(&delivery, head));
        assert_string_equal(head, HEAD);
        assert_ok(delivery_parse(text_view(HEAD "PSTFSEAL"), &again, &size, error));
        assert_int_equal(size, strlen(HEAD));
        assert_int_equal(again.version, 1);
        assert_string_equal(again.host, "web-7");
        assert_string_equal(again.kernel, "6.1.0-56-amd64");
        assert_int_equal(again.crash_seconds, 1795274000);
        assert_string_equal(again.public_key, KEY);
        assert_int_equal(again.size, 165);
        assert_string_equal(again.sha256, SHA256);
        delivery.kernel[0] = '\0';
        assert_ok(delivery_print(&delivery, head));
        assert_ok(delivery_parse(text_view(head), &again, &size, error));
        assert_string_equal(again.kernel, "");
}

static void test_what_has_no_end(NO_STATE) {
        struct delivery delivery;
        char error[SETTINGS_ERROR_SIZE], long_head[2 * DELIVERY_HEAD_SIZE];
        size_t size;

        for (size_t i = 0; i < strlen(HEAD); i++)
                assert_error(delivery_parse(bytes_of(HEAD, i), &delivery, &size, error), ERR_TRUNCATED);
        memset(long_head, '\n', sizeof(long_head));
        memset(long_head, '#', DELIVERY_HEAD_SIZE - 1);
        assert_error(delivery_parse(bytes_of(long_head, sizeof(long_head)), &delivery, &size, error),
                     ERR_TRUNCATED);
}

static void test_what_is_wrong_is_named(NO_STATE) {
        static const struct {
                const char *old, *new, *error;
        } rows[] = {
                { "version = 1", "version = 2", "line 1: version: '2' is none that is known" },
                { "version = 1\n", "", "version: missing" },
                { "web-7", "../etc", "line 2: host: '../etc' is no name of a host" },
                { "web-7", ".hidden", "line 2: host: '.hidden' is no name of a host" },
                { "web-7", "a/b", "line 2: host: 'a/b' is no name of a host" },
                { "host = web-7\n", "", "host: missing" },
                { "0001", "0g01", "is no key" },
                { "0001", "01", "is no key" },
                { "public_key = " KEY "\n", "", "public_key: missing" },
                { "size = 165", "size = 0", "line 6: size: '0' is none that a log has" },
                { "size = 165", "size = 67108865", "is none that a log has" },
                { "size = 165\n", "", "size: missing" },
                { "e3b0", "E3B0", "is no SHA-256" },
                { "sha256 = " SHA256 "\n", "", "sha256: missing" },
                { "kernel", "colour", "line 3: colour: " },
        };
        struct delivery delivery;
        char head[DELIVERY_HEAD_SIZE], error[SETTINGS_ERROR_SIZE];
        size_t size;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                const char *at = strstr(HEAD, rows[i].old);

                snprintf(head, sizeof(head), "%.*s%s%s", (int) (at - HEAD), HEAD, rows[i].new,
                         at + strlen(rows[i].old));
                assert_error(delivery_parse(text_view(head), &delivery, &size, error), ERR_VALUE);
                test_assert_contains(error, rows[i].error);
        }
}

/* The release is what a broken kernel's memory has: it keeps no log from being sent. */
static void test_what_no_line_holds(NO_STATE) {
        static const char *const releases[] = { "6.1\nhost = other", ";6.1", "6.1 ;x" };
        struct delivery delivery = some_delivery(), again;
        char head[DELIVERY_HEAD_SIZE], error[SETTINGS_ERROR_SIZE];
        size_t size;

        for (size_t i = 0; i < ARRAY_SIZE(releases); i++) {
                strcpy(delivery.kernel, releases[i]);
                assert_ok(delivery_print(&delivery, head));
                assert_ok(delivery_parse(text_view(head), &again, &size, error));
                assert_string_equal(again.kernel, "");
                assert_string_equal(again.host, "web-7");
        }
        strcpy(delivery.host, "a\nb");
        assert_error(delivery_print(&delivery, head), ERR_VALUE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_head),
                cmocka_unit_test(test_what_has_no_end),
                cmocka_unit_test(test_what_is_wrong_is_named),
                cmocka_unit_test(test_what_no_line_holds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/page-reader.h"
#include "tests/support/session-fixture.h"

#include "codec/sha256.h"
#include "store/show-html.h"

static struct session_fixture fixture;

static int begin(NO_STATE) {
        session_fixture_begin(&fixture);
        return 0;
}

static int end(NO_STATE) {
        session_fixture_end(&fixture);
        return 0;
}

static void put_part(uint32_t part, const char *log) {
        store_fixture_put_efi_part(&fixture.stores, "Panic", 7, part, 1709300000, log);
}

static const char *page_of(const struct selection *selection) {
        assert_ok(session_load(&fixture.session));
        assert_ok(session_select(&fixture.session, selection));
        assert_ok(show_html(&fixture.session, "tests 1.0", &fixture.stores.sink));
        return store_fixture_output(&fixture.stores);
}

/* Of the panic that a test has put in parts. */
static const char *page_of_panic(void) {
        static const char *const ids[] = { "20240301T133320Z-efi-panic7" };
        static const struct selection selection = { .ids = ids, .id_count = 1 };

        return page_of(&selection);
}

static void assert_logs(const char *page, struct bytes logs) {
        _cleanup_buffer_ struct buffer read;

        buffer_init(&read, &system_allocator);
        assert_true(page_read_logs(text_view(page), &read));
        assert_int_equal(read.size, logs.size);
        assert_memory_equal(read.data, logs.data, logs.size);
}

static void test_title_facts_trace_and_log(NO_STATE) {
        static const char log[] =
                "<6>[    1.000000] hello\n"
                "<1>[    2.000000] BUG: kernel NULL pointer dereference, address: 0000000000000000\n"
                "<4>[    2.000001] CPU: 1 PID: 42 Comm: cat Tainted: G           O       6.1.0-1-amd64 #1\n"
                "<4>[    2.000002] Hardware name: ACME 3000, BIOS 7 01/02/2024\n"
                "<4>[    2.000003] RIP: 0010:boom+0x1/0x2 [oops]\n"
                "<4>[    2.000004] Call Trace:\n"
                "<4>[    2.000005]  vfs_write+0x1/0x2\n";
        const char *page;

        put_part(1, log);
        page = page_of_panic();
        test_assert_contains(page, "<title>BUG: kernel NULL pointer dereference in boom</title>");
        test_assert_contains(page, "<h2>BUG: kernel NULL pointer dereference in boom</h2>");
        test_assert_contains(page, "<dt>when</dt><dd>2024-03-01 13:33:20 UTC</dd>");
        test_assert_contains(page, "<dt>kernel</dt><dd>6.1.0-1-amd64</dd>");
        test_assert_contains(page, "<dt>machine</dt><dd>ACME 3000, BIOS 7 01/02/2024</dd>");
        test_assert_contains(page, "<dt>process</dt><dd>cat, pid 42, CPU 1</dd>");
        test_assert_contains(page, "<li>boom+0x1/0x2 [oops]</li>\n<li>vfs_write+0x1/0x2</li>");
        test_assert_contains(page, "<span class=l6><b>&lt;6&gt;</b>[    1.000000] hello</span>\n");
        test_assert_contains(page, "<mark id=here1><span class=l1><b>&lt;1&gt;</b>[    2.000000] BUG");
        test_assert_contains(page, "<a href=\"#here1\">");
        assert_logs(page, text_view(log));
}

static void test_parts_and_gaps(NO_STATE) {
        const char *page;

        put_part(1, "newest\n");
        put_part(4, "cut");
        put_part(6, "oldest\n");
        page = page_of_panic();
        test_assert_contains(page, "<dt>missing parts</dt><dd>2-3, 5</dd>");
        test_assert_contains(page, "<td>efi:dump-type0-6-7-1709300000-D</td><td>efi</td></tr>\n"
                                   "<tr class=gap><td colspan=6>part 5 is missing</td></tr>\n<tr>");
        test_assert_contains(page, "<tr class=gap><td colspan=6>parts 2&ndash;3 are missing</td></tr>\n");
        test_assert_contains(page, "oldest\n<span class=gap>part 5 is missing here</span>\n"
                                   "cut\n<span class=gap>parts 2&ndash;3 are missing here</span>\nnewest\n");
        test_assert_contains(page, "<td colspan=3>3 records</td>");
}

/* What is named is a part alone: nothing is missing around it. */
static void test_one_part_of_an_event(NO_STATE) {
        static const char *const ids[] = { "efi:dump-type0-4-7-1709300000-D" };
        static const struct selection selection = { .ids = ids, .id_count = 1 };
        const char *page;

        put_part(1, "newest\n");
        put_part(4, "middle\n");
        page = page_of(&selection);
        assert_null(strstr(page, "missing here"));
        assert_null(strstr(page, "href=\"#here"));
        assert_logs(page, text_view("middle\n"));
}

static void test_a_log_is_text_whatever_it_holds(NO_STATE) {
        static const char log[] =
                "Panic#7 Part1\n"
                "</pre><script>alert('1')</script>\n"
                "<3>&amp; <img src=x onerror=\"x()\"> <!-- ]]>\n"
                "<99999999999>no level\n<4\n<\n"
                "\0\a\x1b[31m\x7f\x80\xff\xc0\xaf\xed\xa0\x80\n"
                "gr\xc3\xbc\xc3\x9f \xe2\x80\xae\xe2\x81\xa6 \xef\xbf\xbe \xf3\xa0\x80\xa1 \xc2\x9b\n"
                "\t\r\n"
                "<span class=gap>part 3 is missing here</span>";
        const struct bytes bytes = bytes_of(log, sizeof(log) - 1);
        const char *page;

        fake_source_add(&fixture.stores.efi, "dump-type0-1-7-1709300000-D", bytes);
        page = page_of_panic();
        assert_logs(page, bytes_from(bytes, sizeof("Panic#7 Part1\n") - 1));
        test_assert_contains(page, "&lt;/pre&gt;&lt;script&gt;alert(&#39;1&#39;)");
        test_assert_contains(page, "<i>\\x00</i><i>\\x07</i><i>\\x1b</i>[31m<i>\\x7f</i><i>\\x80</i>");
        test_assert_contains(page, "gr\xc3\xbc\xc3\x9f <i>\\xe2\\x80\\xae</i><i>\\xe2\\x81\\xa6</i>");
}

static void test_a_very_long_line(NO_STATE) {
        const size_t size = 100000;
        _cleanup_free_ char *log = calloc(1, size + 32);

        assert_non_null(log);
        memcpy(log, "Panic#7 Part1\n", 14);
        memset(log + 14, '<', size);
        fake_source_add(&fixture.stores.efi, "dump-type0-1-7-1709300000-D", text_view(log));
        assert_logs(page_of_panic(), bytes_from(text_view(log), 14));
}

/* Names of variables are firmware's word, too. */
static void test_names_are_text(NO_STATE) {
        static const struct selection everything = { 0 };
        const char *page;

        fake_source_add(&fixture.stores.efi, "<b>\"&'", text_view("x"));
        page = page_of(&everything);
        assert_logs(page, text_view("x\nx\nx\n"));
        test_assert_contains(page, "<dt>record</dt><dd>efi:&lt;b&gt;&quot;&amp;&#39;</dd>");
}

static void test_several_events(NO_STATE) {
        static const struct selection everything = { 0 };
        const char *page = page_of(&everything);

        test_assert_contains(page, "<title>2 crashes and records</title>");
        test_assert_contains(page, "<li><a href=\"#s1\">20240229T123510Z-erst-panic1</a></li>\n"
                                   "<li><a href=\"#s2\">");
        test_assert_contains(page, "<section id=s2>");
}

static void test_space(NO_STATE) {
        const char *page;

        fixture.stores.efi.space_reported =
                (struct source_space){ .known = true, .total = 65536, .remaining = 20000, .reserved = 5120 };
        put_part(1, "x\n");
        page = page_of_panic();
        test_assert_contains(page, "<td class=n>14880</td><td class=n>65536</td></tr>");
        test_assert_contains(page, "<tr><td>erst</td><td class=n>2</td>");
}

static void put_base64(struct bytes bytes, char *ret_text) {
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

        for (size_t i = 0; i < bytes.size; i += 3) {
                uint32_t bits = (uint32_t) bytes_u8(bytes, i) << 16 | (uint32_t) bytes_u8(bytes, i + 1) << 8 |
                                bytes_u8(bytes, i + 2);

                for (unsigned j = 0; j < 4; j++)
                        *ret_text++ = i + j > bytes.size ? '=' : digits[bits >> (18 - 6 * j) & 63];
        }
        *ret_text = '\0';
}

/* A browser leaves out a style that has another digest, and loads nothing. */
static void test_the_policy_allows_its_own_style_and_nothing_else(NO_STATE) {
        char policy[160], digest[64];
        uint8_t sha256[SHA256_SIZE];
        const char *page, *style;

        put_part(1, "x\n");
        page = page_of_panic();
        style = strstr(page, "<style>");
        assert_non_null(style);
        style += strlen("<style>");
        sha256_digest(bytes_of(style, (size_t) (strstr(style, "</style>") - style)), sha256);
        put_base64(bytes_of(sha256, sizeof(sha256)), digest);
        snprintf(
                policy, sizeof(policy),
                "content=\"default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">",
                digest);
        test_assert_contains(page, policy);
        assert_true(strstr(page, policy) < style);
        assert_null(strstr(page, "url("));
        assert_null(strstr(page, "://"));
}

static void test_an_error_of_the_sink_is_handed_on(NO_STATE) {
        static const struct selection everything = { 0 };
        int count = -1;

        assert_ok(session_load(&fixture.session));
        assert_ok(session_select(&fixture.session, &everything));
        for (unsigned writes = 0; count < 0; writes++) {
                unsigned left = writes;
                const struct sink failing = store_fixture_failing_sink(&left);

                count = show_html(&fixture.session, "tests 1.0", &failing);
                if (count < 0)
                        assert_error(count, ERR_IO);
        }
        assert_int_equal(count, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_title_facts_trace_and_log),
                TEST(test_parts_and_gaps),
                TEST(test_one_part_of_an_event),
                TEST(test_a_log_is_text_whatever_it_holds),
                TEST(test_a_very_long_line),
                TEST(test_names_are_text),
                TEST(test_several_events),
                TEST(test_space),
                TEST(test_the_policy_allows_its_own_style_and_nothing_else),
                TEST(test_an_error_of_the_sink_is_handed_on),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "store/finding.h"
#include "tests/support/fake-allocator.h"

static struct fake_allocator memory;
static struct findings findings;

static int begin(NO_STATE) {
        fake_allocator_init(&memory);
        findings_init(&findings, &memory.allocator);
        return 0;
}

static int end(NO_STATE) {
        findings_free(&findings);
        assert_int_equal(memory.live_blocks, 0);
        return 0;
}

static void assert_is(size_t index, enum verdict verdict, const char *text, const char *remedy) {
        const struct finding *finding = findings_at(&findings, index);

        assert_non_null(finding);
        assert_int_equal(finding->verdict, verdict);
        assert_string_equal(finding->text, text);
        assert_string_equal(finding->remedy, remedy);
}

static void test_none(NO_STATE) {
        assert_null(findings_at(&findings, 0));
        assert_null(findings_first(&findings, VERDICT_OK));
        assert_int_equal(findings_worst(&findings), VERDICT_OK);
        findings_sort(&findings);
}

static void test_names(NO_STATE) {
        assert_string_equal(verdict_name(VERDICT_OK), "OK");
        assert_string_equal(verdict_name(VERDICT_WARNING), "WARNING");
        assert_string_equal(verdict_name(VERDICT_CRITICAL), "CRITICAL");
        assert_string_equal(verdict_name(VERDICT_UNKNOWN), "UNKNOWN");
}

static void test_in_their_order(NO_STATE) {
        findings_add(&findings, VERDICT_OK, "", "%zu of %s", (size_t) 3, "them");
        findings_add(&findings, VERDICT_CRITICAL, "mend it", "first");
        findings_add(&findings, VERDICT_CRITICAL, "", "second");
        assert_is(0, VERDICT_OK, "3 of them", "");
        assert_is(1, VERDICT_CRITICAL, "first", "mend it");
        assert_null(findings_at(&findings, 3));
        assert_ptr_equal(findings_first(&findings, VERDICT_CRITICAL), findings_at(&findings, 1));
        assert_null(findings_first(&findings, VERDICT_WARNING));
}

/* Each verdict with a graver one, from the least on. */
static void test_worst(NO_STATE) {
        static const enum verdict order[] = { VERDICT_OK, VERDICT_UNKNOWN, VERDICT_WARNING,
                                              VERDICT_CRITICAL };

        for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
                findings_add(&findings, order[i], "", "x");
                findings_add(&findings, VERDICT_OK, "", "x");
                assert_int_equal(findings_worst(&findings), order[i]);
        }
}

static void test_sort(NO_STATE) {
        findings_add(&findings, VERDICT_OK, "", "ok 1");
        findings_add(&findings, VERDICT_WARNING, "", "warning 1");
        findings_add(&findings, VERDICT_UNKNOWN, "", "unknown");
        findings_add(&findings, VERDICT_OK, "", "ok 2");
        findings_add(&findings, VERDICT_CRITICAL, "mend", "critical");
        findings_add(&findings, VERDICT_WARNING, "", "warning 2");
        findings_sort(&findings);
        assert_is(0, VERDICT_CRITICAL, "critical", "mend");
        assert_is(1, VERDICT_WARNING, "warning 1", "");
        assert_is(2, VERDICT_WARNING, "warning 2", "");
        assert_is(3, VERDICT_UNKNOWN, "unknown", "");
        assert_is(4, VERDICT_OK, "ok 1", "");
        assert_is(5, VERDICT_OK, "ok 2", "");
}

static void test_a_hundred(NO_STATE) {
        char last[8];

        for (size_t i = 0; i < 100; i++)
                findings_add(&findings, VERDICT_OK, "", "%zu", i);
        snprintf(last, sizeof(last), "%d", 99);
        assert_is(99, VERDICT_OK, last, "");
        assert_null(findings_at(&findings, 100));
}

/* That there were more is told, and how grave the gravest was. */
static void test_no_memory(NO_STATE) {
        fake_allocator_fail_at(&memory, 2);
        for (size_t i = 0; i < 8; i++)
                findings_add(&findings, VERDICT_OK, "", "%zu", i);
        assert_null(findings_at(&findings, 8));
        findings_add(&findings, VERDICT_WARNING, "mend", "lost");
        assert_is(8, VERDICT_WARNING, "and 1 more, for which there is no memory", "");
        findings_add(&findings, VERDICT_CRITICAL, "mend", "lost");
        findings_add(&findings, VERDICT_OK, "", "lost"); /* none behind one that was lost */
        assert_is(8, VERDICT_CRITICAL, "and 3 more, for which there is no memory", "");
        assert_null(findings_at(&findings, 9));
        assert_int_equal(findings_worst(&findings), VERDICT_CRITICAL);
        assert_ptr_equal(findings_first(&findings, VERDICT_CRITICAL), findings_at(&findings, 8));
        findings_sort(&findings);
        assert_is(0, VERDICT_OK, "0", "");
}

static void test_no_memory_at_all(NO_STATE) {
        fake_allocator_fail_at(&memory, 1);
        findings_add(&findings, VERDICT_CRITICAL, "", "lost");
        assert_is(0, VERDICT_CRITICAL, "and 1 more, for which there is no memory", "");
}

static int keep(void *context, struct bytes bytes) {
        text_put_bytes(context, bytes);
        return 0;
}

static int refuse(void *context, struct bytes bytes) {
        (void) context, (void) bytes;
        return ERR_IO;
}

static void test_print(NO_STATE) {
        static char buffer[2048];
        struct text text = TEXT_ON(buffer);
        const struct sink sink = { .context = &text, .write = keep }, broken = { .write = refuse };
        char longest[600];

        memset(longest, 'x', sizeof(longest));
        longest[sizeof(longest) - 1] = '\0';
        findings_add(&findings, VERDICT_OK, "", "good");
        findings_add(&findings, VERDICT_WARNING, "mend", "%s", longest);
        findings_add(&findings, VERDICT_CRITICAL, "", "bad");
        assert_ok(findings_print(&findings, &sink));
        longest[511] = '\0';
        assert_true(text_starts_with(buffer, "OK        good\nWARNING   xxx"));
        test_assert_contains(buffer, longest);
        test_assert_contains(buffer, "x\n          mend it: mend\nCRITICAL  bad\n");
        assert_error(findings_print(&findings, &broken), ERR_IO);
}

/* Sentences go on below their beginning, commands stay what they are. */
static void test_print_folds(NO_STATE) {
        static char buffer[2048];
        struct text text = TEXT_ON(buffer);
        const struct sink sink = { .context = &text, .write = keep };

        findings_add(&findings, VERDICT_WARNING,
                     "echo Y > /sys/module/kernel/parameters/crash_kexec_post_notifiers",
                     "%s: 14 records of 1 event (10258 bytes) wait to be saved and cleared",
                     "efi-image:tests/data/variable-store/linux-6.1-panic.fd");
        findings_add(&findings, VERDICT_OK, "",
                     "a word of 100: %0100d, which is not cut, but what follows begins a line", 1);
        assert_ok(findings_print(&findings, &sink));
        assert_string_equal(
                buffer, "WARNING   efi-image:tests/data/variable-store/linux-6.1-panic.fd: 14 records of\n"
                        "          1 event (10258 bytes) wait to be saved and cleared\n"
                        "          mend it: echo Y > \\\n"
                        "                   /sys/module/kernel/parameters/crash_kexec_post_notifiers\n"
                        "OK        a word of 100:\n"
                        "          00000000000000000000000000000000000000000000000000000000000000000000000000"
                        "00000000000000000000000001,\n"
                        "          which is not cut, but what follows begins a line\n");
}

/* The longest there can be, with the most blanks: nothing of it is lost. */
static void test_print_the_longest(NO_STATE) {
        static char buffer[8192];
        struct text text = TEXT_ON(buffer);
        const struct sink sink = { .context = &text, .write = keep };
        char words[512];
        size_t count = 0;

        for (size_t i = 0; i < sizeof(words) - 1; i++)
                words[i] = i % 38 == 37 ? ' ' : 'x';
        words[sizeof(words) - 1] = '\0';
        findings_add(&findings, VERDICT_CRITICAL, words, "%s", words);
        assert_ok(findings_print(&findings, &sink));
        for (const char *c = buffer; *c; c++)
                count += *c == 'x';
        assert_int_equal(count, (511 - 511 / 38) + (255 - 255 / 38));
        assert_true(text_ends_with(buffer, "x\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_none),
                TEST(test_names),
                TEST(test_in_their_order),
                TEST(test_worst),
                TEST(test_sort),
                TEST(test_a_hundred),
                TEST(test_no_memory),
                TEST(test_no_memory_at_all),
                TEST(test_print),
                TEST(test_print_folds),
                TEST(test_print_the_longest),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

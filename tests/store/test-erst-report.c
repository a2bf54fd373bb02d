/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "store/erst-report.h"
#include "tests/support/erst-builder.h"
#include "tests/support/fake-allocator.h"

/* What is told of whole tables is in acpi/tables: tests/acpi/check-tables.py holds the command against it. */

static struct fake_allocator memory;
static struct erst_builder builder;
static struct erst_table table;
static struct erst_report report;

/* An action with so many jumps to nowhere, and another one. */
static void make_report(size_t jumps) {
        struct erst_fault fault;

        erst_builder_init(&builder);
        ERST_BUILDER_ADD(&builder, .action = ERST_END_OPERATION, .instruction = ERST_NOOP);
        for (size_t i = 0; i < jumps; i++)
                ERST_BUILDER_ADD(&builder, .action = ERST_END_OPERATION, .instruction = ERST_GOTO,
                                 .value = 1000);
        ERST_BUILDER_ADD(&builder, .action = ERST_BEGIN_WRITE_OPERATION, .instruction = ERST_NOOP);
        assert_ok(erst_table_parse(erst_builder_finish(&builder), &table, &fault));
        assert_ok(erst_report_init(&report, &table, &memory.allocator));
}

static int start(NO_STATE) {
        fake_allocator_init(&memory);
        make_report(2);
        return 0;
}

static int finish(NO_STATE) {
        erst_report_free(&report);
        assert_int_equal(memory.live_blocks, 0);
        return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

static size_t count_lines(struct bytes text, const char *beginning) {
        size_t count = 0;

        for (size_t at = 0; at < text.size; at++)
                count += (at == 0 || text.data[at - 1] == '\n') &&
                         bytes_start_with(bytes_from(text, at), text_view(beginning));
        return count;
}

static void test_table_entries_and_findings(NO_STATE) {
        struct buffer buffer;
        struct bytes text;
        struct sink sink = sink_to_buffer(&buffer);

        buffer_init(&buffer, &memory.allocator);
        assert_ok(erst_report_print(&report, &sink));
        text = buffer_bytes(&buffer);
        assert_true(bytes_start_with(text, text_view("ERST of ")));
        assert_int_equal(count_lines(text, "     INSTRUCTION"), 1);
        assert_int_equal(count_lines(text, "03 END_OPERATION\n   0 NOOP"), 1);
        assert_int_equal(count_lines(text, "   1 GOTO"), 1);
        assert_int_equal(count_lines(text, "   2 GOTO"), 1);
        assert_int_equal(count_lines(text, "00 BEGIN_WRITE_OPERATION\n   3 NOOP"), 1);
        assert_int_equal(count_lines(text, "breaks:") + count_lines(text, "odd:"), report.finding_count);
        assert_int_equal(text.data[text.size - 1], '\n');
        buffer_free(&buffer);
}

/* Each finding has its place, however many there are. */
static void test_no_finding_is_left_out(NO_STATE) {
        size_t count = report.finding_count;

        assert_true(count > 2);
        erst_report_free(&report);
        make_report(60);
        assert_true(report.finding_count >= count + 58);
        assert_int_equal(report.finding_count, erst_table_judge(&table, NULL, 0));
        assert_non_null(report.findings[report.finding_count - 1].text);
}

/* Takes `left` lines, and no more. */
static int take(void *context, struct bytes bytes) {
        unsigned *left = context;

        assert_true(bytes.size > 0 && *left <= 1000);
        return (*left)-- > 0 ? 0 : ERR_IO;
}

static void test_a_sink_that_fails_ends_it(NO_STATE) {
        size_t lines = 2 + table.entry_count + report.finding_count;

        for (unsigned wanted = 0; wanted <= lines; wanted++) {
                unsigned left = wanted;
                const struct sink sink = { &left, take };

                assert_int_equal(erst_report_print(&report, &sink), wanted < lines ? ERR_IO : 0);
        }
}

static void test_no_memory(NO_STATE) {
        struct erst_report other;

        fake_allocator_fail_at(&memory, 1);
        assert_error(erst_report_init(&other, &table, &memory.allocator), ERR_NO_MEMORY);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_table_entries_and_findings),
                TEST(test_no_finding_is_left_out),
                TEST(test_a_sink_that_fails_ends_it),
                TEST(test_no_memory),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

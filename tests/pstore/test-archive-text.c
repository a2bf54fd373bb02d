/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include "pstore/archive-text.h"

/* "Panic 3: <size of its text>", or with a name before it, one after another. */
static const char *cut(struct bytes content) {
        static char list[4096];
        struct text text = TEXT_ON(list);
        struct archive_text reader;
        struct archive_part part;

        archive_text_begin(&reader, content);
        while (archive_text_next(&reader, &part)) {
                text_put_bytes(&text, part.name);
                text_format(&text, "%s%s%u.%u:%zu ", part.name.size ? "=" : "",
                            event_reason_name(part.header.reason), part.header.count, part.header.part,
                            part.text.size);
        }
        return list;
}

static const char *cut_text(const char *text) {
        return cut(text_view(text));
}

#define LINE  "<6>[    1.000000] a\n" /* 20 bytes */
#define P3    "Panic#1 Part3\n" LINE  /* 34 */
#define P2    "Panic#1 Part2\n" LINE
#define P1    "Panic#1 Part1\n" LINE
#define OOPS2 "Oops#1 Part2\n" LINE /* 33 */
#define OOPS1 "Oops#1 Part1\n" LINE

static void test_one_crash_after_another(NO_STATE) {
        assert_string_equal(cut_text(P3 P2 P1), "panic1.3:34 panic1.2:34 panic1.1:34 ");
        assert_string_equal(cut_text(P2 P1 OOPS2 OOPS1), "panic1.2:34 panic1.1:34 oops1.2:33 oops1.1:33 ");
        /* Where it ran twice; where parts are missing; where each crash has one part. */
        assert_string_equal(cut_text(P2 P1 P2 P1), "panic1.2:34 panic1.1:34 panic1.2:34 panic1.1:34 ");
        assert_string_equal(cut_text(P1 P1), "panic1.1:34 panic1.1:34 ");
        assert_string_equal(cut_text(P2 P1 P1), "panic1.2:34 panic1.1:34 panic1.1:34 ");
        assert_string_equal(cut_text(P3 P1 OOPS2), "panic1.3:34 panic1.1:34 oops1.2:33 ");
        assert_string_equal(cut_text(P3), "panic1.3:34 ");
        assert_string_equal(cut_text(P2 "Panic#1 Part1\n"), "panic1.2:34 panic1.1:14 "); /* that is empty */
        /* A log without names, one line of which looks like one: 27 bytes more. */
        assert_string_equal(cut_text(P2 "dmesg-efi-170921011901001:\n" P1), "panic1.2:61 panic1.1:34 ");
        /* Of another boot's crash what lies within a part is its text, unless a part is missing there. */
        assert_string_equal(cut_text(P2 "Panic#2 Part1\n" LINE P1), "panic1.2:68 panic1.1:34 ");
        assert_string_equal(cut_text(P3 OOPS2 P1), "panic1.3:34 oops1.2:33 panic1.1:34 ");
        /* Names go down, as those of one crash do; never does one come twice. */
        assert_string_equal(cut_text("dmesg-efi-11:\n" P2 "dmesg-efi-1:\n" P1),
                            "dmesg-efi-11=panic1.2:34 dmesg-efi-1=panic1.1:34 ");
        assert_string_equal(cut_text("dmesg-efi-11:\n" P2 "dmesg-efi-11:\n" P1), "dmesg-efi-11=panic1.2:82 ");
}

static void test_what_is_none(NO_STATE) {
        struct archive_text reader;
        struct archive_part part;

        assert_string_equal(cut_text(""), "");
        assert_string_equal(cut_text(LINE LINE), "");
        assert_string_equal(cut_text("Panic#1 Part\n" LINE), "");
        archive_text_begin(&reader, text_view(LINE P2));
        assert_int_equal(reader.before, 20);
        assert_true(archive_text_next(&reader, &part));
        assert_int_equal(part.text.size, 34);
        assert_false(archive_text_next(&reader, &part));
        assert_false(archive_text_next(&reader, &part));
}

/* A line of the log that looks like a header line. */
static void test_what_only_looks_like_a_part(NO_STATE) {
        /* The next part passes over it. */
        assert_string_equal(cut_text(P3 P1 P2 P1), "panic1.3:68 panic1.2:34 panic1.1:34 ");
        assert_string_equal(cut_text(P3 OOPS1 P2 P1), "panic1.3:67 panic1.2:34 panic1.1:34 ");
        assert_string_equal(cut_text(P3 P2 P2 P1), "panic1.3:68 panic1.2:34 panic1.1:34 ");
        assert_string_equal(cut_text(P3 P3 P2 P1), "panic1.3:68 panic1.2:34 panic1.1:34 ");
        /* It stands in the middle of a line. */
        assert_string_equal(cut_text("Panic#1 Part2\n<6>[ 1.0] Panic#1 Part1\n" P1),
                            "panic1.2:38 panic1.1:34 ");
        /* A log with the kernel's priorities has one behind each header line. */
        assert_string_equal(cut_text(P2 "Panic#1 Part1\nPanic#1 Part1\n" P1), "panic1.2:62 panic1.1:34 ");
        assert_string_equal(cut_text(P2 "Panic#1 Part1\nquoted\n" P1), "panic1.2:55 panic1.1:34 ");
        assert_string_equal(cut_text("Panic#1 Part2\nold\nPanic#1 Part1\nold\n"), "panic1.2:18 panic1.1:18 ");
}

#define E(part, count) "dmesg-efi-1709210120" part count ":\n"

static void test_names_before_the_parts(NO_STATE) {
        assert_string_equal(cut_text(E("02", "002") P2 E("02", "001") OOPS2 E("01", "002") P1),
                            "dmesg-efi-170921012002002=panic1.2:34 dmesg-efi-170921012002001=oops1.2:33 "
                            "dmesg-efi-170921012001002=panic1.1:34 ");
        /* What has no end of line is followed by the next name in the same line. */
        assert_string_equal(cut_text(E("02", "002") "Panic#1 Part2\ntorn" E("01", "002") P1),
                            "dmesg-efi-170921012002002=panic1.2:18 dmesg-efi-170921012001002=panic1.1:34 ");
        assert_string_equal(cut_text("dmesg-ramoops-1:\n====1709210110.123456-D\n" P1),
                            "dmesg-ramoops-1=panic1.1:58 ");
}

static void test_what_only_looks_like_a_name(NO_STATE) {
        /* A header line without a name, a name without a header line, a name that is out of order. */
        assert_string_equal(cut_text(E("03", "001") P3 P2 E("01", "001") P1),
                            "dmesg-efi-170921012003001=panic1.3:68 dmesg-efi-170921012001001=panic1.1:34 ");
        assert_string_equal(cut_text(E("03", "001") P3 E("02", "001") LINE E("01", "001") P1),
                            "dmesg-efi-170921012003001=panic1.3:81 dmesg-efi-170921012001001=panic1.1:34 ");
        assert_string_equal(cut_text(E("03", "001") P3 E("01", "001") P1 E("02", "001") P2),
                            "dmesg-efi-170921012003001=panic1.3:95 dmesg-efi-170921012002001=panic1.2:34 ");
        assert_string_equal(cut_text(E("02", "001") P2 E("03", "001") P3 E("01", "001") P1),
                            "dmesg-efi-170921012002001=panic1.2:95 dmesg-efi-170921012001001=panic1.1:34 ");
        assert_string_equal(cut_text("dmesg-efi:\n" P1), "panic1.1:34 ");
        /* A name that ends with another. */
        assert_string_equal(cut_text("dmesg-edmesg-e-1:\n" P1), "dmesg-edmesg-e-1=panic1.1:34 ");
}

/* What each version made of the same panic: the texts of its files, in this order. */
static void assert_is_of(const char *archive, const char *const *files, size_t count, bool named) {
        struct bytes content = test_read_file(archive);
        struct archive_text reader;
        struct archive_part part;

        archive_text_begin(&reader, content);
        for (size_t i = 0; i < count; i++) {
                struct bytes file;
                char path[256];

                snprintf(path, sizeof(path), "tests/data/linux-tool/erst/pstore/%s", files[i]);
                file = test_read_file(path);
                assert_true(archive_text_next(&reader, &part));
                assert_true(bytes_equal(part.text, file));
                assert_true(bytes_equal(part.name, text_view(named ? files[i] : "")));
                free((void *) file.data);
        }
        assert_false(archive_text_next(&reader, &part));
        assert_int_equal(reader.before, 0);
        free((void *) content.data);
}

static void test_of_a_real_panic(NO_STATE) {
        static const char *const files[] = { "dmesg-erst-7341001524442562562",
                                             "dmesg-erst-7341001524442562561" };

        assert_is_of(test_data("systemd-pstore/252/7341001524442/dmesg.txt"), files, 2, true);
        assert_is_of(test_data("systemd-pstore/257/7341001524442562562/dmesg.txt"), files, 2, false);
}

/* So many that a walk which begins anew for each would not come to an end. */
static void test_many_marks(NO_STATE) {
        struct archive_text reader;
        struct archive_part part;
        struct buffer text;
        size_t count = 0;

        buffer_init(&text, &system_allocator);
        buffer_append_text(&text, "Panic#1 Part3\n");
        for (unsigned i = 0; i < 100000; i++)
                buffer_append_text(&text, "Panic#1 Part3\n");
        archive_text_begin(&reader, buffer_bytes(&text));
        while (archive_text_next(&reader, &part))
                count++;
        assert_int_equal(count, 100001);
        text.size = 0;
        for (unsigned i = 0; i < 100000; i++)
                buffer_append_text(&text, "dmesg-");
        assert_string_equal(cut(buffer_bytes(&text)), "");
        buffer_free(&text);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_one_crash_after_another),
                cmocka_unit_test(test_what_is_none),
                cmocka_unit_test(test_what_only_looks_like_a_part),
                cmocka_unit_test(test_names_before_the_parts),
                cmocka_unit_test(test_what_only_looks_like_a_name),
                cmocka_unit_test(test_of_a_real_panic),
                cmocka_unit_test(test_many_marks),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/arguments.h"
#include "tests/efi-app/fixture.h"

/* The words with a '|' behind each. */
static void assert_words(const char *wanted) {
        struct arguments arguments;
        char joined[4096];
        struct text text = TEXT_ON(joined);

        assert_ok(arguments_load(app.boot, app.image, &app.allocator, &arguments));
        for (size_t i = 0; i < arguments.count; i++)
                text_format(&text, "%s|", arguments.words[i]);
        assert_string_equal(joined, wanted);
        arguments_free(&arguments);
}

static void assert_options(const CHAR16 *options, const char *wanted) {
        fake_firmware_say(fake, options);
        assert_words(wanted);
}

static void test_words_of_the_shell(NO_STATE) {
        static const CHAR16 *const words[] = { u"show", u"a b", u"", u"\u00e4\u20ac", u"--all", NULL };
        static const CHAR16 *const none[] = { NULL };

        fake_firmware_type(fake, words);
        assert_words("show|a b||\xc3\xa4\xe2\x82\xac|--all|");
        fake_firmware_type(fake, none);
        assert_words("");
        fake->parameters.Argc = 0;
        assert_words("");
}

/* Of "shimx64.efi \EFI\pstore-fw\pstore-fwx64.efi show --all". */
static void test_words_of_the_shell_for_shim(NO_STATE) {
        static const CHAR16 *const words[] = { u"\\EFI\\pstore-fw\\pstore-fwx64.efi", u"show", u"--all",
                                               NULL };

        fake_firmware_type(fake, words);
        assert_words("show|--all|");
}

static void test_the_shell_comes_before_load_options(NO_STATE) {
        static const CHAR16 *const words[] = { u"list", NULL };

        fake_firmware_type(fake, words);
        fake->loaded.LoadOptions = memcpy(malloc(12), u"clear", 12);
        fake->loaded.LoadOptionsSize = 12;
        assert_words("list|");
}

static void test_output_into_a_file_is_seen(NO_STATE) {
        static const CHAR16 *const words[] = { u"list", NULL };
        struct arguments arguments;

        fake_firmware_type(fake, words);
        assert_ok(arguments_load(app.boot, app.image, &app.allocator, &arguments));
        assert_true(!arguments.output && !arguments.input);
        arguments_free(&arguments);

        fake_firmware_redirect(fake);
        assert_ok(arguments_load(app.boot, app.image, &app.allocator, &arguments));
        assert_ptr_equal(arguments.output, fake->output_file);
        assert_null(arguments.input);
        arguments_free(&arguments);

        fake->parameters.StdOut = NULL;
        assert_ok(arguments_load(app.boot, app.image, &app.allocator, &arguments));
        assert_null(arguments.output);
        arguments_free(&arguments);
}

static void test_load_options(NO_STATE) {
        assert_options(NULL, "");
        assert_options(u"", "");
        assert_options(u"   \t ", "");
        assert_options(u"list", "list|");
        assert_options(u"  show\t --all  --raw ", "show|--all|--raw|");
}

static void test_the_programs_own_name_is_left_out(NO_STATE) {
        assert_options(u"pstore-fwx64.efi", "");
        assert_options(u"\\EFI\\pstore-fw\\PSTORE-FWX64.EFI list", "list|");
        assert_options(u"\"\\EFI\\my tools\\pstore-fwx64.efi\" list", "list|");
        assert_options(u"erst pstore-fwx64.efi", "erst|pstore-fwx64.efi|");
        assert_options(u"efi list", "efi|list|");
}

static void test_quotation_marks(NO_STATE) {
        assert_options(u"write \"my log.txt\" --quiet", "write|my log.txt|--quiet|");
        assert_options(u"write \"my log.txt", "write|my log.txt|");
        assert_options(u"write \"\" x", "write||x|");
        assert_options(u"\"list\"", "list|");
        assert_options(u"\"", "|");
}

static void test_binary_load_options_are_not_words(NO_STATE) {
        static const CHAR16 control[] = u"list\x01", high[] = u"list\u00e4";
        static const uint8_t odd[] = { 'l', 0, 'i', 0, 's' };
        static const uint8_t guid[] = { 0x79, 0xfc, 0xc8, 0xcf, 0x2e, 0xbe, 0xdc, 0x4d,
                                        0x97, 0xf0, 0x9f, 0x98, 0xbf, 0xe2, 0x98, 0xa0 };

        assert_options(control, "");
        assert_options(high, "");
        fake_firmware_say_bytes(fake, odd, sizeof(odd));
        assert_words("");
        fake_firmware_say_bytes(fake, guid, sizeof(guid));
        assert_words("");
        fake_firmware_say_bytes(fake, "list --all", 10); /* ASCII, as some tools write it */
        assert_words("");
}

static void test_text_without_its_nul(NO_STATE) {
        fake_firmware_say_bytes(fake, u"show --all", 20);
        assert_words("show|--all|");
        fake_firmware_say_bytes(fake, u"show \"a", 14);
        assert_words("show|a|");
}

/* What stands behind the NUL belongs to somebody else. */
static void test_bytes_behind_the_nul(NO_STATE) {
        fake_firmware_say_bytes(fake, u"list\0\x4711\x0815", 16);
        assert_words("list|");
}

static void test_endless_load_options(NO_STATE) {
        static CHAR16 units[5000];

        for (size_t i = 0; i < ARRAY_SIZE(units); i++)
                units[i] = i % 2 ? ' ' : 'x';
        fake_firmware_say_bytes(fake, units, sizeof(units));
        assert_words("");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_words_of_the_shell),
                TEST(test_words_of_the_shell_for_shim),
                TEST(test_the_shell_comes_before_load_options),
                TEST(test_output_into_a_file_is_seen),
                TEST(test_load_options),
                TEST(test_the_programs_own_name_is_left_out),
                TEST(test_quotation_marks),
                TEST(test_binary_load_options_are_not_words),
                TEST(test_text_without_its_nul),
                TEST(test_bytes_behind_the_nul),
                TEST(test_endless_load_options),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <json-c/json.h>

#include "tests/efi-app/run-fixture.h"
#include "tests/support/scratch.h"

/* What --json leaves in a file that the shell has made, held against docs/schema. */

#define MARK "\xff\xfe"

static char *directory;

static int begin(NO_STATE) {
        directory = scratch_make();
        return start(NULL);
}

static int end(NO_STATE) {
        scratch_remove(directory);
        return finish(NULL);
}

/* `>`, whose byte order mark is there before the first byte. */
static int run_into_file(const CHAR16 *const *words) {
        fake_firmware_type(fake, words);
        fake_firmware_redirect(fake);
        fake_volume_put_text(&fake->volume, "output.txt", MARK);
        fake->output_file->SetPosition(fake->output_file, 2);
        return fake_firmware_run(fake);
}

#define INTO_FILE(...) run_into_file((const CHAR16 *const[]){ __VA_ARGS__, NULL })

static struct bytes output(void) {
        const struct fake_node *node = fake_volume_find(&fake->volume, "output.txt");

        assert_non_null(node);
        return bytes_of(node->data, node->size);
}

static void assert_valid(void) {
        const char *path = scratch_path(directory, "document");
        char command[512];

        scratch_write(path, output());
        snprintf(command, sizeof(command), "tests/linux-tool/check-schema.py --document '%s'", path);
        assert_int_equal(system(command), 0);
}

/* Of nothing but ASCII. The caller puts the object. */
static struct json_object *parse(struct bytes text) {
        struct json_tokener *tokener = json_tokener_new();
        struct json_object *object;

        for (size_t i = 0; i < text.size; i++)
                assert_true(text.data[i] < 0x80);
        object = json_tokener_parse_ex(tokener, (const char *) text.data, (int) text.size);
        assert_non_null(object);
        json_tokener_free(tokener);
        return object;
}

static struct json_object *member(struct json_object *object, const char *name) {
        struct json_object *value;

        if (!json_object_object_get_ex(object, name, &value))
                fail_msg("there is no \"%s\"", name);
        return value;
}

static struct json_object *element(struct json_object *object, const char *name, size_t index) {
        return json_object_array_get_idx(member(object, name), index);
}

static void put_oops(void) {
        fake_variables_put_record(&fake->variables, NEW_PART_1,
                                  "Oops#1 Part1\n"
                                  "<1>[    1.000000] BUG: unable to handle page fault for address: 8\n"
                                  "<4>[    1.000000] RIP: 0010:foo+0x1/0x2 [bar]\n"
                                  "<6>[    1.100000] gr\xc3\xbc\xc3\x9f\x65 \xf0\x9f\x92\xa3 \xff\n");
}

/* --- each verb ---------------------------------------------------------------------------------- */

static void test_list(NO_STATE) {
        struct json_object *list, *event;

        put_variables();
        put_erst();
        assert_int_equal(INTO_FILE(u"list", u"--json"), EXIT_DONE);
        assert_valid();
        list = parse(output());
        assert_int_equal(json_object_array_length(member(list, "events")), 3);
        event = element(list, "events", 1);
        assert_string_equal(json_object_get_string(member(event, "id")), ERST_EVENT);
        assert_string_equal(json_object_get_string(member(element(event, "places", 0), "source")), "erst");
        assert_int_equal(json_object_array_length(member(element(list, "events", 2), "records")), 2);
        json_object_put(list);
}

static void test_check(NO_STATE) {
        struct json_object *check;

        put_erst();
        assert_int_equal(INTO_FILE(u"check", u"--json"), 1);
        assert_valid();
        check = parse(output());
        assert_string_equal(json_object_get_string(member(check, "verdict")), "WARNING");
        assert_int_equal(json_object_array_length(member(check, "stores")), 2);
        assert_null(member(check, "kernel"));
        json_object_put(check);
}

static void test_explain(NO_STATE) {
        struct json_object *explained, *crash;

        put_oops();
        assert_int_equal(INTO_FILE(u"explain", u"--json"), EXIT_DONE);
        assert_valid();
        explained = parse(output());
        crash = member(element(explained, "crashes", 0), "crash");
        assert_string_equal(json_object_get_string(member(crash, "title")),
                            "BUG: unable to handle page fault in foo");
        json_object_put(explained);
        assert_int_equal(INTO_FILE(u"explain", u"--json", u"efi:none"), EXIT_NOTHING);
        assert_valid();
}

static void test_show(NO_STATE) {
        struct json_object *shown;

        put_oops();
        assert_int_equal(INTO_FILE(u"show", u"--json", u"--parts"), EXIT_DONE);
        assert_valid();
        shown = parse(output());
        test_assert_contains(json_object_get_string(member(element(shown, "events", 0), "log")),
                             "gr\xc3\xbc\xc3\x9f\x65 \xf0\x9f\x92\xa3 \xef\xbf\xbd\n");
        json_object_put(shown);
        assert_int_equal(RUN(u"show", u"--json", u"--raw"), EXIT_USAGE);
        assert_string_equal(fake_console_screen(&fake->output),
                            "show: --json excludes --raw and --qr; try --help\n");
        assert_int_equal(RUN(u"show", u"--json", u"--qr"), EXIT_USAGE);
}

/* --- where it goes ------------------------------------------------------------------------------ */

static void test_a_console_shows_it(NO_STATE) {
        struct json_object *shown;

        put_oops();
        assert_int_equal(RUN(u"show", u"--json"), EXIT_DONE);
        shown = parse(text_view(fake_console_screen(&fake->output)));
        assert_int_equal(json_object_array_length(member(shown, "events")), 1);
        json_object_put(shown);
}

static void test_messages_stay_out_of_it(NO_STATE) {
        assert_int_equal(INTO_FILE(u"list", u"--json"), EXIT_NOTHING);
        assert_valid();
        assert_true(fake_console_shows(&fake->errors, "no records in "));
        put_variables();
        fake->variables.read = READ_DEVICE_ERROR;
        fake->variables.read_only_of = OLD_PART;
        assert_int_equal(INTO_FILE(u"list", u"--json"), EXIT_FAILED);
        assert_valid();
        assert_true(fake_console_shows(&fake->errors, ": input/output error\n"));
}

static void test_what_no_file_holds(NO_STATE) {
        static const CHAR16 *const verbs[] = { u"list", u"explain", u"show", u"check" };

        put_variables();
        for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
                int failed = i == 3 ? 3 : EXIT_FAILED; /* the status of a plug-in */

                fake->volume.free_bytes = 10;
                assert_int_equal(INTO_FILE(verbs[i], u"--json"), failed);
                assert_true(fake_console_shows(&fake->errors, "standard output: no space left\n"));
                fake->volume.free_bytes = SIZE_MAX;
                fake->volume.makes_ascii = true;
                assert_int_equal(INTO_FILE(verbs[i], u"--json"), failed);
                assert_true(fake_console_shows(&fake->errors, "use '>', not '>a'\n"));
                fake->volume.makes_ascii = false;
        }
}

#define DOCUMENT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                DOCUMENT_TEST(test_list),
                DOCUMENT_TEST(test_check),
                DOCUMENT_TEST(test_explain),
                DOCUMENT_TEST(test_show),
                DOCUMENT_TEST(test_a_console_shows_it),
                DOCUMENT_TEST(test_messages_stay_out_of_it),
                DOCUMENT_TEST(test_what_no_file_holds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

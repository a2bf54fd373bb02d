/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <json-c/json.h>

#include "store/check-json.h"
#include "store/report-json.h"
#include "tests/support/store-fixture.h"

/* What every verb prints is held against docs/schema elsewhere: by tests/linux-tool/check-schema.py. */

static struct store_fixture fixture;
static struct buffer buffer;
static struct json_writer json;

#define EVENT "20240229T123510Z-erst-panic1"
#define OOPS                                                                                                 \
        "<1>[   61.000000] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"                \
        "<4>[   61.000001] CPU: 3 PID: 7 Comm: a\xff Tainted: G        W  O       6.1.0 #1\n"                \
        "<4>[   61.000002] RIP: 0010:foo+0x1/0x2 [bar]\n"
#define PANIC "<0>[   61.500000] Kernel panic - not syncing: Fatal exception\n"

/* A panic in parts 1 and 3, and a record that belongs to no event. */
static void put_records(void) {
        store_fixture_put_erst_part(&fixture, 0x65e079fe, 1, "Panic", 1, 1, 1709210110, PANIC);
        store_fixture_put_erst_part(&fixture, 0x65e079fe, 3, "Panic", 1, 3, 1709210110, OOPS);
        store_fixture_put_efi(&fixture, "cfg", "data");
        store_fixture_load(&fixture);
}

static void begin(void) {
        buffer_init(&buffer, &fixture.memory.allocator);
        json_init(&json, &buffer);
}

/* The caller puts the object. */
static struct json_object *end(void) {
        struct json_object *object;

        assert_ok(buffer_error(&buffer));
        buffer_append(&buffer, bytes_of("", 1));
        object = json_tokener_parse((const char *) buffer.data);
        assert_non_null(object);
        buffer_free(&buffer);
        return object;
}

/* Of what is named by the words up to a NULL: members of objects, and "0", "1" … of arrays. */
static struct json_object *at(struct json_object *object, const char *const *words) {
        for (; *words; words++) {
                if (json_object_is_type(object, json_type_array))
                        object = json_object_array_get_idx(object, (size_t) atoi(*words));
                else if (!json_object_object_get_ex(object, *words, &object))
                        fail_msg("there is no \"%s\"", *words);
        }
        return object;
}

#define AT(object, ...) at(object, (const char *const[]){ __VA_ARGS__, NULL })
#define TEXT(...)       json_object_get_string(AT(__VA_ARGS__))
#define NUMBER(...)     json_object_get_uint64(AT(__VA_ARGS__))
#define COUNT(...)      json_object_array_length(AT(__VA_ARGS__))

static void test_list(NO_STATE) {
        struct json_object *list;

        put_records();
        store_fixture_select_all(&fixture);
        begin();
        report_put_list(&json, &fixture.work);
        list = end();
        assert_string_equal(TEXT(list, "schema"), "pstore-fw/list/1");
        assert_int_equal(COUNT(list, "events"), 1);
        assert_string_equal(TEXT(list, "events", "0", "id"), EVENT);
        assert_string_equal(TEXT(list, "events", "0", "time"), "2024-02-29T12:35:10Z");
        assert_int_equal(NUMBER(list, "events", "0", "parts"), 3);
        assert_int_equal(NUMBER(list, "events", "0", "missing", "0", "first"), 2);
        assert_int_equal(NUMBER(list, "events", "0", "missing", "0", "last"), 2);
        assert_int_equal(COUNT(list, "events", "0", "missing"), 1);
        assert_string_equal(TEXT(list, "events", "0", "places", "0", "source"), "erst");
        assert_int_equal(COUNT(list, "events", "0", "records"), 2);
        assert_string_equal(TEXT(list, "events", "0", "records", "0", "id"), "erst:65e079fe00000003");
        assert_int_equal(NUMBER(list, "events", "0", "records", "1", "part"), 1);
        assert_null(AT(list, "events", "0", "records", "1", "error"));
        assert_int_equal(COUNT(list, "others"), 1);
        assert_null(AT(list, "others", "0", "part"));
        assert_string_equal(TEXT(list, "others", "0", "error", "code"), "ERR_VALUE");
        assert_string_equal(TEXT(list, "others", "0", "error", "field"), "variable name");
        json_object_put(list);
}

static void test_what_crashed(NO_STATE) {
        struct json_object *explained, *crash;

        put_records();
        store_fixture_select_all(&fixture);
        begin();
        report_put_explained(&json, &fixture.work);
        explained = end();
        assert_string_equal(TEXT(explained, "schema"), "pstore-fw/explain/1");
        assert_string_equal(TEXT(explained, "crashes", "0", "event"), EVENT);
        crash = AT(explained, "crashes", "0", "crash");
        assert_string_equal(TEXT(crash, "title"), "BUG: kernel NULL pointer dereference in foo");
        assert_string_equal(TEXT(crash, "function"), "foo");
        assert_string_equal(TEXT(crash, "process"), "a\xef\xbf\xbd");
        assert_int_equal(NUMBER(crash, "pid"), 7);
        assert_int_equal(NUMBER(crash, "uptime_us"), 61000000);
        assert_null(AT(crash, "hardware"));
        assert_int_equal(COUNT(crash, "taint_words"), 2);
        assert_string_equal(TEXT(crash, "modules", "0"), "bar");
        assert_int_equal(NUMBER(crash, "problem_count"), 2);
        assert_string_equal(TEXT(crash, "problems", "1", "title"), "kernel panic: Fatal exception");
        assert_string_equal(TEXT(explained, "records", "0", "id"), "efi:cfg");
        assert_null(AT(explained, "records", "0", "text"));
        json_object_put(explained);
}

/* What a manifest has is the beginning of it. */
static void test_a_manifest_has_the_head(NO_STATE) {
        struct json_object *document;

        begin();
        json_begin_object(&json, NULL);
        report_put_crash_head(&json, text_view(OOPS));
        json_end_object(&json);
        document = end();
        assert_int_equal(json_object_object_length(AT(document, "crash")), 5);
        assert_string_equal(TEXT(document, "crash", "kind"), "NULL pointer");
        assert_string_equal(TEXT(document, "crash", "kernel"), "6.1.0");
        json_object_put(document);
}

/* Whole events as such, a part of one by itself. */
static void test_show(NO_STATE) {
        struct json_object *shown;

        put_records();
        store_fixture_select(&fixture, EVENT, NULL);
        begin();
        report_put_shown(&json, &fixture.work, true);
        shown = end();
        assert_string_equal(TEXT(shown, "schema"), "pstore-fw/show/1");
        test_assert_contains(TEXT(shown, "events", "0", "log"), "[part 2 is missing here]\n" PANIC);
        test_assert_contains(TEXT(shown, "events", "0", "parts", "1", "text"), "Panic#1 Part1\n");
        assert_int_equal(COUNT(shown, "records"), 0);
        json_object_put(shown);

        store_fixture_select(&fixture, "erst:65e079fe00000001", "efi:cfg", NULL);
        begin();
        report_put_shown(&json, &fixture.work, false);
        shown = end();
        assert_int_equal(COUNT(shown, "events"), 0);
        assert_int_equal(COUNT(shown, "records"), 2);
        assert_string_equal(TEXT(shown, "records", "0", "text"), "Panic#1 Part1\n" PANIC);
        assert_null(AT(shown, "records", "1", "text"));
        json_object_put(shown);
}

static void test_check(NO_STATE) {
        struct check_store store = { .store = RECORD_STORE_ERST, .spec = "erst", .error = ERR_IO };
        struct check_facts facts = { .stores = &store, .store_count = 1 };
        struct findings findings;
        struct json_object *check;

        put_records();
        findings_init(&findings, &fixture.memory.allocator);
        findings_add(&findings, VERDICT_WARNING, "mend it", "so it is");
        findings_add(&findings, VERDICT_OK, "", "fine");
        begin();
        check_begin_json(&json, &facts, &findings);
        json_end_object(&json);
        check = end();
        assert_string_equal(TEXT(check, "verdict"), "WARNING");
        assert_string_equal(TEXT(check, "findings", "0", "remedy"), "mend it");
        assert_null(AT(check, "findings", "1", "remedy"));
        assert_null(AT(check, "crashes")); /* without a clock */
        assert_string_equal(TEXT(check, "stores", "0", "error", "code"), "ERR_IO");
        assert_null(AT(check, "stores", "0", "space"));
        json_object_put(check);

        store = (struct check_store){ .spec = "erst", .space = { .known = true, .total = 10 } };
        crashes_count(&fixture.catalog, 1709210111, &facts.crashes);
        begin();
        check_begin_json(&json, &facts, &findings);
        json_end_object(&json);
        check = end();
        assert_string_equal(TEXT(check, "crashes", "newest"), EVENT);
        assert_int_equal(NUMBER(check, "crashes", "places", "0", "count"), 1);
        assert_int_equal(NUMBER(check, "stores", "0", "space", "total"), 10);
        assert_null(AT(check, "stores", "0", "space", "stale"));
        json_object_put(check);
        findings_free(&findings);
}

/* Wherever it ends the document is known not to be whole. */
static void test_no_memory_is_an_error(NO_STATE) {
        int r = ERR_NO_MEMORY;
        size_t n;

        put_records();
        store_fixture_select_all(&fixture);
        for (n = 1; r < 0; n++) {
                fake_allocator_fail_at(&fixture.memory, n);
                begin();
                report_put_shown(&json, &fixture.work, true);
                r = buffer_error(&buffer);
                buffer_free(&buffer);
                assert_true(r == 0 || r == ERR_NO_MEMORY);
        }
        assert_true(n > 3);
}

#define TEST(name)                                                                                           \
        cmocka_unit_test_prestate_setup_teardown(name, store_fixture_setup, store_fixture_teardown, &fixture)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_list), TEST(test_what_crashed), TEST(test_a_manifest_has_the_head),
                TEST(test_show), TEST(test_check),        TEST(test_no_memory_is_an_error),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

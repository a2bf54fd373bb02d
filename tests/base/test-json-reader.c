/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <json-c/json.h>

#include "base/json-reader.h"
#include "base/json.h"
#include "tests/support/test.h"

/* Reads to the end: 0, or the error at which it stopped. */
static int read_all(struct bytes document, size_t *ret_items) {
        struct json_reader reader;
        struct json_item item;
        size_t items = 0;
        int r;

        json_reader_init(&reader, document);
        while ((r = json_read(&reader, &item)) > 0)
                items++;
        if (ret_items)
                *ret_items = items;
        return r;
}

static int library_reads(const char *text) {
        struct json_tokener *tokener = json_tokener_new_ex(64);
        struct json_object *object;
        size_t size = strlen(text);
        bool whole;

        /* A number's end shows by what stands behind it. */
        json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
        object = json_tokener_parse_ex(tokener, text, (int) size + 1);
        whole = json_tokener_get_error(tokener) == json_tokener_success &&
                json_tokener_get_parse_end(tokener) >= size;
        json_object_put(object);
        json_tokener_free(tokener);
        return whole ? 0 : -1;
}

static const char *const documents[] = {
        "{}",       "[]",
        " [ ] ",    "{\"a\":1}",
        "[1,2,3]",  "{\"a\":{\"b\":[true,false,null,\"x\"]}}",
        "\"text\"", "\"\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u20aC\"",
        "0",        "-0.5e-3",
        "12E+7",    "[[[[[[[[]]]]]]]]",
};

static const char *const no_documents[] = {
        "",        "{",           "[",      "[1",        "[1,",   "[1,]",     "{\"a\"", "{\"a\":",
        "{a:1}",   "{\"a\":1,}",  "[1 2]",  "{\"a\" 1}", "[}",    "{]",       "[]]",    "\"a",
        "tru",     "nul",         "01",     "-",         "1.",    "1e",       ".5",     "+1",
        "\"\\x\"", "\"\\u12g4\"", "\"\n\"", "[],",       "{} {}", "{\"a\":}", "[,1]",   "{,}",
};

static void test_what_the_library_reads_is_read(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(documents); i++) {
                assert_int_equal(library_reads(documents[i]), 0);
                if (read_all(text_view(documents[i]), NULL) != 0)
                        fail_msg("not read: %s", documents[i]);
        }
}

static void test_what_is_no_json_is_not(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(no_documents); i++) {
                int r = read_all(text_view(no_documents[i]), NULL);

                if (r != ERR_TRUNCATED && r != ERR_VALUE)
                        fail_msg("%d: %s", r, no_documents[i]);
        }
}

static const char written[] = "{\n"
                              "  \"name\": \"a \\\"b\\\"\",\n"
                              "  \"rows\": [\n"
                              "    {\n"
                              "      \"size\": 18446744073709551615\n"
                              "    }\n"
                              "  ],\n"
                              "  \"none\": null\n"
                              "}\n";

static void test_no_part_of_a_document_is_one(NO_STATE) {
        struct bytes document = text_view(written);
        uint8_t torn[sizeof(written)];

        assert_ok(read_all(document, NULL));
        for (size_t size = 0; size + 1 < document.size; size++) {
                if (size < document.size - 1)
                        assert_true(read_all(bytes_first(document, size), NULL) < 0);
                memcpy(torn, document.data, document.size);
                memset(torn + size, 0, document.size - size);
                assert_true(read_all(bytes_of(torn, document.size), NULL) < 0);
        }
}

static void assert_item(struct json_reader *reader, enum json_kind kind, unsigned depth, const char *name,
                        const char *text) {
        struct json_item item;

        assert_int_equal(json_read(reader, &item), 1);
        assert_int_equal(item.kind, kind);
        assert_int_equal(item.depth, depth);
        assert_true(bytes_equal(item.name, text_view(name)));
        assert_true(bytes_equal(item.text, text_view(text)));
}

static void test_every_item_tells_where_it_is(NO_STATE) {
        struct json_reader reader;
        struct json_item item;

        json_reader_init(&reader, text_view(written));
        assert_item(&reader, JSON_OBJECT, 0, "", "");
        assert_item(&reader, JSON_STRING, 1, "name", "a \\\"b\\\"");
        assert_item(&reader, JSON_ARRAY, 1, "rows", "");
        assert_item(&reader, JSON_OBJECT, 2, "", "");
        assert_item(&reader, JSON_NUMBER, 3, "size", "18446744073709551615");
        assert_item(&reader, JSON_OBJECT_END, 2, "", "");
        assert_item(&reader, JSON_ARRAY_END, 1, "", "");
        assert_item(&reader, JSON_NULL, 1, "none", "null");
        assert_item(&reader, JSON_OBJECT_END, 0, "", "");
        assert_int_equal(json_read(&reader, &item), 0);
        assert_int_equal(json_read(&reader, &item), 0);
}

static void test_numbers(NO_STATE) {
        static const struct {
                const char *text;
                int r;
                uint64_t value;
        } rows[] = {
                { "0", 0, 0 },
                { "18446744073709551615", 0, UINT64_MAX },
                { "18446744073709551616", ERR_VALUE, 0 },
                { "-1", ERR_VALUE, 0 },
                { "1.0", ERR_VALUE, 0 },
                { "1e3", ERR_VALUE, 0 },
                { "\"1\"", ERR_VALUE, 0 },
                { "null", ERR_VALUE, 0 },
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct json_reader reader;
                struct json_item item;
                uint64_t value = 0;

                json_reader_init(&reader, text_view(rows[i].text));
                assert_int_equal(json_read(&reader, &item), 1);
                assert_int_equal(json_item_number(&item, &value), rows[i].r);
                assert_true(value == rows[i].value);
        }
}

static void test_depth_has_a_bound(NO_STATE) {
        char nested[2 * JSON_DEPTH_MAX + 3];

        memset(nested, '[', sizeof(nested));
        memset(nested + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
        assert_ok(read_all(bytes_of(nested, 2 * JSON_DEPTH_MAX), NULL));
        nested[JSON_DEPTH_MAX] = '[';
        assert_error(read_all(bytes_of(nested, 2 * JSON_DEPTH_MAX), NULL), ERR_TOO_LARGE);
}

/* What the writer makes of any name and any text is read. */
static void test_what_the_writer_writes(NO_STATE) {
        struct test_random random = { .state = 7 };

        for (unsigned round = 0; round < 200; round++) {
                struct buffer buffer;
                struct json_writer json;
                uint8_t text[40];
                size_t items;

                test_random_fill(&random, text, sizeof(text));
                buffer_init(&buffer, &system_allocator);
                json_init(&json, &buffer);
                json_begin_array(&json, NULL);
                for (size_t i = 0; i < sizeof(text); i++)
                        json_put_text(&json, NULL, bytes_of(text, i));
                json_end_array(&json);
                assert_ok(buffer_error(&buffer));
                assert_ok(read_all(buffer_bytes(&buffer), &items));
                assert_int_equal(items, sizeof(text) + 2);
                buffer_free(&buffer);
        }
}

/* As the library does it, but that it makes another character of what is half of a pair. */
static void test_escapes(NO_STATE) {
        static const char *const strings[] = {
                "",
                "plain",
                "\\\"\\\\\\/\\b\\f\\n\\r\\t",
                "\\u0041\\u00e9\\u20aC",
                "\\ud83d\\ude00",
                "\xc3\xa9 as it is",
                "a\\u007f\\u0080\\u07ff\\u0800\\uffffz",
        };
        char meant[64];

        for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
                struct text text = TEXT_ON(meant);
                char document[128];
                struct json_object *object;

                snprintf(document, sizeof(document), "\"%s\"", strings[i]);
                object = json_tokener_parse(document);
                assert_non_null(object);
                json_unescape(text_view(strings[i]), &text);
                assert_string_equal(meant, json_object_get_string(object));
                json_object_put(object);
        }
}

static void test_half_of_a_pair_is_a_unit(NO_STATE) {
        char meant[64];
        struct text text = TEXT_ON(meant);

        json_unescape(text_view("\\ud83dx\\ude00\\ud83d"), &text);
        assert_string_equal(meant, "\xed\xa0\xbdx\xed\xb8\x80\xed\xa0\xbd");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_escapes),
                cmocka_unit_test(test_half_of_a_pair_is_a_unit),
                cmocka_unit_test(test_what_the_library_reads_is_read),
                cmocka_unit_test(test_what_is_no_json_is_not),
                cmocka_unit_test(test_no_part_of_a_document_is_one),
                cmocka_unit_test(test_every_item_tells_where_it_is),
                cmocka_unit_test(test_numbers),
                cmocka_unit_test(test_depth_has_a_bound),
                cmocka_unit_test(test_what_the_writer_writes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <iconv.h>
#include <json-c/json.h>

#include "base/json.h"
#include "tests/support/test.h"

struct fixture {
        struct buffer buffer;
        struct json_writer json;
};

static void begin(struct fixture *fixture) {
        buffer_init(&fixture->buffer, &system_allocator);
        json_init(&fixture->json, &fixture->buffer);
}

/* libc reads it; how json-c does (JSON_TOKENER_VALIDATE_UTF8) is another in each of its releases. */
static void assert_utf8(struct bytes text) {
        iconv_t converter = iconv_open("UTF-32LE", "UTF-8");
        size_t in_size = text.size, out_size = 4 * text.size;
        char *in = (char *) text.data, *room = malloc(out_size), *out = room;

        assert_true(converter != (iconv_t) -1);
        assert_non_null(room);
        assert_int_equal(iconv(converter, &in, &in_size, &out, &out_size), 0);
        assert_int_equal(in_size, 0);
        free(room);
        iconv_close(converter);
}

/* json-c reads it, up to its last byte. The caller puts the object. */
static struct json_object *parse(struct bytes text, int flags) {
        struct json_tokener *tokener = json_tokener_new_ex(64);
        struct json_object *object;

        json_tokener_set_flags(tokener, flags);
        object = json_tokener_parse_ex(tokener, (const char *) text.data, (int) text.size);
        assert_int_equal(json_tokener_get_error(tokener), json_tokener_success);
        assert_int_equal(json_tokener_get_parse_end(tokener), text.size);
        json_tokener_free(tokener);
        return object;
}

/* Without its characters of several bytes, each of which json-c 0.18 takes for a control character when it is
 * strict. */
static void assert_strict_json(struct bytes text) {
        uint8_t *ascii = malloc(text.size);

        assert_non_null(ascii);
        for (size_t i = 0; i < text.size; i++)
                ascii[i] = text.data[i] < 0x80 ? text.data[i] : 'x';
        json_object_put(parse(bytes_of(ascii, text.size), JSON_TOKENER_STRICT));
        free(ascii);
}

/* Several judges have read it. The caller puts the object. */
static struct json_object *end(struct fixture *fixture) {
        struct bytes text = buffer_bytes(&fixture->buffer);
        struct json_object *object;

        assert_ok(buffer_error(&fixture->buffer));
        assert_utf8(text);
        assert_strict_json(text);
        object = parse(text, 0);
        assert_int_equal(text.data[text.size - 1], '\n');
        /* RFC 8259, 7: control characters are escaped, which json-c does not insist on; DEL is ours. */
        for (size_t i = 0; i < text.size; i++)
                assert_true(text.data[i] == '\n' || (text.data[i] >= 0x20 && text.data[i] != 0x7f));
        buffer_free(&fixture->buffer);
        return object;
}

static void test_document_as_written(NO_STATE) {
        static const char expected[] = "{\n"
                                       "  \"name\": \"Panic#1\",\n"
                                       "  \"parts\": [\n"
                                       "    1,\n"
                                       "    18446744073709551615\n"
                                       "  ],\n"
                                       "  \"none\": [],\n"
                                       "  \"inner\": {\n"
                                       "    \"yes\": true,\n"
                                       "    \"no\": false,\n"
                                       "    \"nothing\": null,\n"
                                       "    \"unknown\": null\n"
                                       "  },\n"
                                       "  \"empty\": {}\n"
                                       "}\n";
        struct fixture f;

        begin(&f);
        json_begin_object(&f.json, NULL);
        json_put_string(&f.json, "name", "Panic#1");
        json_begin_array(&f.json, "parts");
        json_put_number(&f.json, NULL, 1);
        json_put_number(&f.json, NULL, UINT64_MAX);
        json_end_array(&f.json);
        json_begin_array(&f.json, "none");
        json_end_array(&f.json);
        json_begin_object(&f.json, "inner");
        json_put_bool(&f.json, "yes", true);
        json_put_bool(&f.json, "no", false);
        json_put_null(&f.json, "nothing");
        json_put_string(&f.json, "unknown", NULL);
        json_end_object(&f.json);
        json_begin_object(&f.json, "empty");
        json_end_object(&f.json);
        json_end_object(&f.json);
        assert_true(bytes_equal(buffer_bytes(&f.buffer), text_view(expected)));
        json_object_put(end(&f));
}

static void check_text_as(struct bytes value, const char *expected, bool is_ascii) {
        struct json_object *object;
        struct fixture f;

        begin(&f);
        f.json.is_ascii = is_ascii;
        json_put_text(&f.json, NULL, value);
        buffer_append_text(&f.buffer, "\n");
        for (size_t i = 0; i < f.buffer.size && is_ascii; i++)
                assert_true(f.buffer.data[i] < 0x80);
        object = end(&f);
        if (expected)
                assert_string_equal(json_object_get_string(object), expected);
        else
                assert_true(bytes_equal(
                        bytes_of(json_object_get_string(object), (size_t) json_object_get_string_len(object)),
                        value));
        json_object_put(object);
}

/* Every string of up to two bytes, and the edges of the longer sequences (RFC 3629, 3 and 4). */
static void check_text(struct bytes value, const char *expected) {
        check_text_as(value, expected, false);
        check_text_as(value, expected, true);
}

#define BAD "\xef\xbf\xbd"

static void test_every_ascii_character_comes_back(NO_STATE) {
        for (int c = 0; c < 0x80; c++) {
                uint8_t value[3] = { 'a', (uint8_t) c, 'z' };

                check_text(bytes_of(value, 3), NULL);
        }
        check_text(bytes_of(NULL, 0), NULL);
}

static void test_utf8(NO_STATE) {
        static const char *const good[] = { "\xc2\x80",         "\xdf\xbf",        "\xe0\xa0\x80",
                                            "\xed\x9f\xbf",     "\xee\x80\x80",    "\xef\xbf\xbf",
                                            "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf" };
        static const struct {
                const char *value, *expected;
        } bad[] = {
                { "\x80", BAD },
                { "\xbfz", BAD "z" },
                { "\xc0\x80", BAD BAD },
                { "\xc1\xbf", BAD BAD },
                { "\xc2", BAD },
                { "\xc2z", BAD "z" },
                { "\xe0\x9f\xbf", BAD BAD BAD },
                { "\xe2\x82", BAD BAD },
                { "\xed\xa0\x80", BAD BAD BAD },
                { "\xf0\x8f\xbf\xbf", BAD BAD BAD BAD },
                { "\xf4\x90\x80\x80", BAD BAD BAD BAD },
                { "\xf5\x80\x80\x80", BAD BAD BAD BAD },
                { "\xff\xfe", BAD BAD },
                { "\xe2\x82\xac\xe2", "\xe2\x82\xac" BAD },
        };

        for (size_t i = 0; i < ARRAY_SIZE(good); i++)
                check_text(text_view(good[i]), NULL);
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                check_text(text_view(bad[i].value), bad[i].expected);
}

static void test_random_bytes_are_valid_json(NO_STATE) {
        struct test_random random = { .state = 8259 };

        for (unsigned i = 0; i < 2000; i++) {
                uint8_t value[20];
                struct fixture f;

                test_random_fill(&random, value, sizeof(value));
                begin(&f);
                json_begin_object(&f.json, NULL);
                json_put_text(&f.json, "text", bytes_of(value, test_random_next(&random) % 20));
                json_end_object(&f.json);
                json_object_put(end(&f));
        }
}

static void test_depth_is_bounded(NO_STATE) {
        struct fixture f;

        begin(&f);
        for (unsigned i = 0; i < 32; i++)
                json_begin_array(&f.json, NULL);
        for (unsigned i = 0; i < 32; i++)
                json_end_array(&f.json);
        json_object_put(end(&f));

        begin(&f);
        for (unsigned i = 0; i < 33; i++)
                json_begin_array(&f.json, NULL);
        assert_error(buffer_error(&f.buffer), ERR_BUG);
        buffer_free(&f.buffer);
        begin(&f);
        json_end_object(&f.json);
        assert_error(buffer_error(&f.buffer), ERR_BUG);
        buffer_free(&f.buffer);
}

static void test_the_first_error_stays(NO_STATE) {
        struct fixture f;

        begin(&f);
        f.buffer.error = ERR_NO_MEMORY;
        json_end_object(&f.json);
        assert_error(buffer_error(&f.buffer), ERR_NO_MEMORY);
        for (unsigned i = 0; i < 33; i++)
                json_begin_array(&f.json, NULL);
        assert_error(buffer_error(&f.buffer), ERR_NO_MEMORY);
        buffer_free(&f.buffer);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_document_as_written),
                cmocka_unit_test(test_every_ascii_character_comes_back),
                cmocka_unit_test(test_utf8),
                cmocka_unit_test(test_random_bytes_are_valid_json),
                cmocka_unit_test(test_depth_is_bounded),
                cmocka_unit_test(test_the_first_error_stays),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

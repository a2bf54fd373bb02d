/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/manifest-reader.h"

#include "base/json-reader.h"
#include "tests/support/fake-allocator.h"
#include "tests/support/test.h"

#define DIGEST_A "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define DIGEST_B "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define DIGEST_C "a0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static char whole[2048];
static size_t whole_size;

/* Beside what is described stands what is not, and would be taken for it. */
static int make_whole(void **state) {
        static const char text[] = "{\n"
                                   "  \"schema\": \"pstore-fw/manifest/2\",\n"
                                   "  \"missing_parts\": [ { \"first\": 1, \"last\": 2, \"size\": 9 } ],\n"
                                   "  \"records\": [\n"
                                   "    { \"offset\": 0, \"size\": 10, \"sha256\": \"%s\" },\n"
                                   "    { \"error\": \"no hardware\", \"more\": { \"size\": 8 } },\n"
                                   "    { \"offset\": 10, \"size\": 20, \"sha256\": \"%s\" }\n"
                                   "  ],\n"
                                   "  \"log\": { \"size\": 7, \"sha256\": \"%s\",\n"
                                   "    \"in\": { \"size\": 5 }, \"size\": 6 },\n"
                                   "  \"size\": 99,\n"
                                   "  \"stored\": { \"size\": 30, \"sha256\": \"%s\" }\n"
                                   "}\n";

        (void) state;
        whole_size = (size_t) snprintf(whole, sizeof(whole), text, DIGEST_B, DIGEST_A, DIGEST_C, DIGEST_A);
        return 0;
}

static struct manifest manifest;

static void digest_from(const char *hex, uint8_t ret_digest[SHA256_SIZE]) {
        for (size_t i = 0; i < SHA256_SIZE; i++)
                ret_digest[i] = (uint8_t) (hex_value(hex[2 * i]) << 4 | hex_value(hex[2 * i + 1]));
}

static const struct manifest_file *find(const char *hex, uint64_t size) {
        uint8_t digest[SHA256_SIZE];

        digest_from(hex, digest);
        return manifest_find(&manifest, digest, size);
}

static int read_text(const char *text) {
        return manifest_read(text_view(text), &system_allocator, &manifest);
}

static void test_what_it_describes(NO_STATE) {
        uint8_t digest[SHA256_SIZE];

        assert_ok(read_text(whole));
        assert_int_equal(manifest.record_count, 3);
        assert_int_equal(manifest.known_count, 2);
        assert_int_equal(find(DIGEST_A, 20)->offset, 10);
        assert_int_equal(find(DIGEST_B, 10)->offset, 0);
        assert_null(find(DIGEST_A, 21));
        assert_null(find(DIGEST_C, 7)); /* the log is no record */
        assert_true(manifest.log.known);
        assert_int_equal(manifest.log.size, 7);
        digest_from(DIGEST_C, digest);
        assert_memory_equal(manifest.log.sha256, digest, SHA256_SIZE);
        assert_true(manifest.stored.known);
        assert_int_equal(manifest.stored.size, 30);
        assert_false(manifest.self.file.known);
        manifest_free(&manifest);
}

static void test_a_record_alone(NO_STATE) {
        assert_ok(read_text("{ \"schema\": \"pstore-fw/record/2\", \"offset\": 0, \"size\": 4,"
                            " \"sha256\": \"" DIGEST_B "\" }"));
        assert_true(manifest.self.file.known);
        assert_int_equal(manifest.self.file.size, 4);
        assert_int_equal(manifest.record_count, 0);
        manifest_free(&manifest);
}

static void assert_record(const struct manifest_record *record, const char *id, enum record_form form,
                          enum record_type type, uint64_t seconds, uint32_t part) {
        char meant[RECORD_ID_SIZE];
        struct text text = TEXT_ON(meant);

        json_unescape(record->id, &text);
        assert_string_equal(meant, id);
        assert_int_equal(record->form, form);
        assert_int_equal(record->type, type);
        assert_int_equal(record->seconds, seconds);
        assert_int_equal(record->part, part);
}

/* What a record does not say it has not, and it has nothing of the one before it. */
static void test_what_its_records_are(NO_STATE) {
        assert_ok(read_text(
                "{\"schema\": \"pstore-fw/manifest/2\", \"reason\": \"oops\", \"count\": 3, \"records\": ["
                "{\"id\": \"efi:a\\u0041\\\"\", \"form\": \"text\", \"type\": \"dmesg\", \"part\": 7,"
                " \"time\": \"2024-02-29T12:35:10Z\", \"deleted\": true, \"salvaged\": true, \"codec\": "
                "\"zlib\","
                " \"in\": {\"id\": \"no\", \"part\": 1}},"
                "{\"id\": \"erst:1\", \"form\": \"packed\", \"type\": \"mce\", \"time\": null, \"codec\": "
                "null},"
                "{\"form\": \"stored\", \"type\": \"nobody's\", \"part\": 99999999999, \"count\": 9}]}"));
        assert_true(manifest.is_event);
        assert_int_equal(manifest.reason, REASON_OOPS);
        assert_int_equal(manifest.count, 3);
        assert_int_equal(manifest.record_count, 3);
        assert_record(&manifest.records[0], "efi:aA\"", RECORD_FORM_TEXT, RECORD_TYPE_DMESG, 1709210110, 7);
        assert_true(manifest.records[0].deleted && manifest.records[0].salvaged);
        assert_true(manifest.records[0].is_decoded);
        assert_false(manifest.records[1].is_decoded);
        assert_record(&manifest.records[1], "erst:1", RECORD_FORM_PACKED, RECORD_TYPE_MCE, 0, 0);
        assert_false(manifest.records[1].deleted || manifest.records[1].salvaged);
        assert_record(&manifest.records[2], "", RECORD_FORM_STORED, RECORD_TYPE_UNKNOWN, 0, 0);
        manifest_free(&manifest);
        assert_ok(read_text("{\"schema\": \"pstore-fw/record/2\", \"id\": \"efi:x\", \"type\": \"mce\"}"));
        assert_false(manifest.is_event);
        assert_record(&manifest.self, "efi:x", RECORD_FORM_STORED, RECORD_TYPE_MCE, 0, 0);
        manifest_free(&manifest);
}

static void test_many_records_are_found(NO_STATE) {
        struct buffer text;

        buffer_init(&text, &system_allocator);
        buffer_append_text(&text, "{\"schema\":\"pstore-fw/manifest/2\",\"records\":[");
        for (unsigned i = 0; i < 1000; i++)
                buffer_append_format(&text, "%s{\"offset\":%u,\"size\":3,\"sha256\":\"%02x%062x\"}",
                                     i ? "," : "", 3 * i, i * 37 % 251, i);
        buffer_append_text(&text, "]}");
        assert_ok(manifest_read(buffer_bytes(&text), &system_allocator, &manifest));
        assert_int_equal(manifest.known_count, 1000);
        for (unsigned i = 0; i < 1000; i++) {
                char hex[2 * SHA256_SIZE + 1];

                snprintf(hex, sizeof(hex), "%02x%062x", i * 37 % 251, i);
                assert_non_null(find(hex, 3));
                assert_int_equal(find(hex, 3)->offset, 3 * i);
        }
        manifest_free(&manifest);
        buffer_free(&text);
}

static void test_what_was_not_written_to_its_end(NO_STATE) {
        uint8_t torn[sizeof(whole)];

        for (size_t size = 0; size + 1 < whole_size; size++) {
                assert_true(manifest_read(bytes_of(whole, size), &system_allocator, &manifest) < 0);
                memset(torn, 0, sizeof(torn));
                memcpy(torn, whole, size);
                assert_true(manifest_read(bytes_of(torn, whole_size), &system_allocator, &manifest) < 0);
        }
}

static void test_what_is_none(NO_STATE) {
        static const char *const texts[] = {
                "{}",
                "[]",
                "\"pstore-fw/manifest/2\"",
                "{\"schema\": \"other/1\"}",
                "{\"schema\": 1}",
                "{\"a\": {\"schema\": \"pstore-fw/manifest/2\"}}",
        };

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
                assert_error(read_text(texts[i]), ERR_VALUE);
}

/* A file is known when both its size and its digest are. */
static void test_what_is_said_badly_is_not_known(NO_STATE) {
        static const char *const logs[] = {
                "\"size\": -1, \"sha256\": \"" DIGEST_A "\"",
                "\"size\": \"7\", \"sha256\": \"" DIGEST_A "\"",
                "\"size\": 7, \"sha256\": 5",
                "\"size\": 7, \"sha256\": \"0" DIGEST_A "\"",
                "\"size\": 7, \"sha256\": "
                "\"g0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"",
                "\"sha256\": \"" DIGEST_A "\"",
                "\"size\": 7",
        };

        for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
                char text[512];

                snprintf(text, sizeof(text), "{\"schema\": \"pstore-fw/manifest/2\", \"log\": {%s}}",
                         logs[i]);
                assert_ok(read_text(text));
                assert_false(manifest.log.known);
                manifest_free(&manifest);
        }
}

static void test_every_allocation_may_fail(NO_STATE) {
        struct fake_allocator memory;
        size_t calls;

        fake_allocator_init(&memory);
        assert_ok(manifest_read(text_view(whole), &memory.allocator, &manifest));
        manifest_free(&manifest);
        calls = memory.calls;
        for (size_t n = 1; n <= calls; n++) {
                fake_allocator_fail_at(&memory, n);
                if (manifest_read(text_view(whole), &memory.allocator, &manifest) == 0)
                        manifest_free(&manifest);
                assert_int_equal(memory.live_blocks, 0);
        }
        fake_allocator_fail_at(&memory, 1);
        assert_error(manifest_read(text_view(whole), &memory.allocator, &manifest), ERR_NO_MEMORY);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_its_records_are),
                cmocka_unit_test(test_what_it_describes),
                cmocka_unit_test(test_a_record_alone),
                cmocka_unit_test(test_many_records_are_found),
                cmocka_unit_test(test_what_was_not_written_to_its_end),
                cmocka_unit_test(test_what_is_none),
                cmocka_unit_test(test_what_is_said_badly_is_not_known),
                cmocka_unit_test(test_every_allocation_may_fail),
        };

        return cmocka_run_group_tests(tests, make_whole, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/pe-image.h"

#include "tests/support/made-image.h"
#include "tests/support/test.h"

#define TYPE_PKCS  2
#define TYPE_OTHER 1

/* Of the made image, signed or not, as sbsign 0.9 put it into a signature, and osslsigncode computes it. */
static const char known_digest[] = "543b297c533cefe9dfdce09a6d644041c02831c9151476913a824c7ef8903c1f";

static uint8_t image[MADE_IMAGE_SIZE];

static int fill(NO_STATE) {
        made_image_fill(image);
        return 0;
}

/* The made image with as much behind it. */
static void start_file(struct buffer *file, size_t more) {
        static const uint8_t zeros[4096];

        buffer_init(file, &system_allocator);
        buffer_append(file, bytes_of(image, sizeof(image)));
        buffer_append(file, bytes_of(zeros, more));
        assert_ok(buffer_error(file));
}

static int parse(struct bytes file, struct pe_image *ret_image) {
        struct fault fault = { 0 };
        int r = pe_image_parse(file, ret_image, &fault);

        assert_int_equal(r < 0, fault.reason != NULL);
        return r;
}

static int parse_with_table(struct bytes file, uint32_t at, uint32_t size) {
        uint8_t *directory = (uint8_t *) (uintptr_t) file.data + MADE_IMAGE_DIRECTORY_AT;
        struct pe_image parsed;

        store_u32(directory, at);
        store_u32(directory + 4, size);
        return parse(file, &parsed);
}

static void assert_digest(struct bytes file, const char *wanted) {
        char hex[2 * SHA256_SIZE + 1];
        struct text text = TEXT_ON(hex);
        uint8_t digest[SHA256_SIZE];
        struct pe_image parsed;

        assert_ok(parse(file, &parsed));
        pe_image_digest(&parsed, digest);
        text_put_hex(&text, bytes_of(digest, sizeof(digest)));
        assert_string_equal(hex, wanted);
}

static void test_made(NO_STATE) {
        struct pe_image parsed;
        struct bytes signature;
        size_t at = 0;

        assert_ok(parse(bytes_of(image, sizeof(image)), &parsed));
        assert_int_equal(parsed.machine, PE_MACHINE_X86_64);
        assert_int_equal(parsed.checksum_at, MADE_IMAGE_CHECKSUM_AT);
        assert_int_equal(parsed.directory_at, MADE_IMAGE_DIRECTORY_AT);
        assert_int_equal(parsed.certificates.size, 0);
        assert_false(pe_image_next_signature(&parsed, &at, &signature));
}

/* Each in memory of its own size, so that a byte behind it is seen; whole are the fields, not the sections.
 */
static void test_every_truncation(NO_STATE) {
        for (size_t size = 0; size < sizeof(image); size++) {
                struct bytes file = bytes_of(memcpy(malloc(size + !size), image, size), size);
                bool is_whole = size >= MADE_IMAGE_DIRECTORY_AT + 8;
                struct pe_image parsed;
                uint8_t digest[SHA256_SIZE];
                int r = parse(file, &parsed);

                assert_error(r, is_whole ? 0 : size < MADE_IMAGE_PE_AT + 4 ? ERR_SIGNATURE : ERR_TRUNCATED);
                if (is_whole)
                        pe_image_digest(&parsed, digest);
                free((void *) (uintptr_t) file.data);
        }
}

static void test_other_files(NO_STATE) {
        static const struct {
                size_t at;
                uint32_t value;
                int error;
        } rows[] = {
                { 0, 0x4d5a, ERR_SIGNATURE },
                { 0x3c, UINT32_MAX, ERR_SIGNATURE },
                { 0x3c, MADE_IMAGE_SIZE - 4, ERR_SIGNATURE },
                { MADE_IMAGE_PE_AT, 0x454e, ERR_SIGNATURE },
                { MADE_IMAGE_MAGIC_AT, 0x10b, ERR_VALUE }, /* PE32: of 32 bits */
                { MADE_IMAGE_COUNT_AT, 4, ERR_VALUE },     /* no directory of certificates */
                { MADE_IMAGE_COUNT_AT, 5, 0 },
        };
        struct pe_image parsed;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                made_image_fill(image);
                store_u32(image + rows[i].at, rows[i].value);
                assert_error(parse(bytes_of(image, sizeof(image)), &parsed), rows[i].error);
        }
        /* Its header is the last of the file. */
        made_image_fill(image);
        memcpy(image + MADE_IMAGE_SIZE - 4, "PE\0\0", 4);
        store_u32(image + 0x3c, MADE_IMAGE_SIZE - 4);
        assert_error(parse(bytes_of(image, sizeof(image)), &parsed), ERR_TRUNCATED);
}

/* From the directory's end to the end of the file, and nothing behind it, which nobody would have signed. */
static void test_where_the_table_is(NO_STATE) {
        struct bytes file;
        struct buffer buffer;

        start_file(&buffer, 64);
        file = buffer_bytes(&buffer);
        assert_error(parse_with_table(file, MADE_IMAGE_SIZE, 64), 0);
        assert_error(parse_with_table(file, MADE_IMAGE_SIZE, 65), ERR_VALUE);
        assert_error(parse_with_table(file, MADE_IMAGE_SIZE, 56), ERR_VALUE);
        assert_error(parse_with_table(file, MADE_IMAGE_SIZE, UINT32_MAX), ERR_VALUE);
        assert_error(parse_with_table(file, UINT32_MAX, 64), ERR_VALUE);
        assert_error(parse_with_table(file, UINT32_MAX, UINT32_MAX), ERR_VALUE);
        assert_error(parse_with_table(file, MADE_IMAGE_SIZE + 64, 1), ERR_VALUE);
        assert_error(parse_with_table(file, 0, 64), ERR_VALUE);
        assert_error(parse_with_table(file, 0, (uint32_t) file.size), ERR_VALUE);
        for (uint32_t at = MADE_IMAGE_DIRECTORY_AT; at <= MADE_IMAGE_DIRECTORY_AT + 8; at++)
                assert_error(parse_with_table(file, at, (uint32_t) file.size - at),
                             at == MADE_IMAGE_DIRECTORY_AT + 8 ? 0 : ERR_VALUE);
        /* None is at no place. */
        assert_error(parse_with_table(file, UINT32_MAX, 0), 0);
        buffer_free(&buffer);
}

static void test_digest(NO_STATE) {
        struct bytes file = bytes_of(image, sizeof(image));
        struct buffer buffer;
        uint8_t digest[SHA256_SIZE];
        struct pe_image parsed;

        assert_digest(file, known_digest);
        /* What a signature changes is not signed. */
        store_u32(image + MADE_IMAGE_CHECKSUM_AT, 0);
        assert_digest(file, known_digest);
        start_file(&buffer, 0);
        made_image_sign(&buffer, TYPE_PKCS, text_view("signed"));
        made_image_sign(&buffer, TYPE_PKCS, text_view("twice"));
        assert_digest(buffer_bytes(&buffer), known_digest);
        buffer_free(&buffer);
        /* Each other byte is. */
        for (size_t at = MADE_IMAGE_MACHINE_AT; at < sizeof(image); at++) {
                bool is_signed = at - MADE_IMAGE_CHECKSUM_AT >= 4 && at - MADE_IMAGE_DIRECTORY_AT >= 8;
                char hex[2 * SHA256_SIZE + 1];
                struct text text = TEXT_ON(hex);

                image[at] ^= 0x80;
                if (is_signed && parse(file, &parsed) == 0) {
                        pe_image_digest(&parsed, digest);
                        text_put_hex(&text, bytes_of(digest, sizeof(digest)));
                        assert_string_not_equal(hex, known_digest);
                }
                image[at] ^= 0x80;
        }
}

/* Filled up with zeros to where the signature may begin. */
static void test_digest_of_an_odd_size(NO_STATE) {
        uint8_t digests[2][SHA256_SIZE];
        struct pe_image parsed;

        for (size_t i = 0; i < 2; i++) {
                struct buffer file;

                start_file(&file, i == 0 ? 3 : 8);
                assert_ok(parse(buffer_bytes(&file), &parsed));
                pe_image_digest(&parsed, digests[i]);
                buffer_free(&file);
        }
        assert_memory_equal(digests[0], digests[1], SHA256_SIZE);
}

static void assert_signatures(const struct buffer *file, const char *const *wanted) {
        struct pe_image parsed;
        struct bytes signature;
        size_t at = 0;

        assert_ok(parse(buffer_bytes(file), &parsed));
        for (; *wanted; wanted++) {
                assert_true(pe_image_next_signature(&parsed, &at, &signature));
                assert_true(bytes_equal(signature, text_view(*wanted)));
        }
        assert_false(pe_image_next_signature(&parsed, &at, &signature));
        assert_false(pe_image_next_signature(&parsed, &at, &signature));
}

#define ASSERT_SIGNATURES(file, ...) assert_signatures(file, (const char *const[]){ __VA_ARGS__, NULL })

static void test_signatures(NO_STATE) {
        struct buffer file;

        start_file(&file, 0);
        made_image_sign(&file, TYPE_PKCS, text_view("of eight"));
        made_image_sign(&file, TYPE_OTHER, text_view("no PKCS#7"));
        made_image_sign(&file, TYPE_PKCS, text_view("of thirteen.."));
        ASSERT_SIGNATURES(&file, "of eight", "of thirteen..");
        buffer_free(&file);
}

/* The walk ends there, and has what was before. */
static void test_malformed_table(NO_STATE) {
        static const uint32_t lengths[] = { 0, 1, 7, 8, 25, 32, UINT32_MAX - 7, UINT32_MAX };

        for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
                struct buffer file;

                start_file(&file, 0);
                made_image_sign(&file, TYPE_PKCS, text_view("the first"));
                made_image_sign(&file, TYPE_PKCS, text_view("of 16, it is"));
                store_u32(file.data + MADE_IMAGE_SIZE + 24, lengths[i]);
                ASSERT_SIGNATURES(&file, "the first");
                buffer_free(&file);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(test_made, fill),
                cmocka_unit_test_setup(test_every_truncation, fill),
                cmocka_unit_test_setup(test_other_files, fill),
                cmocka_unit_test_setup(test_where_the_table_is, fill),
                cmocka_unit_test_setup(test_digest, fill),
                cmocka_unit_test_setup(test_digest_of_an_odd_size, fill),
                cmocka_unit_test_setup(test_signatures, fill),
                cmocka_unit_test_setup(test_malformed_table, fill),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

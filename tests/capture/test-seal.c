/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memfd_create() */
#include "tests/support/test.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/seal.h"
#include "capture/sealing.h"
#include "posix/clock.h"
#include "posix/file.h"
#include "posix/memory.h"

#define PIECE  ((size_t) 64 * 1024)
#define SEALED (4 + PIECE + 17) /* of a whole one */
#define HEAD   124

static struct seal_key public_key, secret_key;
static struct buffer content, sealed;

static int begin(NO_STATE) {
        assert_ok(seal_key_make(&public_key, &secret_key));
        buffer_init(&content, &system_allocator);
        buffer_init(&sealed, &system_allocator);
        return 0;
}

static int end(NO_STATE) {
        buffer_free(&content);
        buffer_free(&sealed);
        return 0;
}

/* A file of these bytes, to be read. */
static int file_of(struct bytes bytes) {
        int fd = memfd_create("test", MFD_CLOEXEC);

        assert_true(fd >= 0);
        assert_ok(file_write_all(fd, bytes));
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        return fd;
}

static void read_back(int fd, struct buffer *buffer) {
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        buffer->size = 0;
        assert_ok(file_read_all(fd, FILE_SIZE_MAX, buffer));
}

/* So many bytes, no two pieces alike. */
static void seal(size_t size) {
        _cleanup_close_ int from_fd = -1, to_fd = memfd_create("sealed", MFD_CLOEXEC);

        content.size = 0;
        for (size_t i = 0; i < size; i++) {
                uint8_t byte = (uint8_t) (i ^ i >> 8 ^ i >> 16);

                buffer_append(&content, bytes_of(&byte, 1));
        }
        from_fd = file_of(buffer_bytes(&content));
        assert_ok(seal_copy(&public_key, from_fd, to_fd));
        read_back(to_fd, &sealed);
}

/* What comes of these bytes, and whether that is the content or its beginning. */
static int open_bytes(struct bytes bytes, char ret_id[SEAL_ID_TEXT_SIZE]) {
        _cleanup_close_ int from_fd = file_of(bytes), to_fd = memfd_create("opened", MFD_CLOEXEC);
        _cleanup_buffer_ struct buffer opened;
        int r;

        buffer_init(&opened, &system_allocator);
        r = seal_open(&secret_key, from_fd, to_fd, ret_id);
        read_back(to_fd, &opened);
        assert_true(opened.size <= content.size);
        assert_true(bytes_equal(buffer_bytes(&opened), bytes_first(buffer_bytes(&content), opened.size)));
        if (r == 0)
                assert_int_equal(opened.size, content.size);
        return r;
}

static int open_sealed(void) {
        char id[SEAL_ID_TEXT_SIZE];

        return open_bytes(buffer_bytes(&sealed), id);
}

static void test_all_sizes(NO_STATE) {
        static const struct {
                size_t size, pieces;
        } rows[] = { { 0, 1 },         { 1, 1 },         { PIECE - 1, 1 },    { PIECE, 2 },
                     { PIECE + 1, 2 }, { 3 * PIECE, 4 }, { 3 * PIECE + 9, 4 } };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                seal(rows[i].size);
                assert_int_equal(sealed.size, HEAD + rows[i].size + rows[i].pieces * (4 + 17));
                assert_ok(open_sealed());
        }
        seal(0);
        assert_int_equal(sealed.size, SEAL_EMPTY_SIZE);
}

/* docs/FORMATS.md, by the library's functions alone. */
static void test_the_format(NO_STATE) {
        const uint8_t *at;
        uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES], digest[crypto_hash_sha256_BYTES],
                piece[5], tag;
        crypto_secretstream_xchacha20poly1305_state stream;
        uint32_t number;

        seal(5);
        at = sealed.data;
        assert_memory_equal(at, "PSTFSEAL\1\0\0\0", 12);
        assert_int_equal(crypto_hash_sha256(digest, public_key.bytes, sizeof(public_key.bytes)), 0);
        assert_memory_equal(at + 12, digest, 8);
        assert_int_equal(crypto_box_seal_open(key, at + 20, 80, public_key.bytes, secret_key.bytes), 0);
        assert_int_equal(crypto_secretstream_xchacha20poly1305_init_pull(&stream, at + 100, key), 0);
        assert_ok(bytes_load_u32(buffer_bytes(&sealed), HEAD, &number));
        assert_int_equal(number, 5 + 17);
        assert_int_equal(crypto_secretstream_xchacha20poly1305_pull(&stream, piece, NULL, &tag, at + HEAD + 4,
                                                                    number, at, 100),
                         0);
        assert_int_equal(tag, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
        assert_memory_equal(piece, content.data, 5);
}

/* Of each byte of a small file. */
static void test_changed(NO_STATE) {
        seal(9);
        for (size_t i = 0; i < sealed.size; i++) {
                int wanted = i < 8 ? ERR_SIGNATURE : i < 12 ? ERR_VERSION : i < 20 ? ERR_KEY : ERR_CHECKSUM;
                int r;

                sealed.data[i] ^= 1;
                r = open_sealed();
                sealed.data[i] ^= 1;
                /* A greater length may be one that the file does not have. */
                if (i >= HEAD && i < HEAD + 4)
                        assert_true(r == ERR_TRUNCATED || r == ERR_CHECKSUM);
                else
                        assert_error(r, wanted);
        }
        assert_ok(open_sealed());
}

static void test_cut_off(NO_STATE) {
        char id[SEAL_ID_TEXT_SIZE];

        seal(9);
        for (size_t size = 0; size < sealed.size; size++)
                assert_error(open_bytes(bytes_first(buffer_bytes(&sealed), size), id),
                             size < 8 ? ERR_SIGNATURE : ERR_TRUNCATED);
        seal(3 * PIECE);
        for (size_t pieces = 0; pieces < 4; pieces++) /* between two of them */
                assert_error(open_bytes(bytes_first(buffer_bytes(&sealed), HEAD + pieces * SEALED), id),
                             ERR_TRUNCATED);
}

static void test_more_behind_the_end(NO_STATE) {
        seal(9);
        buffer_append(&sealed, bytes_of("", 1));
        assert_error(open_sealed(), ERR_LENGTH);
}

static void test_another_order(NO_STATE) {
        static uint8_t first[SEALED];

        seal(3 * PIECE);
        memcpy(first, sealed.data + HEAD, SEALED);
        memcpy(sealed.data + HEAD, sealed.data + HEAD + SEALED, SEALED);
        assert_error(open_sealed(), ERR_CHECKSUM);
        memcpy(sealed.data + HEAD + SEALED, first, SEALED);
        assert_error(open_sealed(), ERR_CHECKSUM);
        memcpy(sealed.data + HEAD, first, SEALED); /* the first, twice */
        assert_error(open_sealed(), ERR_CHECKSUM);
}

static void test_another_key(NO_STATE) {
        char id[SEAL_ID_TEXT_SIZE] = "", wanted[SEAL_ID_TEXT_SIZE];
        struct seal_key other;

        seal(9);
        seal_key_id(&public_key, wanted);
        assert_ok(seal_key_make(&other, &secret_key));
        assert_error(open_bytes(buffer_bytes(&sealed), id), ERR_KEY);
        assert_string_equal(id, wanted);
}

static void test_keys(NO_STATE) {
        static const char hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        static const char *const wrong[] = {
                "",
                "00",
                "xyz",
                "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=A",
                "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00",
                "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg=="
        };
        char text[SEAL_KEY_TEXT_SIZE];
        struct seal_key key, again;

        assert_ok(seal_key_parse(hex, &key));
        seal_key_print(&key, text);
        assert_string_equal(text, hex);
        assert_ok(seal_key_parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", &again));
        assert_memory_equal(&key, &again, sizeof(key));
        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
                assert_error(seal_key_parse(wrong[i], &key), ERR_VALUE);
        seal_key_of_secret(&secret_key, &key);
        assert_memory_equal(&key, &public_key, sizeof(key));
}

/* The key of all zeros has no secret one. */
static void test_a_key_that_is_none(NO_STATE) {
        _cleanup_close_ int from_fd = file_of(text_view("log")), to_fd = memfd_create("sealed", MFD_CLOEXEC);
        const struct seal_key none = { { 0 } };

        assert_error(seal_copy(&none, from_fd, to_fd), ERR_VALUE);
}

static void test_a_process_seals(NO_STATE) {
        _cleanup_close_ int to_fd = memfd_create("sealed", MFD_CLOEXEC);
        struct sealing sealing;

        buffer_append(&content, text_view("what a tool writes"));
        assert_ok(sealing_start(&public_key, to_fd, &sealing));
        assert_ok(file_write_all(sealing.fd, buffer_bytes(&content)));
        assert_ok(sealing_end(&sealing, clock_ms() + 60000));
        read_back(to_fd, &sealed);
        assert_ok(open_sealed());
}

static void test_a_process_that_cannot(NO_STATE) {
        _cleanup_close_ int to_fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
        struct sealing sealing;

        assert_ok(sealing_start(&public_key, to_fd, &sealing));
        assert_error(sealing_end(&sealing, clock_ms() + 60000), ERR_NO_SPACE);
}

/* Somebody else still has the pipe. */
static void test_a_process_that_waits(NO_STATE) {
        _cleanup_close_ int to_fd = memfd_create("sealed", MFD_CLOEXEC), also = -1;
        struct sealing sealing;

        assert_ok(sealing_start(&public_key, to_fd, &sealing));
        also = dup(sealing.fd);
        assert_error(sealing_end(&sealing, clock_ms() + 200), ERR_TIMEOUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(all_sizes),
                TEST(the_format),
                TEST(changed),
                TEST(cut_off),
                TEST(more_behind_the_end),
                TEST(another_order),
                TEST(another_key),
                TEST(keys),
                TEST(a_key_that_is_none),
                TEST(a_process_seals),
                TEST(a_process_that_cannot),
                TEST(a_process_that_waits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "codec/sha256.h"
#include "tests/support/test.h"

/* The examples of NIST's "Secure Hash Standard" pages, and lengths around the ends of blocks (by sha256sum).
 */
static const struct {
        const char *unit;
        size_t repeat;
        const char *digest;
} vectors[] = {
        { "", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
        { "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmn"
          "o"
          "pqrstnopqrstu",
          1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
        { "a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
        { "a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
        { "a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
        { "a", 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34" },
        { "a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
        { "a", 119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb" },
        { "a", 120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c" },
        { "a", 128, "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e013afb73e" },
};

static void assert_digest(const uint8_t digest[SHA256_SIZE], const char *expected) {
        char text[2 * SHA256_SIZE + 1] = "";

        for (size_t i = 0; i < SHA256_SIZE; i++)
                snprintf(text + 2 * i, 3, "%02x", digest[i]);
        assert_string_equal(text, expected);
}

static void test_vectors(NO_STATE) {
        for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
                size_t unit = strlen(vectors[i].unit), size = unit * vectors[i].repeat;
                uint8_t *message = malloc(size + 1), digest[SHA256_SIZE];

                for (size_t k = 0; k < vectors[i].repeat; k++)
                        memcpy(message + k * unit, vectors[i].unit, unit);
                sha256_digest(bytes_of(message, size), digest);
                assert_digest(digest, vectors[i].digest);
                free(message);
        }
}

static void test_pieces_give_the_same_digest(NO_STATE) {
        struct test_random random = { .state = 180 };
        uint8_t message[700], whole[SHA256_SIZE], digest[SHA256_SIZE];

        test_random_fill(&random, message, sizeof(message));
        sha256_digest(bytes_of(message, sizeof(message)), whole);
        for (unsigned i = 0; i < 200; i++) {
                struct bytes rest = bytes_of(message, sizeof(message));
                struct sha256 sha256;

                sha256_init(&sha256);
                while (rest.size > 0) {
                        struct bytes piece = bytes_first(rest, test_random_next(&random) % 150);

                        sha256_update(&sha256, piece);
                        rest = bytes_from(rest, piece.size);
                }
                sha256_finish(&sha256, digest);
                assert_memory_equal(digest, whole, sizeof(whole));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_vectors),
                cmocka_unit_test(test_pieces_give_the_same_digest),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/test.h"

#include <stdlib.h>

#include "base/error.h"
#include "pstore/variable-name.h"
#include "store/canary.h"

#define ARMED 1709210119 /* 2024-02-29 12:35:19 */

static const uint8_t seed[CANARY_SEED_SIZE] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                                0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };
static char written[CANARY_SIZE];
static size_t size;

static int begin(NO_STATE) {
        struct canary canary;
        struct text text = TEXT_ON(written);

        canary_init(&canary, seed, RECORD_STORE_EFI, ARMED);
        canary_format(&canary, &text);
        assert_false(text.truncated);
        size = text.length;
        return 0;
}

/* From memory of exactly this size, so that a look beyond it is found out. */
static int parse(const void *bytes, size_t count, struct canary *ret_canary) {
        uint8_t *copy = malloc(count);
        int r;

        assert_non_null(copy);
        memcpy(copy, bytes, count);
        r = canary_parse(bytes_of(copy, count), ret_canary);
        free(copy);
        return r;
}

static void test_it_says_what_it_is(NO_STATE) {
        struct canary canary;

        assert_memory_equal(written,
                            "pstore-fw canary 00112233445566778899aabbccddeeff of efi at 1709210119, "
                            "2024-02-29 12:35:19 UTC\n",
                            92);
        assert_ok(parse(written, size, &canary));
        assert_true(canary.named);
        assert_true(canary.intact);
        assert_string_equal(canary.seed, "00112233445566778899aabbccddeeff");
        assert_string_equal(canary.store, "efi");
        assert_int_equal(canary.seconds, ARMED);
}

/* It tests something: nearly what a record can hold. And every store takes it. */
static void test_its_size(NO_STATE) {
        assert_true(size > 900 && size <= VARIABLE_DATA_MAX);
}

/* Its digest can be checked by hand: head -n -1 | sha256sum. */
static void test_its_digest(NO_STATE) {
        char command[4 * CANARY_SIZE], line[200], wanted[200];
        FILE *pipe;

        snprintf(command, sizeof(command), "head -n -1 <<'END' | sha256sum\n%.*sEND\n", (int) size, written);
        pipe = popen(command, "r");
        assert_non_null(pipe);
        assert_non_null(fgets(line, sizeof(line), pipe));
        pclose(pipe);
        snprintf(wanted, sizeof(wanted), "pstore-fw canary sha256 %.64s\n", line);
        assert_memory_equal(written + size - strlen(wanted), wanted, strlen(wanted));
}

static void test_two_are_not_alike(NO_STATE) {
        static const uint8_t another[CANARY_SEED_SIZE] = { 1 };
        struct canary canary;
        char text[CANARY_SIZE];
        struct text other = TEXT_ON(text);

        canary_init(&canary, another, RECORD_STORE_EFI, ARMED);
        canary_format(&canary, &other);
        assert_int_equal(other.length, size);
        assert_memory_not_equal(text + 100, written + 100, 64);
}

/* No byte of it may change, nowhere. */
static void test_each_byte_counts(NO_STATE) {
        for (size_t at = 0; at < size; at++) {
                struct canary canary;
                int r;

                written[at] ^= 1;
                r = parse(written, size, &canary);
                assert_ok(r);
                assert_false(canary.intact);
                if (canary.named && at > 92)
                        assert_int_equal(canary.differs_at, at);
                written[at] ^= 1;
        }
}

/* A store that cuts: what is left of it is known, as long as there is anything to know it by. */
static void test_each_length_counts(NO_STATE) {
        for (size_t length = 0; length < size; length++) {
                struct canary canary;
                int r = parse(written, length, &canary);

                assert_int_equal(r, length < strlen("pstore-fw canary ") ? ERR_SIGNATURE : 0);
                if (r == 0)
                        assert_false(canary.intact);
        }
}

static void test_more_than_it_is_changed(NO_STATE) {
        char longer[3 * CANARY_SIZE] = "";
        struct canary canary;

        memcpy(longer, written, size);
        assert_ok(parse(longer, size + 1, &canary));
        assert_false(canary.intact);
        assert_int_equal(canary.differs_at, size);
        assert_ok(parse(longer, 2 * CANARY_SIZE, &canary));
        assert_error(parse(longer, 2 * CANARY_SIZE + 1, &canary), ERR_SIGNATURE);
}

/* Its beginning is gone: it is known by its end. */
static void test_without_a_name(NO_STATE) {
        struct canary canary;

        memset(written, 0xff, 200);
        assert_ok(parse(written, size, &canary));
        assert_false(canary.named);
        assert_false(canary.intact);
        assert_string_equal(canary.seed, "");
        memset(written + size - 89, 0xff, 89);
        assert_error(parse(written, size, &canary), ERR_SIGNATURE);
}

static void test_what_is_none(NO_STATE) {
        static const char *const texts[] = {
                "",
                "Panic#1 Part1\n<0>[    1.0] the end\n",
                "<5>[    1.0] pstore-fw canary 00 of efi at 1, x\n",
                "pstore-fw canaries\n",
        };
        struct canary canary;

        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                assert_error(parse(texts[i], strlen(texts[i]), &canary), ERR_SIGNATURE);
}

/* Words in its first line that are longer than any, and a time that is larger. */
static void test_a_hostile_first_line(NO_STATE) {
        static const char *const texts[] = {
                ("pstore-fw canary aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa of efi at 1, "
                 "x\n"),
                "pstore-fw canary 00 of aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa at 1, x\n",
                "pstore-fw canary 00 of efi at 99999999999999999999999999, x\n",
                "pstore-fw canary 00 of efi at 18446744073709551615",
                "pstore-fw canary  of  at 1",
                "pstore-fw canary \xff of \xff at \xff",
        };
        struct canary canary;

        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
                assert_ok(parse(texts[i], strlen(texts[i]), &canary));
                assert_false(canary.intact);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(test_it_says_what_it_is, begin),
                cmocka_unit_test_setup(test_its_size, begin),
                cmocka_unit_test_setup(test_its_digest, begin),
                cmocka_unit_test_setup(test_two_are_not_alike, begin),
                cmocka_unit_test_setup(test_each_byte_counts, begin),
                cmocka_unit_test_setup(test_each_length_counts, begin),
                cmocka_unit_test_setup(test_more_than_it_is_changed, begin),
                cmocka_unit_test_setup(test_without_a_name, begin),
                cmocka_unit_test_setup(test_what_is_none, begin),
                cmocka_unit_test_setup(test_a_hostile_first_line, begin),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

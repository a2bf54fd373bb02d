/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/canary.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "codec/sha256.h"

#define MARK         "pstore-fw canary "
#define DIGEST_MARK  MARK "sha256 "
#define FILLER_LINES 12

/* The last line, with its end. */
#define DIGEST_LINE (sizeof(DIGEST_MARK) - 1 + 2 * SHA256_SIZE + 1)

void canary_init(struct canary *canary, const uint8_t seed[CANARY_SEED_SIZE], enum record_store store,
                 uint64_t seconds) {
        struct text name = TEXT_ON(canary->seed), store_text = TEXT_ON(canary->store);

        text_put_hex(&name, bytes_of(seed, CANARY_SEED_SIZE));
        text_put(&store_text, record_store_name(store));
        canary->seconds = seconds;
        canary->named = canary->intact = true;
        canary->differs_at = 0;
}

static void put_filler(const struct canary *canary, struct text *text) {
        for (uint8_t line = 0; line < FILLER_LINES; line++) {
                uint8_t digest[SHA256_SIZE];
                struct sha256 sha256;

                sha256_init(&sha256);
                sha256_update(&sha256, text_view(canary->seed));
                sha256_update(&sha256, bytes_of(&line, sizeof(line)));
                sha256_finish(&sha256, digest);
                text_put_hex(text, bytes_of(digest, sizeof(digest)));
                text_put_char(text, '\n');
        }
}

void canary_format(const struct canary *canary, struct text *text) {
        char time[TIMESTAMP_TEXT_SIZE];
        uint8_t digest[SHA256_SIZE];
        size_t start = text->length;

        timestamp_format(canary->seconds, time);
        text_format(text, MARK "%s of %s at %llu, %s\n", canary->seed, canary->store,
                    (unsigned long long) canary->seconds, time);
        put_filler(canary, text);
        sha256_digest(bytes_from(text_bytes(text), start), digest);
        text_put(text, DIGEST_MARK);
        text_put_hex(text, bytes_of(digest, sizeof(digest)));
        text_put_char(text, '\n');
}

/* Takes `words` away from the beginning of what is left to read. */
static bool skip(struct bytes *rest, const char *words) {
        if (!bytes_start_with(*rest, text_view(words)))
                return false;
        *rest = bytes_from(*rest, text_length(words));
        return true;
}

/* A word of lower-case letters and digits, up to a blank. */
static void take_word(struct bytes *rest, char *word, size_t size) {
        struct text text = text_on(word, size);
        size_t length = 0;

        while (length < rest->size && (digit_is_decimal(rest->data[length]) ||
                                       (rest->data[length] >= 'a' && rest->data[length] <= 'z')))
                length++;
        text_put_bytes(&text, bytes_first(*rest, length));
        *rest = bytes_from(*rest, length);
}

static bool parse_first_line(struct bytes rest, struct canary *canary) {
        size_t at = 0;

        if (!skip(&rest, MARK))
                return false;
        take_word(&rest, canary->seed, sizeof(canary->seed));
        if (!skip(&rest, " of "))
                return false;
        take_word(&rest, canary->store, sizeof(canary->store));
        return skip(&rest, " at ") && decimal_parse(rest, &at, UINT64_MAX, &canary->seconds) == 0;
}

static size_t find_difference(struct bytes left, struct bytes right) {
        size_t at = 0;

        while (at < left.size && at < right.size && left.data[at] == right.data[at])
                at++;
        return at;
}

int canary_parse(struct bytes text, struct canary *ret_canary) {
        struct canary canary = { 0 };
        char written[CANARY_SIZE];
        struct text again = TEXT_ON(written);

        if (text.size > 2 * CANARY_SIZE)
                return ERR_SIGNATURE;
        canary.named = parse_first_line(text, &canary);
        if (!canary.named) {
                size_t last = text.size > DIGEST_LINE ? text.size - DIGEST_LINE : 0;

                if (!bytes_start_with(text, text_view(MARK)) &&
                    !bytes_start_with(bytes_from(text, last), text_view(DIGEST_MARK)))
                        return ERR_SIGNATURE;
                *ret_canary = (struct canary){ 0 };
                return 0;
        }
        canary_format(&canary, &again);
        canary.intact = bytes_equal(text_bytes(&again), text);
        canary.differs_at = find_difference(text_bytes(&again), text);
        *ret_canary = canary;
        return 0;
}

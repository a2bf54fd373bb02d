/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * Any bytes as a file of settings: what is refused is told in one line, and what stands before it has been
 * taken; what is taken is written as lines that are read as the same. Any bytes as a value: it is written so
 * that it is read as the same, or not at all.
 */
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/settings.h"
#include "tests/fuzz/fuzz.h"

struct thing {
        char word[16];
        char path[64];
        unsigned number;
        bool flag;
        char text[256]; /* more than a line holds */
};

static const struct setting_row rows[] = {
        SETTING_TEXT_ROW(struct thing, word, setting_text, "is no word"),
        SETTING_TEXT_ROW(struct thing, path, setting_path, "is no path"),
        { "number", offsetof(struct thing, number), &setting_number, 2, 1000, "is no number" },
        { "flag", offsetof(struct thing, flag), &setting_flag, 0, 0, "is no flag" },
        SETTING_TEXT_ROW(struct thing, text, setting_text, "is no text"),
};

static const struct thing thing_default = { .number = 2 };

static int parse(struct bytes text, struct thing *ret_thing, char error[SETTINGS_ERROR_SIZE]) {
        const struct settings_table table = { rows, ARRAY_SIZE(rows), ret_thing };

        *ret_thing = thing_default;
        return settings_parse(text, &table, 1, error);
}

static int put(struct thing *thing, struct text *text) {
        const struct settings_table table = { rows, ARRAY_SIZE(rows), thing };

        return settings_put(&table, 1, text);
}

static bool same(const struct thing *left, const struct thing *right) {
        return text_equal(left->word, right->word) && text_equal(left->path, right->path) &&
               left->number == right->number && left->flag == right->flag &&
               text_equal(left->text, right->text);
}

static void check_put(struct thing *thing) {
        char buffer[1024], error[SETTINGS_ERROR_SIZE], buffer_again[1024];
        struct text text = TEXT_ON(buffer), text_again = TEXT_ON(buffer_again);
        struct thing again;
        int r = put(thing, &text);

        fuzz_check(r == 0 || r == ERR_VALUE);
        if (r < 0)
                return;
        fuzz_check(parse(text_bytes(&text), &again, error) == 0);
        fuzz_check(same(thing, &again));
        fuzz_check(put(&again, &text_again) == 0);
        fuzz_check(text_equal(buffer, buffer_again));
}

/* The lines before that of this number. */
static struct bytes lines_before(struct bytes text, uint64_t number) {
        size_t size = 0;

        while (number > 1 && size < text.size)
                number -= text.data[size++] == '\n';
        fuzz_check(number == 1);
        return bytes_first(text, size);
}

static void check_refusal(struct bytes input, const struct thing *thing, const char *error) {
        struct thing before;
        char no_error[SETTINGS_ERROR_SIZE];
        uint64_t number;
        size_t at = text_length("line ");

        for (const char *c = error; *c; c++)
                fuzz_check(*c >= ' ' && *c < 0x7f);
        if (memchr(input.data, '\0', input.size)) {
                fuzz_check(text_equal(error, "has a NUL: no file of settings"));
                fuzz_check(same(thing, &thing_default));
                return;
        }
        fuzz_check(text_starts_with(error, "line "));
        fuzz_check(decimal_parse(text_view(error), &at, input.size, &number) == 0);
        fuzz_check(text_starts_with(error + at, ": "));
        fuzz_check(parse(lines_before(input, number), &before, no_error) == 0);
        fuzz_check(same(thing, &before));
}

static void check_file(struct bytes input) {
        struct thing thing;
        char error[SETTINGS_ERROR_SIZE];
        int r = parse(input, &thing, error);

        fuzz_check(r == 0 || r == ERR_VALUE);
        fuzz_check((r == 0) == (error[0] == '\0'));
        if (r < 0)
                check_refusal(input, &thing, error);
        else
                check_put(&thing);
}

/* The first bytes are one value, the rest another. */
static void check_values(struct bytes input) {
        struct thing thing = thing_default;
        struct text word = TEXT_ON(thing.word), text = TEXT_ON(thing.text);

        text_put_bytes(&word, fuzz_take(&input, sizeof(thing.word) - 1));
        text_put_bytes(&text, input);
        check_put(&thing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        check_file(bytes_of(data, size));
        check_values(bytes_of(data, size));
        return 0;
}

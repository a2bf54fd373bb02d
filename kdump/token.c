/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/token.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/settings.h"
#include "linux/own-file.h"
#include "linux/system-file.h"
#include "posix/durable-file.h"
#include "posix/memory.h"

#define BOOT_ID        "/proc/sys/kernel/random/boot_id"
#define RELEASE        "/proc/sys/kernel/osrelease"
#define TOKEN_LIMIT    ((size_t) 4096)
#define WORD_BYTES     16

#define DIRECTORY_MODE 0700 /* as dumps have it; most often it is there */

/* Seconds as the files of settings have no 64 bits: until 2106. */
struct token_file {
        struct test_token token;
        unsigned seconds;
};

#define TEXT_ROW(member)                                                                                     \
        {                                                                                                    \
#member, offsetof(struct token_file, token.member), &setting_text, 0,                        \
                        sizeof(((struct token_file *) NULL)->token.member), "is missing or too long"         \
        }

static const struct setting_row rows[] = {
        TEXT_ROW(word),
        TEXT_ROW(boot_id),
        TEXT_ROW(kernel),
        TEXT_ROW(path),
        TEXT_ROW(store),
        TEXT_ROW(image),
        { "seconds", offsetof(struct token_file, seconds), &setting_number, 1, UINT_MAX, "is no time" },
};

bool test_token_boot_id(const char *root, char ret_boot_id[40]) {
        return system_file_line(root, BOOT_ID, ret_boot_id, 40) && ret_boot_id[0];
}

int test_token_make(const char *root, struct test_token *ret_token) {
        struct test_token token = { .seconds = (uint64_t) time(NULL) };
        uint8_t random[WORD_BYTES];
        struct text word = TEXT_ON(token.word);

        if (getrandom(random, sizeof(random), 0) != (ssize_t) sizeof(random))
                return ERR_IO;
        if (!test_token_boot_id(root, token.boot_id))
                return ERR_NOT_FOUND;
        (void) system_file_line(root, RELEASE, token.kernel, sizeof(token.kernel));
        text_put_hex(&word, bytes_of(random, sizeof(random)));
        *ret_token = token;
        return 0;
}

bool test_token_is_of_this_boot(const char *root, const struct test_token *token) {
        char boot_id[sizeof(token->boot_id)];

        return test_token_boot_id(root, boot_id) && strcmp(boot_id, token->boot_id) == 0;
}

bool test_token_has_kdump(const struct test_token *token) {
        return strcmp(token->path, "pstore") != 0 && strcmp(token->path, "none") != 0;
}

static int format_path(const char *directory, char ret_path[PATH_MAX]) {
        return snprintf(ret_path, PATH_MAX, "%s/" TEST_TOKEN_NAME, directory) < PATH_MAX ? 0 : ERR_TOO_LARGE;
}

int test_token_read(const char *root, const char *directory, struct test_token *ret_token) {
        struct token_file file = { 0 };
        const struct settings_table table = { rows, ARRAY_SIZE(rows), &file };
        _cleanup_buffer_ struct buffer text;
        char error[SETTINGS_ERROR_SIZE];
        int r;

        buffer_init(&text, &system_allocator);
        r = system_file_read_in(root, directory, TEST_TOKEN_NAME, TOKEN_LIMIT, &text);
        if (r == 0)
                r = settings_parse(buffer_bytes(&text), &table, 1, error);
        if (r < 0)
                return r;
        file.token.seconds = file.seconds;
        if (!file.token.word[0] || !file.token.boot_id[0] || !file.seconds)
                return ERR_VALUE;
        *ret_token = file.token;
        return 0;
}

int test_token_write(const char *root, const char *directory, const struct test_token *token,
                     struct reason *ret_reason) {
        struct token_file file = { .token = *token, .seconds = (unsigned) token->seconds };
        const struct settings_table table = { rows, ARRAY_SIZE(rows), &file };
        char name[PATH_MAX], full[PATH_MAX], content[512];
        struct text text = TEXT_ON(content);
        int r;

        r = settings_put(&table, 1, &text);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", TEST_TOKEN_NAME, error_text(r));
        r = format_path(directory, name);
        if (r < 0 || !system_file_path(root, directory, full))
                return reason_set(ret_reason, ERR_TOO_LARGE, "%s: its name is too long", directory);
        r = durable_directory_make(AT_FDCWD, full, DIRECTORY_MODE);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", full, error_text(r));
        return own_file_replace(root, name, text_bytes(&text), ret_reason);
}

int test_token_remove(const char *root, const char *directory, struct reason *ret_reason) {
        char name[PATH_MAX];

        if (format_path(directory, name) < 0)
                return reason_set(ret_reason, ERR_TOO_LARGE, "%s: its name is too long", directory);
        return own_file_remove(root, name, ret_reason);
}

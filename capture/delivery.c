/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/delivery.h"

#include <limits.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"

#define VERSION_NUMBER 1

static bool is_made_of(const char *text, const char *characters) {
        return text[strspn(text, characters)] == '\0';
}

#define OF_NAMES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

bool delivery_is_host(const char *name) {
        return name[0] && name[0] != '.' && strlen(name) < DELIVERY_HOST_SIZE && is_made_of(name, OF_NAMES);
}

static bool is_release(const char *text) {
        return is_made_of(text, OF_NAMES "+~:");
}

static int parse_release(const struct setting_row *row, void *member, const char *value) {
        return is_release(value) ? setting_text.parse(row, member, value) : ERR_VALUE;
}

static int parse_host(const struct setting_row *row, void *member, const char *value) {
        return delivery_is_host(value) ? setting_text.parse(row, member, value) : ERR_VALUE;
}

static int parse_digits(const struct setting_row *row, void *member, const char *value) {
        return strlen(value) == row->high - 1 && is_made_of(value, "0123456789abcdef")
                       ? setting_text.parse(row, member, value)
                       : ERR_VALUE;
}

const struct setting_kind setting_host = { parse_host, setting_put_text };
static const struct setting_kind setting_release = { parse_release, setting_put_text };
static const struct setting_kind setting_digits = { parse_digits, setting_put_text };

#define TEXT_ROW(member, kind, wanted) SETTING_TEXT_ROW(struct delivery, member, kind, wanted)

static const struct setting_row rows[] = {
        { "version", offsetof(struct delivery, version), &setting_number, VERSION_NUMBER, VERSION_NUMBER,
          "is none that is known" },
        TEXT_ROW(host, setting_host, "is no name of a host"),
        TEXT_ROW(kernel, setting_release, "is no release"),
        { "crash_seconds", offsetof(struct delivery, crash_seconds), &setting_number, 0, UINT_MAX,
          "is no time" },
        TEXT_ROW(public_key, setting_digits, "is no key"),
        { "size", offsetof(struct delivery, size), &setting_number, 1, DELIVERY_LOG_MAX,
          "is none that a log has" },
        TEXT_ROW(sha256, setting_digits, "is no SHA-256"),
};

int delivery_print(const struct delivery *delivery, char ret_head[DELIVERY_HEAD_SIZE]) {
        struct delivery copy = *delivery;
        const struct settings_table table = { rows, ARRAY_SIZE(rows), &copy };
        struct text text = text_on(ret_head, DELIVERY_HEAD_SIZE);
        int r;

        copy.version = VERSION_NUMBER;
        /* It is from the memory of a kernel that crashed: the log goes all the same. */
        if (!is_release(copy.kernel))
                copy.kernel[0] = '\0';
        r = settings_put(&table, 1, &text);
        if (r < 0)
                return r;
        text_put(&text, "\n");
        return text.truncated ? ERR_BUFFER_TOO_SMALL : 0;
}

/* Behind the first empty line, or 0. */
static size_t find_end(struct bytes bytes) {
        for (size_t i = 1; i < bytes.size; i++)
                if (bytes.data[i] == '\n' && bytes.data[i - 1] == '\n')
                        return i + 1;
        return 0;
}

static int check_complete(const struct delivery *delivery, char ret_error[SETTINGS_ERROR_SIZE]) {
        const struct {
                const char *name;
                bool is_there;
        } needed[] = {
                { "version", delivery->version != 0 },     { "host", delivery->host[0] },
                { "public_key", delivery->public_key[0] }, { "size", delivery->size > 0 },
                { "sha256", delivery->sha256[0] },
        };
        struct text error = text_on(ret_error, SETTINGS_ERROR_SIZE);

        for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
                if (!needed[i].is_there) {
                        text_format(&error, "%s: missing", needed[i].name);
                        return ERR_VALUE;
                }
        return 0;
}

int delivery_parse(struct bytes bytes, struct delivery *ret_delivery, size_t *ret_size,
                   char ret_error[SETTINGS_ERROR_SIZE]) {
        struct delivery delivery = { .version = 0 };
        const struct settings_table table = { rows, ARRAY_SIZE(rows), &delivery };
        size_t size = find_end(bytes_first(bytes, DELIVERY_HEAD_SIZE));
        int r;

        ret_error[0] = '\0';
        if (size == 0)
                return ERR_TRUNCATED;
        r = settings_parse(bytes_first(bytes, size), &table, 1, ret_error);
        if (r == 0)
                r = check_complete(&delivery, ret_error);
        if (r < 0)
                return r;
        *ret_delivery = delivery;
        *ret_size = size;
        return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/unseal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "capture/delivery.h"
#include "linux/system-file.h"
#include "posix/durable-file.h"
#include "posix/errno.h"
#include "posix/memory.h"
#include "posix/settings-file.h"

/* --- keys --------------------------------------------------------------------------------------- */

static int parse_key(const struct setting_row *row, void *member, const char *value) {
        (void) row;
        return seal_key_parse(value, member);
}

static void put_key(const struct setting_row *row, const void *member, struct text *text) {
        char key[SEAL_KEY_TEXT_SIZE];

        (void) row;
        seal_key_print(member, key);
        text_put(text, key);
        sodium_memzero(key, sizeof(key));
}

static const struct setting_kind setting_key = { parse_key, put_key };

/* Has a name, so that nobody takes it for the public one. */
static const struct setting_row secret_rows[] = {
        { "secret_key", 0, &setting_key, 0, 0, "is no key" },
};

int kdump_public_key_find(const char *root, const char *value, struct seal_key *ret_key,
                          struct reason *ret_reason) {
        char line[SEAL_KEY_TEXT_SIZE + 1];

        if (value[0] != '/')
                return seal_key_parse(value, ret_key) == 0 ? 0
                                                           : reason_set(ret_reason, ERR_VALUE,
                                                                        "public_key: '%s' is neither a path "
                                                                        "nor a key in hexadecimal or base64",
                                                                        value);
        if (!system_file_line(root, value, line, sizeof(line)))
                return reason_set(ret_reason, ERR_NOT_FOUND, "public_key: %s cannot be read", value);
        if (seal_key_parse(line, ret_key) < 0)
                return reason_set(ret_reason, ERR_VALUE,
                                  "public_key: %s: its first line is no key in hexadecimal or base64", value);
        return 0;
}

int kdump_keys_make(const char *path, struct seal_key *ret_public_key, struct reason *ret_reason) {
        struct seal_key public_key, secret_key;
        const struct settings_table table = { secret_rows, ARRAY_SIZE(secret_rows), &secret_key };
        char line[128];
        struct text text = TEXT_ON(line);
        int r;

        r = seal_key_make(&public_key, &secret_key);
        if (r == 0)
                r = settings_put(&table, 1, &text);
        if (r == 0)
                r = durable_file_create(AT_FDCWD, path, text_bytes(&text), 0600);
        sodium_memzero(line, sizeof(line));
        sodium_memzero(&secret_key, sizeof(secret_key));
        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", path,
                                  r == ERR_EXISTS ? "exists already: a key is not overwritten"
                                                  : error_text(r));
        *ret_public_key = public_key;
        return 0;
}

int kdump_secret_key_read(const char *path, struct seal_key *ret_key, struct reason *ret_reason) {
        static const struct seal_key none;
        struct seal_key key = none;
        const struct settings_table table = { secret_rows, ARRAY_SIZE(secret_rows), &key };
        int r;

        r = settings_file_read(path, &table, 1, ret_reason);
        if (r < 0)
                return r;
        if (sodium_memcmp(&key, &none, sizeof(key)) == 0)
                return reason_set(ret_reason, ERR_VALUE, "%s: secret_key: missing", path);
        *ret_key = key;
        return 0;
}

/* --- a sealed file ------------------------------------------------------------------------------ */

static int tell_failure(const struct seal_key *secret_key, const char *sealed, int error, const char *id,
                        struct reason *ret_reason) {
        static const struct {
                int error;
                const char *words;
        } failures[] = {
                { ERR_SIGNATURE, "no sealed file" },
                { ERR_LENGTH, "there is more behind its end" },
                { ERR_CHECKSUM, "was changed after it was sealed" },
        };
        struct seal_key public_key;
        char own[SEAL_ID_TEXT_SIZE];

        for (size_t i = 0; i < ARRAY_SIZE(failures); i++)
                if (failures[i].error == error)
                        return reason_set(ret_reason, error, "%s: %s", sealed, failures[i].words);
        if (error != ERR_KEY)
                return reason_set(ret_reason, error, "%s: %s", sealed, error_text(error));
        seal_key_of_secret(secret_key, &public_key);
        seal_key_id(&public_key, own);
        return reason_set(ret_reason, error, "%s: %s, %s: this one opens %s", sealed, error_text(error), id,
                          own);
}

/* What somebody has kept as it came from a crash kernel: the sealed file is behind the head. */
static void pass_over_head(int fd) {
        uint8_t bytes[DELIVERY_HEAD_SIZE];
        char error[SETTINGS_ERROR_SIZE];
        ssize_t got = pread(fd, bytes, sizeof(bytes), 0);
        struct delivery delivery;
        size_t size;

        if (got > 0 && delivery_parse(bytes_of(bytes, (size_t) got), &delivery, &size, error) == 0)
                (void) lseek(fd, (off_t) size, SEEK_SET);
}

static int open_into(const struct seal_key *secret_key, const char *sealed, const char *part,
                     struct reason *ret_reason) {
        _cleanup_close_ int from_fd = open(sealed, O_RDONLY | O_NOCTTY | O_CLOEXEC);
        _cleanup_close_ int to_fd = -1;
        char id[SEAL_ID_TEXT_SIZE] = "";
        int r;

        if (from_fd < 0) {
                r = errno_to_error(errno);
                return reason_set(ret_reason, r, "%s: %s", sealed, error_text(r));
        }
        to_fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (to_fd < 0) {
                r = errno_to_error(errno);
                return reason_set(ret_reason, r, "%s: %s", part, error_text(r));
        }
        pass_over_head(from_fd);
        r = seal_open(secret_key, from_fd, to_fd, id);
        if (r == 0)
                return 0;
        (void) unlink(part);
        return tell_failure(secret_key, sealed, r, id, ret_reason);
}

int kdump_unseal(const struct seal_key *secret_key, const char *sealed, const char *output,
                 struct reason *ret_reason) {
        char part[PATH_MAX];
        int r;

        if (snprintf(part, sizeof(part), "%s" DURABLE_FILE_PART, output) >= (int) sizeof(part))
                return reason_set(ret_reason, ERR_TOO_LARGE, "%s: too long a name", output);
        /* Before the work, which may be long; its name is taken only where it is free, too. */
        if (access(output, F_OK) == 0)
                return reason_set(ret_reason, ERR_EXISTS, "%s: exists already", output);
        r = open_into(secret_key, sealed, part, ret_reason);
        if (r < 0)
                return r;
        r = durable_file_finish_new(AT_FDCWD, part, output);
        if (r == 0)
                return 0;
        (void) unlink(part);
        return reason_set(ret_reason, r, "%s: %s", output, error_text(r));
}

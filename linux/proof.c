/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/proof.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/settings.h"
#include "linux/own-file.h"
#include "linux/system-file.h"
#include "posix/durable-file.h"
#include "posix/memory.h"

#define UPTIME         "/proc/uptime"
#define FILE_LIMIT     ((size_t) 16384)
#define DIRECTORY_MODE 0700 /* as dumps have it; most often it is there */

#define ROW(store, index, member, of_kind, limit, is_wanted)                                                 \
        {                                                                                                    \
                .name = store "." #member, .offset = offsetof(struct proof, stores[index].member),           \
                .kind = &(of_kind), .high = (limit), .wanted = (is_wanted)                                   \
        }
#define TEXT(store, index, member)                                                                           \
        ROW(store, index, member, setting_text, sizeof(((struct proof *) NULL)->stores[0].member),           \
            "is missing or too long")
#define NUMBER(store, index, member) ROW(store, index, member, setting_number, UINT_MAX, "is no time")
#define ROWS(store, index)                                                                                   \
        TEXT(store, index, armed.seed), TEXT(store, index, armed.name), TEXT(store, index, armed.boot_id),   \
                NUMBER(store, index, armed.seconds), NUMBER(store, index, canary.seconds),                   \
                TEXT(store, index, canary.kernel), TEXT(store, index, canary.result),                        \
                NUMBER(store, index, crash.seconds), TEXT(store, index, crash.kernel),                       \
                TEXT(store, index, crash.result)

/* "efi.armed.seed" */
static const struct setting_row rows[] = {
        ROWS("erst", RECORD_STORE_ERST),
        ROWS("efi", RECORD_STORE_EFI),
        ROWS("pstorefs", RECORD_STORE_PSTOREFS),
        ROWS("kdump", RECORD_STORE_KDUMP),
};

int proof_read(const char *root, const char *directory, struct proof *ret_proof) {
        struct proof proof = { 0 };
        const struct settings_table table = { rows, ARRAY_SIZE(rows), &proof };
        _cleanup_buffer_ struct buffer text;
        char error[SETTINGS_ERROR_SIZE];
        int r;

        *ret_proof = proof;
        buffer_init(&text, &system_allocator);
        r = system_file_read_in(root, directory, PROOF_NAME, FILE_LIMIT, &text);
        if (r == ERR_NOT_FOUND)
                return 0;
        if (r == 0)
                r = settings_parse(buffer_bytes(&text), &table, 1, error);
        if (r == 0)
                *ret_proof = proof;
        return r;
}

int proof_write(const char *root, const char *directory, const struct proof *proof,
                struct reason *ret_reason) {
        struct proof copy = *proof;
        const struct settings_table table = { rows, ARRAY_SIZE(rows), &copy };
        char name[PATH_MAX], full[PATH_MAX], content[FILE_LIMIT];
        struct text text = TEXT_ON(content);
        int r;

        r = settings_put(&table, 1, &text);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", PROOF_NAME, error_text(r));
        if (snprintf(name, sizeof(name), "%s/" PROOF_NAME, directory) >= PATH_MAX ||
            !system_file_path(root, directory, full))
                return reason_set(ret_reason, ERR_TOO_LARGE, "%s: its name is too long", directory);
        r = durable_directory_make(AT_FDCWD, full, DIRECTORY_MODE);
        if (r < 0)
                return reason_set(ret_reason, r, "%s: %s", full, error_text(r));
        return own_file_replace(root, name, text_bytes(&text), ret_reason);
}

uint64_t proof_boot_seconds(const char *root, uint64_t now) {
        char line[64];
        uint64_t up;
        size_t at = 0;

        if (!system_file_line(root, UPTIME, line, sizeof(line)) ||
            decimal_parse(text_view(line), &at, now, &up) < 0)
                return 0;
        return now - up;
}

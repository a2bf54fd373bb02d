/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"

struct error_row {
        const char *name;
        const char *text;
        enum error_group group;
};

static const struct error_row error_rows[ERROR_ORDINAL_END] = {
#define ROW(error_name, error_group, error_text)                                                             \
        [error_name##_ORDINAL] = { #error_name, error_text, ERROR_GROUP_##error_group },
        ERROR_LIST(ROW)
#undef ROW
};

static const struct error_row *error_find(int error) {
        if (error >= 0 || error <= -ERROR_ORDINAL_END)
                return &error_rows[ERR_BUG_ORDINAL];
        return &error_rows[-error];
}

const char *error_name(int error) {
        return error_find(error)->name;
}

const char *error_text(int error) {
        return error_find(error)->text;
}

enum error_group error_group(int error) {
        return error_find(error)->group;
}

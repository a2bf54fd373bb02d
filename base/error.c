/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/error.h"

struct error_row {
        const char *text;
        enum error_group group;
};

static const struct error_row error_rows[ERROR_ORDINAL_END] = {
#define ROW(error_name, error_group, error_text)                                                             \
        [error_name##_ORDINAL] = { error_text, ERROR_GROUP_##error_group },
        ERROR_LIST(ROW)
#undef ROW
};

/* Apart, as only programs read them, and the application has none for them. */
static const char *const error_names[ERROR_ORDINAL_END] = {
#define ROW(error_name, error_group, error_text) [error_name##_ORDINAL] = #error_name,
        ERROR_LIST(ROW)
#undef ROW
};

static int error_ordinal(int error) {
        return error >= 0 || error <= -ERROR_ORDINAL_END ? ERR_BUG_ORDINAL : -error;
}

const char *error_name(int error) {
        return error_names[error_ordinal(error)];
}

const char *error_text(int error) {
        return error_rows[error_ordinal(error)].text;
}

enum error_group error_group(int error) {
        return error_rows[error_ordinal(error)].group;
}

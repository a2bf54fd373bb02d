/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "base/settings.h"
#include "capture/seal.h"
#include "codec/sha256.h"

/*
 * What the crash kernel sends to a collector: docs/FORMATS.md, "Deliveries". Lines of "name = value" tell
 * whose log it is; then comes an empty line, then the sealed log. Whoever takes it answers with one line.
 */

#define DELIVERY_HEAD_SIZE 1024        /* with the empty line, at most */
#define DELIVERY_LOG_MAX   (64U << 20) /* of the sealed log, in bytes */
#define DELIVERY_HOST_SIZE 65          /* HOST_NAME_MAX and a NUL */

/* The two answers, each the beginning of a line: the second is followed by the reason. */
#define DELIVERY_STORED      "stored"
#define DELIVERY_REFUSED     "refused: "
#define DELIVERY_ANSWER_SIZE 256

struct delivery {
        unsigned version;              /* 1 */
        char host[DELIVERY_HOST_SIZE]; /* letters, digits, '-', '_' and '.', which is not the first */
        char kernel[80];               /* release of the one that crashed; empty: not known */
        unsigned crash_seconds;        /* since 1970 */
        char public_key[SEAL_KEY_TEXT_SIZE];
        unsigned size; /* of the sealed log, in bytes */
        char sha256[2 * SHA256_SIZE + 1];
};

/* Whether a collector can have a directory of this name; and the kind of a setting that has to be one. */
bool delivery_is_host(const char *name);
extern const struct setting_kind setting_host;

/* With the empty line; a release that is none is left out. ERR_VALUE: it has what no line holds. */
int delivery_print(const struct delivery *delivery, char ret_head[DELIVERY_HEAD_SIZE]);

/*
 * The head of what begins with one; its size, with the empty line, into *ret_size. ERR_TRUNCATED: its end is
 * not among these bytes; ERR_VALUE, and one line that says why: an unknown line, version or form, or
 * something that is missing.
 */
int delivery_parse(struct bytes bytes, struct delivery *ret_delivery, size_t *ret_size,
                   char ret_error[SETTINGS_ERROR_SIZE]);

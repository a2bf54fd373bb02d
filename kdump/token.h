/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "posix/reason.h"

/*
 * What `prove crash` and `kdump test` leave on the disk before they crash the machine, so that after the next
 * boot they can say what came of it. It lies in the directory of dumps.
 */

#define TEST_TOKEN_NAME ".pstore-fw-test"

struct test_token {
        char word[40];    /* random, in a line of the kernel's log */
        char boot_id[40]; /* of the boot that was crashed */
        char kernel[72];  /* the release that was crashed; empty: not known */
        char path[16];    /* that was expected: "pstore", "kdump", "both" or "none" */
        char store[16];   /* of pstore's back end: record_store_name(); empty: there was none */
        char image[8];    /* "yes" or "no": whether an image was expected */
        uint64_t seconds; /* since 1970, when it was written */
};

/* Makes one for this moment; the word is random. ERR_IO when the kernel gives no random bytes. */
int test_token_make(const char *root, struct test_token *ret_token);

/* Of the boot that runs; false when the kernel does not tell. */
bool test_token_boot_id(const char *root, char ret_boot_id[40]);

/* Whether it was written in the boot that runs: the crash did not come, or has yet to. */
bool test_token_is_of_this_boot(const char *root, const struct test_token *token);

/* Whether kdump was expected to take the crash. */
bool test_token_has_kdump(const struct test_token *token);

/* ERR_NOT_FOUND: there is none; ERR_VALUE for one that is malformed. `root` goes before the directory. */
int test_token_read(const char *root, const char *directory, struct test_token *ret_token);

/* Flushed when it returns. */
int test_token_write(const char *root, const char *directory, const struct test_token *token,
                     struct reason *ret_reason);
int test_token_remove(const char *root, const char *directory, struct reason *ret_reason);

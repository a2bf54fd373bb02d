/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "posix/reason.h"

/*
 * What `kdump test` leaves on the disk before it crashes the machine, so that after the next boot it can say
 * what came of it. It lies in the directory of dumps.
 */

#define TEST_TOKEN_NAME ".pstore-fw-test"

struct test_token {
        char word[40];    /* random, in a line of the kernel's log */
        char boot_id[40]; /* of the boot that was crashed */
        char path[16];    /* that was expected: "kdump" or "both" */
        char image[8];    /* "yes" or "no": whether an image was expected */
        uint64_t seconds; /* since 1970, when it was written */
};

/* Makes one for this moment; the word is random. ERR_IO when the kernel gives no random bytes. */
int test_token_make(const char *root, struct test_token *ret_token);

/* Of the boot that runs; false when the kernel does not tell. */
bool test_token_boot_id(const char *root, char ret_boot_id[40]);

/* ERR_NOT_FOUND: there is none; ERR_VALUE for one that is malformed. `root` goes before the directory. */
int test_token_read(const char *root, const char *directory, struct test_token *ret_token);

/* Flushed when it returns. */
int test_token_write(const char *root, const char *directory, const struct test_token *token,
                     struct reason *ret_reason);
int test_token_remove(const char *root, const char *directory, struct reason *ret_reason);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "posix/reason.h"
#include "pstore/record.h"

/*
 * What is remembered of `prove`: which canaries were armed, which is how one that is gone is missed, and what
 * came of the last proof of each store. It lies in the directory of dumps.
 */

#define PROOF_NAME ".pstore-fw-proof"

/* A canary that was armed and has no verdict yet; .seed is empty where there is none. */
struct proof_armed {
        char seed[40];
        char name[100];   /* of its record */
        char boot_id[40]; /* of the boot in which it was */
        unsigned seconds; /* since 1970: until 2106, as the files of settings have no 64 bits */
};

/* One proof; .seconds is 0 where there is none. */
struct proof_mark {
        unsigned seconds;
        char kernel[72]; /* the release that ran, or that was crashed */
        char result[16]; /* PROOF_GOOD, or in a word what was wrong */
};

#define PROOF_GOOD "proven"

struct proof_store {
        struct proof_armed armed;
        struct proof_mark canary, crash;
};

struct proof {
        struct proof_store stores[RECORD_STORE_END];
};

/*
 * What is not there is all zero. ERR_VALUE for a file that is malformed, or what the system says, and then
 * *ret_proof is all zero, too. `root` goes before every path: "" for this machine, a directory in tests.
 */
int proof_read(const char *root, const char *directory, struct proof *ret_proof);

/* Flushed when it returns. */
int proof_write(const char *root, const char *directory, const struct proof *proof,
                struct reason *ret_reason);

/* When this boot began, in seconds since 1970 by the clock as it is set now; 0 where the kernel does not
 * tell. */
uint64_t proof_boot_seconds(const char *root, uint64_t now);

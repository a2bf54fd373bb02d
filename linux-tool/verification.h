/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <json-c/json.h>

#include "kdump/settings.h"
#include "kdump/token.h"
#include "linux/machine.h"
#include "linux/proof.h"
#include "store/finding.h"
#include "store/session.h"

/*
 * What `prove verify` finds out: from what is remembered of canaries and of a crash, and from what lies in
 * the stores now.
 */
struct verification {
        const char *root;        /* before what is remembered: "" for this machine, a directory in tests */
        struct session *session; /* loaded; where its sources are named nothing is missed */
        struct machine machine;
        struct kdump_settings settings; /* .directory has what is remembered */
        struct proof proof;
        char boot_id[40];
        char release[72];
        uint64_t now, booted; /* seconds since 1970; .booted is 0 where the kernel does not tell */

        bool has_token; /* else what lies in the stores is known by its own line alone */
        struct test_token token;

        /* What comes of it. */
        size_t count; /* of what there was to verify */
        struct findings findings;
        struct json_object *canaries; /* both as in docs/schema/prove-verify.json */
        struct json_object *crash;    /* NULL: there was none */
        bool whole[RECORD_STORE_END]; /* the crash came through by it */
        bool change_proof;
};

/* Makes room for what comes of it, in one that is otherwise filled in; verification_free() is due. */
void verification_init(struct verification *verification);
void verification_free(struct verification *verification);

/*
 * Whether what comes of it can be remembered, where something is: a canary that is cleared, and whose verdict
 * is not kept, would be missed the next time.
 */
int verification_prepare(const struct verification *verification, struct reason *ret_reason);

/* All of it; the canaries that have their verdict are cleared. */
void verification_run(struct verification *verification);

/*
 * What was verified is remembered, and then not looked for again; in this order, so that nothing is lost.
 * Once it was told.
 */
int verification_settle(const struct verification *verification, struct reason *ret_reason);

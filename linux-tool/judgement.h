/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "cli/options.h"
#include "kdump/settings.h"
#include "linux-tool/options.h"
#include "linux/machine.h"
#include "linux/proof.h"
#include "store/check.h"
#include "store/session.h"

/* What `check` knows of this machine, or of the sources that the command line names, and what it makes of it.
 */

#define UNSEEN_SIZE 480 /* what a line of prose holds */

struct judgement {
        struct session session;
        struct machine machine;
        struct kdump_settings settings;
        bool has_settings;
        struct check_store stores[SOURCES_MAX]; /* of the sources that are no archives */
        struct boot_report boot;
        struct proof proof;
        char release[72];
        struct check_proof proofs[2];
        struct check_facts facts;
        char unseen[UNSEEN_SIZE];
        struct findings findings;
};

/*
 * Looks at everything, and judges it: judgement_free() is due. An error is told; *ret_judgement is as it was
 * then.
 */
int judgement_make(const struct options *options, struct judgement **ret_judgement);
void judgement_free(struct judgement *judgement);

static inline void cleanup_judgement(struct judgement **judgement) {
        judgement_free(*judgement);
}
#define _cleanup_judgement_ __attribute__((cleanup(cleanup_judgement)))

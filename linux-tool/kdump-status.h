/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "cli/options.h"
#include "kdump/judge.h"
#include "kdump/preparation.h"

/* What `kdump status` knows of this machine, and what it makes of it. */
struct kdump_status {
        struct kdump_settings settings;
        struct kdump_facts facts;
        struct kdump_preparation preparation;
        struct kdump_judgement judgement;
};

/*
 * Looks at everything, by the settings that the options name, and judges it: kdump_status_free() is due. An
 * error, of the settings or of memory, is told; *ret_status is as it was then.
 */
int kdump_status_make(const struct options *options, struct kdump_status **ret_status);
void kdump_status_free(struct kdump_status *status);

static inline void cleanup_kdump_status(struct kdump_status **status) {
        kdump_status_free(*status);
}
#define _cleanup_kdump_status_ __attribute__((cleanup(cleanup_kdump_status)))

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/check.h"

/* What store/check.c and store/check-kernel.c share of judging, for nobody else. */

struct judge {
        const struct check_facts *facts;
        struct findings *findings;
        bool lack_told; /* of room for a log */
};

/* Of a store's bytes those that the logs of crashes may take. */
uint64_t check_bytes_for_logs(const struct source_space *space);

/* So many bytes are stored of one crash, as far as that is known. */
uint64_t check_log_bytes_wanted(const struct check_kernel *kernel);

#define REMEDY_SIZE sizeof(((struct finding *) 0)->remedy)

/* A command about this store: of one that was named by --source it is named again. What is cut is no command,
 * but "". */
const char *check_command_about(const struct check_store *store, const char *command,
                                char ret_remedy[REMEDY_SIZE]);

/* What gives a machine without a store a trace all the same. Firmware has no kdump to name, nor has every
 * kernel: "". */
const char *check_command_for_kdump(const struct check_kernel *kernel);

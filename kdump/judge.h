/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "kdump/facts.h"
#include "store/check-kernel.h"
#include "store/finding.h"

/* Will a panic leave a trace, the way that the settings want it? Facts in, verdict out. */

struct kdump_judgement {
        struct crash_path_decision decision; /* what is meant */
        char panic[CHECK_PANIC_SIZE];        /* what a panic would do now, one sentence */
        bool as_meant;                       /* it would leave a trace, and that way */
        struct findings findings;            /* at least one, the gravest first; to be freed */
};

/* `of_load` is what a load would have to tell, which counts only where kdump is meant. */
void kdump_judge(const struct kdump_facts *facts, const struct findings *of_load,
                 struct kdump_judgement *ret_judgement);

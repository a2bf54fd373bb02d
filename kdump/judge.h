/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "kdump/facts.h"
#include "kdump/preparation.h"
#include "store/check.h"

/* Will a panic leave a trace, the way that the settings want it? Facts in, verdict out. */

struct kdump_judgement {
        struct crash_path_decision decision; /* what is meant */
        char panic[320];                     /* what a panic would do now, one sentence */
        bool as_meant;                       /* it would leave a trace, and that way */
        struct check_finding findings[CHECK_FINDINGS_MAX];
        size_t finding_count; /* at least 1 */
};

void kdump_judge(const struct kdump_facts *facts, const struct kdump_preparation *preparation,
                 struct kdump_judgement *ret_judgement);

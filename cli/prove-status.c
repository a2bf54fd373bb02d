/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "cli/prove-status.h"

int prove_status(const struct findings *findings) {
        static const int statuses[] = {
                [VERDICT_OK] = EXIT_DONE,
                [VERDICT_WARNING] = EXIT_FAILED,
                [VERDICT_CRITICAL] = EXIT_FAILED,
                [VERDICT_UNKNOWN] = EXIT_NOTHING,
        };

        return statuses[findings_worst(findings)];
}

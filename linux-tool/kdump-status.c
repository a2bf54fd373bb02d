/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/kdump-status.h"

#include <stdlib.h>

#include "base/error.h"
#include "linux-tool/output/message.h"
#include "linux-tool/verb/kdump-options.h"

int kdump_status_make(const struct options *options, struct kdump_status **ret_status) {
        struct kdump_status *status = calloc(1, sizeof(*status));
        int r;

        if (!status) {
                message_failure("kdump status", ERR_NO_MEMORY);
                return ERR_NO_MEMORY;
        }
        r = kdump_settings_load(options, &status->settings);
        if (r < 0) {
                free(status);
                return r; /* told already */
        }
        kdump_prepare("", &status->settings, &status->preparation);
        kdump_facts_look("", &status->settings, &status->facts);
        kdump_judge(&status->facts, &status->preparation.findings, &status->judgement);
        *ret_status = status;
        return 0;
}

void kdump_status_free(struct kdump_status *status) {
        if (!status)
                return;
        findings_free(&status->judgement.findings);
        kdump_preparation_free(&status->preparation);
        free(status);
}

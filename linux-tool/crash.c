/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/crash.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "kdump/test.h"
#include "linux-tool/output/message.h"

int crash_check_access(void) {
        if (access(TEST_TRIGGER_PATH, W_OK) == 0)
                return 0;
        message_failure(TEST_TRIGGER_PATH, geteuid() == 0 ? ERR_NOT_FOUND : ERR_PERMISSION);
        return ERR_FAILED;
}

int crash_machine(const struct options *options, const struct kdump_settings *settings, const char *question,
                  const struct test_token *token) {
        const char *verb = options->verb->name;
        struct reason reason;
        char answer[16];

        if (!options_have(options, &option_yes)) {
                if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
                        message_error("%s: nobody to ask whether to crash the machine: add --yes", verb);
                        return EXIT_USAGE;
                }
                fprintf(stderr, "%s", question);
                fflush(stderr);
                if (!fgets(answer, sizeof(answer), stdin) || strcmp(answer, "yes\n") != 0) {
                        message_note("nothing was done");
                        return EXIT_FAILED;
                }
        }
        (void) kdump_test_crash("", settings->directory, token, &reason);
        message_error("%s: %s", verb, reason.text);
        return EXIT_FAILED;
}

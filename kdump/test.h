/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "kdump/dump-report.h"
#include "kdump/token.h"
#include "store/finding.h"

#define TEST_TRIGGER_PATH "/proc/sysrq-trigger"

/*
 * Writes the token, a line of the kernel's log with its word, and crashes the machine: it returns only when
 * that did not happen, with why, and then the token is gone and the machine as it was. `root` goes before
 * every path.
 */
int kdump_test_crash(const char *root, const char *directory, const struct test_token *token,
                     struct reason *ret_reason);

/* What came to kdump of a crash that was made on purpose. */
struct test_result {
        bool passed;               /* all that was expected came through */
        bool found;                /* there is a dump of it: */
        struct dump_report report; /* the rest of what is told of it */
        struct findings findings;  /* at least one, the gravest first */
};

/*
 * Looks for the dump whose log has the token's word. `root` goes before `directory`. `image_tool` is the path
 * of makedumpfile, empty when there is none: then the image is not looked into. ERR_NO_MEMORY. The
 * result's findings are to be freed.
 */
int kdump_test_verify(const char *root, const char *directory, const struct test_token *token,
                      const char *image_tool, struct test_result *ret_result);

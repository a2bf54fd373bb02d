/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "kdump/dump-report.h"
#include "kdump/token.h"
#include "store/finding.h"

/* What came of a crash that `kdump test` has made. */
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

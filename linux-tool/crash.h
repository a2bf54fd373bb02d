/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "kdump/settings.h"
#include "kdump/token.h"
#include "linux-tool/options.h"

/* Crashing this machine on purpose, for the verbs that do. */

/* 0, or an error, told, of who may not crash it. */
int crash_check_access(void);

/*
 * Asks, unless there is --yes; where nobody can be asked that is a usage error. `question` is what is to be
 * known, lines with their ends. Then the token is made to last, and the machine crashes: this returns when it
 * did not, with an exit status; what is to be said is told, with the name of the verb.
 */
int crash_machine(const struct options *options, const struct kdump_settings *settings, const char *question,
                  const struct test_token *token);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/text.h"

/*
 * Writes the command line of the crash kernel: what `running`, the running kernel's, has that this machine
 * may need to boot at all or to show a message, then what makes a crash kernel small and always come back,
 * then `append`.
 */
void command_line_make(const char *running, const char *append, struct text *text);

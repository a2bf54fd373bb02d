/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "pstore/cper-describe.h"
#include "pstore/record.h"

/* Room for record_put_description(). */
#define RECORD_DESCRIPTION_SIZE CPER_DESCRIPTION_SIZE

/*
 * What a record holds that is no log, in lines of text: a machine check (pstore/mce.h), or a record that
 * Linux did not make (pstore/cper-describe.h). Returns 1, 0 for a record of another type, which describes
 * itself, or an error with *ret_fault set.
 */
int record_put_description(const struct record *record, struct text *text, struct fault *ret_fault);

/*
 * What happened, in one line, as the title of a crash: of a record of another type, or one that cannot be
 * read, only what it is, "console record".
 */
#define RECORD_TITLE_SIZE CPER_TITLE_SIZE
void record_put_title(const struct record *record, struct text *text);

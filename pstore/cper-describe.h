/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/text.h"
#include "pstore/cper.h"

/* Room for cper_describe(), however hostile the record. */
#define CPER_DESCRIPTION_SIZE 16384

/*
 * A record that Linux did not make, for people: severity, creator, notification type, time, flags, then each
 * section with its type, severity, size, field replaceable unit and fields (UEFI 2.10, N.2.1 and N.2.2,
 * pstore/cper-section.h), as many as there is room for in `text`; the rest is counted, as a record may claim
 * 65535. Lines end in \n; there is no other control character.
 */
void cper_describe(const struct cper_record *record, struct text *text);

/* What happened, as its gravest section says it, in one line; of several sections, how many more. */
#define CPER_TITLE_SIZE 512
void cper_put_title(const struct cper_record *record, struct text *text);

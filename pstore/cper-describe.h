/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/text.h"
#include "pstore/cper.h"

/* So many sections are described, and the rest counted: a record may claim 65535. */
#define CPER_DESCRIBED_SECTIONS 16

/* Room for cper_describe(), however hostile the record. */
#define CPER_DESCRIPTION_SIZE 8192

/*
 * A record that Linux did not make, for people: severity, creator, notification type, time, flags, then each
 * section with its type, severity, size and field replaceable unit (UEFI 2.10, N.2.1 and N.2.2). Lines end in
 * \n; there is no other control character.
 */
void cper_describe(const struct cper_record *record, struct text *text);

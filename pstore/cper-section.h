/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/text.h"
#include "pstore/cper-field.h"
#include "pstore/cper.h"

/* What an error section says, for people (UEFI 2.10, N.2.4 to N.2.10), whoever stored it. */

/* Room for cper_section_put(), however hostile the section. */
#define CPER_SECTION_TEXT_SIZE 5120

/*
 * The fields of the section that its validation bits name and that it is long enough for, in lines that end
 * in \n and begin with two blanks: memory (both), PCI Express with its AER registers, processor generic, x86
 * and Arm, reference to a firmware error record. Of a section of another type the first bytes. No control
 * character but \n.
 */
void cper_section_put(const struct cper_section *section, struct text *text);

/* "fatal memory error: multi-bit ECC, DIMM_A1 (node 0, card 1, module 2)", in one line. */
void cper_section_put_title(const struct cper_section *section, struct text *text);

/*
 * The sections of processors, whose errors and registers follow their fields in structures of their own; and
 * for the title what went wrong in the first of them.
 */
void cper_x86_put(struct bytes body, struct text *text);
void cper_arm_put(struct bytes body, struct text *text);
void cper_x86_put_title(struct bytes body, struct text *text);
void cper_arm_put_title(struct bytes body, struct text *text);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "store/finding.h"

/* What each phase of a preparation (kdump/preparation.h) ends with: a result, or a finding that says why not.
 */

/* A CRITICAL one, for which there is no command. */
void phase_fault(struct findings *findings, const char *text);

/* All zero, to be freed by free(); NULL, and a fault, when there is no memory. */
void *phase_result_new(size_t size, struct findings *findings);

/* Frees the result, and is NULL: for `return phase_failed(…);`. */
void *phase_failed(void *result, const char *why, struct findings *findings);

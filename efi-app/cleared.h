/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/inventory.h"
#include "store/clear.h"

/* Asks whoever is there, as long as console_ask() waits for an answer: whether so many records may go. */
bool cleared_may_go(struct app *app, size_t count);

/* What is said of records that are cleared, a line for each: a clear_report whose context is the struct app.
 */
void cleared_tell_record(void *context, const struct catalog_record *row, int error);

/* And of all together, once flash was asked where it can be: what it holds still is not gone. */
void cleared_tell_result(struct session *session, struct app *app, const struct clear_result *result);

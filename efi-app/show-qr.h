/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/app.h"
#include "store/qr-text.h"

/*
 * Draws what is selected (store/qr-text.h) on the screen as QR codes in turn: each until a key, or for some
 * seconds. They go round until a key ends them, or ten minutes after the last one; once where there is no
 * keyboard. The console is blank afterwards. 0, or an error that has been told.
 */
int show_qr(struct app *app, const struct work *work, enum show_form form);

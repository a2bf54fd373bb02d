/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/app.h"

/*
 * For a person who starts the application without a verb: what crashed, and below it a key for each thing to
 * do. Every entry is a verb, whose output is shown page by page. When no key comes in time
 * (boot_settings_wait(), or 30 s), or there can be no menu, it dumps, as it does where nobody is. Returns an
 * exit status: of the dump, or EXIT_DONE.
 */
int menu_run(struct app *app);

/*
 * Before the firmware, which clears the screen, has it back: waits for a key, for ten seconds or what the
 * settings say, where something was said to somebody.
 */
void menu_linger(struct app *app);

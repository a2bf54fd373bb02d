/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/app.h"
#include "store/check.h"

/*
 * Where this firmware keeps its variables, as far as it tells: the services alone say success also of what a
 * reset takes away, as they answer from memory.
 *
 * A volume of variables is told of by a block protocol (UEFI PI 1.7, volume 3, 3.4.2), unless it is System
 * Management Mode's own, as it is on most machines: then nothing is known.
 */
struct variable_home {
        struct check_variables known;
        struct buffer flash; /* what the volume itself holds; empty where that is not known */
};

/* To be freed in any case. */
void variable_home_look(struct app *app, struct variable_home *ret_home);
void variable_home_free(struct variable_home *home);

/* Whether the volume holds the record of this name: 1, 0, or ERR_NOT_FOUND where there is no volume to ask.
 */
int variable_home_holds(const struct variable_home *home, const char *name);

/*
 * Whether a record that the services say is stored will outlive a reset, as far as anything tells; that it
 * will not is said on the console.
 */
bool variable_home_keeps(struct app *app, const char *name);

/*
 * Whether it holds the same variables as the services tell of, all that are to outlive a reset; true where
 * nothing tells. Firmware writes some at each start, so flash that takes nothing differs soon.
 */
bool variable_home_agrees(const struct variable_home *home, struct app *app);

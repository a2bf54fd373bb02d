/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/*
 * The directory that libefivar takes for efivarfs. It is fixed before main() runs, so a test program starts
 * itself again with one of its own; its tests empty it and fill it anew.
 */

/* NULL in the program that was not started again yet. */
const char *efivars_directory(void);

/* Starts this program again, with a new directory. Returns 1 when that cannot be. */
int efivars_directory_start_again(char **arguments);

/* Empties it: a setup of cmocka. */
int efivars_directory_make_empty(void **state);

void efivars_directory_remove(void);

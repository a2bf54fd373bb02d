/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "capture/steps.h"

/*
 * Loads what `directory`/order names, in that order, and unlinks each file: it is memory. One that is loaded
 * or built in already is no error; one that fails is told, and the next is tried. Without the file "order"
 * there is nothing to do.
 */
void module_load_all(const char *directory, struct steps *steps);

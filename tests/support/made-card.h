/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux/route.h"

#define MADE_CARD_MAC "52:54:00:12:34:56"

/* A network card of this name in <root>/sys, whose MAC is the one above for "eth0". */
void made_card_put(const char *root, const char *name);

/* To something behind a router, by eth0. */
extern const struct route made_card_route;

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/catalog.h"

/*
 * What a person sees first, in lines that fit on any console: at most 79 columns. Nothing but the catalog is
 * looked at, so it is there as soon as the stores are read. Lines are appended to the buffer, which keeps an
 * error.
 */

/* What crashed, when, which kernel, and how much of the log is there: five lines, six where parts are
 * missing. */
void first_screen_put_event(const struct catalog *catalog, const struct event *event, struct buffer *lines);

/* Two lines, behind this key. */
void first_screen_put_choice(const struct catalog *catalog, const struct event *event, char key,
                             struct buffer *lines);

/* What there is besides the newest event; nothing where there is nothing else. */
void first_screen_put_rest(const struct catalog *catalog, struct buffer *lines);

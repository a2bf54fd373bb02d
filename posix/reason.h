/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/*
 * Why something cannot be done, as one line for people: "WHAT: why". What is longer is cut.
 */
struct reason {
        char text[512];
};

/* Fills the reason and hands `error` on: for `return reason_set(…);`. */
int reason_set(struct reason *ret_reason, int error, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

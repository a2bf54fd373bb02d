/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/*
 * Why something cannot be done, as one line for people: "WHAT: why". What is longer is cut.
 */
struct kdump_reason {
        char text[512];
};

/* Fills the reason and hands `error` on: for `return kdump_reason_set(…);`. */
int kdump_reason_set(struct kdump_reason *ret_reason, int error, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

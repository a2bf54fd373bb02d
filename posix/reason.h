/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/*
 * Why something cannot be done, as one line for people: "WHAT: why". What is longer is cut.
 *
 * It is the text of an error, for the caller of the function that failed, and neither a verdict nor a remedy:
 * how grave it is depends on what it was wanted for, which the caller knows. What is told of a machine, with
 * both, is a struct finding (store/finding.h), which a reason becomes once, where it is judged.
 */
struct reason {
        char text[512];
};

/* Fills the reason and hands `error` on: for `return reason_set(…);`. */
int reason_set(struct reason *ret_reason, int error, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

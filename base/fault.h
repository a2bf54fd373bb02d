/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

/*
 * Where and why untrusted bytes are malformed, so that a front end can say "FILE: offset 20: record length:
 * larger than the record". The texts have static storage. Valid only after a function returned an error of
 * the input group and its contract names the fault.
 */
struct fault {
        size_t offset;      /* bytes from the start of the view that was given */
        const char *field;  /* in the words of the specification */
        const char *reason; /* completes "FIELD: REASON" */
};

/* Fills the fault and hands `error` on: for `return fault_at(…);`. */
static inline int fault_at(struct fault *ret_fault, int error, size_t offset, const char *field,
                           const char *reason) {
        *ret_fault = (struct fault){ .offset = offset, .field = field, .reason = reason };
        return error;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <json-c/json.h>

#include "tests/support/test.h"

/* What is known of the crash stores of the corpus: the truth.json beside each of them. */

/* That of "crash/<folder>", which must be there; json_object_put() is due. */
struct json_object *crash_truth_open(const char *folder);

/* Fails the test when there is none. */
struct json_object *crash_truth_member(struct json_object *object, const char *name);

/* Asserts that a record's bytes have the SHA-256 that its truth says. */
void crash_truth_assert_digest(struct json_object *truth, struct bytes bytes);

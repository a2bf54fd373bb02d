/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/json.h"
#include "store/check.h"

/*
 * The document of `check`, docs/schema/check.json, but for its end: what only a running kernel has, "proofs",
 * "boot" and "kernel", the caller adds.
 */
void check_begin_json(struct json_writer *json, const struct check_facts *facts,
                      const struct findings *findings);

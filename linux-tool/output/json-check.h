/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <json-c/json.h>

#include "store/check.h"

/* The whole document of `check`, docs/schema/check.json. */
struct json_object *json_from_check(const struct check_facts *facts, const struct findings *findings);

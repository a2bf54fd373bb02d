/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <json-c/json.h>

#include "store/finding.h"

/* An array of {"verdict", "text", "remedy"}, docs/schema/check.json. */
struct json_object *json_from_findings(const struct findings *findings);

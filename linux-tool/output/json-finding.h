/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <json-c/json.h>

#include "store/check.h"

/* An array of {"verdict", "text", "remedy"}, as `check` and `kdump status` have it. */
struct json_object *json_from_findings(const struct check_finding *findings, size_t count);

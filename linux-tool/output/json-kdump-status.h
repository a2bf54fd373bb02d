/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <json-c/json.h>

#include "linux-tool/kdump-status.h"

/* The whole document of `kdump status`, docs/schema/kdump-status.json. */
struct json_object *json_from_kdump_status(const struct kdump_status *status);

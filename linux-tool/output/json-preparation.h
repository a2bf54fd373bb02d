/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <json-c/json.h>

#include "kdump/preparation.h"

/* What `kdump status` and `kdump load` both say, docs/schema/common.json. */

/* Reserved and needed memory. */
struct json_object *json_from_crash_memory(const struct kdump_preparation *preparation);

/* Whether the kernel is unpacked before it is loaded; null without one. */
struct json_object *json_from_unpacking(const struct kdump_preparation *preparation);

/* Where dumps go; null for NULL, when that could not be found. */
struct json_object *json_from_crash_target(const struct kdump_place *place);

/* Where the sealed log is sent to; null where it is not. */
struct json_object *json_from_collector(const struct kdump_collector *collector);

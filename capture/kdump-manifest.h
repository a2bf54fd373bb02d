/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/allocator.h"
#include "capture/save.h"

/* manifest.json of a dump that kdump made, docs/schema/kdump-manifest.json. */
void kdump_manifest_put(const struct save_job *job, const struct save_result *result, const char *dumped_by,
                        struct buffer *buffer);

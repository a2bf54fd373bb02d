/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux-tool/options.h"

/* What the command can do; each is in a file of its own. */
extern const struct verb verb_check;
extern const struct verb verb_list;
extern const struct verb verb_show;
extern const struct verb verb_dump;
extern const struct verb verb_write;
extern const struct verb verb_clear;
extern const struct verb verb_erst;
extern const struct verb verb_kdump_status;
extern const struct verb verb_kdump_setup;
extern const struct verb verb_kdump_load;
extern const struct verb verb_kdump_unload;
extern const struct verb verb_kdump_capture;
extern const struct verb verb_kdump_test;

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "capture/seal.h"

/* The text as <root>/log, and sealed to the key as <root>/log.sealed. */
void made_seal_put(const char *root, const struct seal_key *public_key, const char *log);

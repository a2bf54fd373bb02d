/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/bytes.h"
#include "codec/qr-code.h"

/* libqrencode, which is opened where it is installed. */
bool qr_oracle_is_there(void);

/*
 * Encodes the text, which is not empty, and compares each module with libqrencode's, or that both refuse it.
 * NULL when they agree, or what does not.
 */
const char *qr_compare(struct bytes text, unsigned version, enum qr_level level);

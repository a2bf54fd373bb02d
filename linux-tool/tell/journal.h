/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux-tool/tell/news.h"

/*
 * Hands one entry to systemd's journal: 0 when that has taken it. ERR_NOT_FOUND where no journal is,
 * ERR_NOT_SUPPORTED where there is no libsystemd, ERR_TIMEOUT when it did not take it within the patience, or
 * what the system says.
 */
int journal_tell(const struct crash_news *news, const struct news_ways *ways);

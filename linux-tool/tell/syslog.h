/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "linux-tool/tell/news.h"

/*
 * Writes one line to syslog's socket, of the facility "daemon" and the priority "critical". syslog(3) is not
 * used, as it tells no error and waits without a bound. ERR_NOT_FOUND where nothing is, ERR_TIMEOUT, or what
 * the system says.
 */
int syslog_tell(const struct crash_news *news, const struct news_ways *ways);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "crash/crash.h"

/*
 * The trace behind the line of a problem, and the function that it is about: crash->problem is set before;
 * frames, modules and function are set here.
 */
void crash_trace_read(struct bytes log, struct crash *crash);

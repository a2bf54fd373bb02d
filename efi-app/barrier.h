/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/*
 * What was read and written before it, in memory and in devices, is done before what comes after. Each
 * architecture has its own, in the directory of its name.
 */
void barrier_wait(void);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* The one translator of the system's error numbers; ERR_IO for those that tell no more than that. */
int errno_to_error(int number);

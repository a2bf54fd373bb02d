/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

/*
 * Reads a kernel log to its end and finds the line that says why the kernel died, without the time before it:
 * the last "Kernel panic - not syncing", else the last "BUG: ", else the last "Oops". What is not printable
 * ASCII becomes '?'. ERR_NOT_FOUND when there is none, and then the message is empty.
 */
int log_message_read(int fd, char *ret_message, size_t size);

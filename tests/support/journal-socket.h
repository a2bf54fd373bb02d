/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/*
 * What libsystemd sends to the journal goes to another socket: sendmsg() is defined in journal-socket.c,
 * which the Makefile links into the tests that name this header, and a program's own comes before libc's.
 * What goes elsewhere is passed on as it is.
 */

/* From here on the journal's socket is this one; NULL: its own. The path has to stay. */
void journal_socket_set(const char *path);

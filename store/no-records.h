/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/session.h"

/*
 * What is said where nothing was found: "no records in pstorefs (/sys/fs/pstore), kdump; not on this machine:
 * efivarfs". Whoever reads it sees what was looked at, and what a directory is that was named. The session is
 * loaded.
 */
void no_records_describe(const struct session *session, struct text *text);

/* Holds it for all the sources that are in a session without being named; longer ones are cut. */
#define NO_RECORDS_SIZE 1024

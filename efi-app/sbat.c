/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * What shim asks of whatever it starts: a list of components with their generations, of which it refuses
 * those that have been revoked (https://github.com/rhboot/shim/blob/main/SBAT.md). Our generation is raised
 * by whoever mends something through which Secure Boot could be got around, and at no other time. The last
 * column is free: where to look for more.
 */
#define SBAT                                                                                                 \
        "sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"                      \
        "pstore-fw,1,The pstore-fw authors,pstore-fw," VERSION ",docs/APPLICATION.md\n"

static const char sbat[] __attribute__((section(".sbat"), used)) = SBAT;

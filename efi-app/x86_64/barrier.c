/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/barrier.h"

/* Firmware maps devices uncached, and such accesses wait for all before them by themselves; so do ports. */
void barrier_wait(void) {
        __asm__ volatile("" : : : "memory");
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/barrier.h"

/* Memory and devices are in no order with each other but by this (DSB in the Arm Architecture Reference
 * Manual). */
void barrier_wait(void) {
        __asm__ volatile("dsb sy" : : : "memory");
}

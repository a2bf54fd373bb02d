/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Prints the time stamp counter: with QEMU's -icount shift=0 all instructions since the reset. */
#include <stdio.h>
#include <x86intrin.h>

int main(void) {
        printf("%llu\n", (unsigned long long) __rdtsc());
        return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>

/* What a function leaves as it found it (AAPCS64), without the vector registers, which nothing here uses; x18
 * is the platform's. */

__attribute__((naked)) int setjmp(jmp_buf place) {
        __asm__("mov x1, sp\n"
                "stp x19, x20, [x0]\n"
                "stp x21, x22, [x0, #16]\n"
                "stp x23, x24, [x0, #32]\n"
                "stp x25, x26, [x0, #48]\n"
                "stp x27, x28, [x0, #64]\n"
                "stp x29, x30, [x0, #80]\n"
                "str x1, [x0, #96]\n"
                "mov w0, #0\n"
                "ret");
}

__attribute__((naked)) void longjmp(jmp_buf place, int value) {
        __asm__("ldp x19, x20, [x0]\n"
                "ldp x21, x22, [x0, #16]\n"
                "ldp x23, x24, [x0, #32]\n"
                "ldp x25, x26, [x0, #48]\n"
                "ldp x27, x28, [x0, #64]\n"
                "ldp x29, x30, [x0, #80]\n"
                "ldr x2, [x0, #96]\n"
                "mov sp, x2\n"
                "mov w0, w1\n"
                "ret");
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>

/* What a function leaves as it found it, by Microsoft's convention without the vector registers, which
 * nothing here uses. */

__attribute__((naked)) int setjmp(jmp_buf place) {
        __asm__("movq %rbx, (%rcx)\n"
                "movq %rbp, 8(%rcx)\n"
                "movq %rdi, 16(%rcx)\n"
                "movq %rsi, 24(%rcx)\n"
                "movq %r12, 32(%rcx)\n"
                "movq %r13, 40(%rcx)\n"
                "movq %r14, 48(%rcx)\n"
                "movq %r15, 56(%rcx)\n"
                "leaq 8(%rsp), %rax\n" /* as it is once this has returned */
                "movq %rax, 64(%rcx)\n"
                "movq (%rsp), %rax\n"
                "movq %rax, 72(%rcx)\n"
                "xorl %eax, %eax\n"
                "retq");
}

__attribute__((naked)) void longjmp(jmp_buf place, int value) {
        __asm__("movq (%rcx), %rbx\n"
                "movq 8(%rcx), %rbp\n"
                "movq 16(%rcx), %rdi\n"
                "movq 24(%rcx), %rsi\n"
                "movq 32(%rcx), %r12\n"
                "movq 40(%rcx), %r13\n"
                "movq 48(%rcx), %r14\n"
                "movq 56(%rcx), %r15\n"
                "movq 64(%rcx), %rsp\n"
                "movl %edx, %eax\n"
                "jmpq *72(%rcx)");
}

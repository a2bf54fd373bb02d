/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdio.h>
#include <sys/types.h>

/*
 * A program between us and the terminal that shows a long text page by page, chosen as journalctl does it:
 * $PAGER, which is a program with its arguments and not a command of the shell, else less, else more. Empty
 * or "cat" it is none, and a terminal that is "dumb" has none. LESS is FRSXMK unless the user has it: what
 * fits on the screen is shown and that is all.
 *
 * Who has another's rights, as by sudo, gets less alone, with LESSSECURE: any other pager may start a shell.
 */
struct pager {
        pid_t child;  /* 0: there is none */
        FILE *stream; /* what it shows is written there, and closed by pager_close(); write() gives EPIPE when
                         the reader has seen enough */
};

/* Where there is none the pager is all zeros. From then on Ctrl-C is for the pager alone. */
void pager_open(struct pager *ret_pager);

/* Says that all is written, and waits until the reader is done. Nothing without a pager. */
void pager_close(struct pager *pager);

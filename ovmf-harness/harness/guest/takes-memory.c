// SPDX-License-Identifier: BSD-2-Clause-Patent
/* In place of makedumpfile: takes memory until the kernel kills it. */

#include <stdlib.h>
#include <string.h>

#define PIECE (1024 * 1024)

int main(void) {
        for (;;) {
                char *piece = malloc(PIECE);

                if (piece)
                        memset(piece, 1, PIECE);
        }
}

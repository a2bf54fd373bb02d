// SPDX-License-Identifier: BSD-2-Clause-Patent
/* In place of makedumpfile: sleeps, and hears no signal that can be ignored. */

#include <signal.h>
#include <unistd.h>

int main(void) {
        (void) signal(SIGTERM, SIG_IGN);
        for (;;)
                (void) pause();
}

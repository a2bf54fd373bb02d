// SPDX-License-Identifier: BSD-2-Clause-Patent
/* A watchdog's daemon: pings /dev/watchdog0, which has a timeout of so many seconds, until the kernel dies. */

#include <fcntl.h>
#include <linux/watchdog.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(int argc, char **argv) {
        int fd = open("/dev/watchdog0", O_WRONLY), seconds = argc > 1 ? atoi(argv[1]) : 0;

        if (fd < 0 || ioctl(fd, WDIOC_SETTIMEOUT, &seconds) < 0)
                return 1;
        for (;;) {
                (void) ioctl(fd, WDIOC_KEEPALIVE, 0);
                usleep(500000);
        }
}

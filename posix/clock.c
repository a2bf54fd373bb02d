/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "posix/clock.h"

#include <errno.h>
#include <time.h>

uint64_t clock_ms(void) {
        struct timespec now;

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

void clock_sleep_us(uint64_t us) {
        struct timespec left = { .tv_sec = (time_t) (us / 1000000), .tv_nsec = (long) (us % 1000000) * 1000 };

        while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
                ;
}

void clock_sleep_ms(uint64_t ms) {
        clock_sleep_us(ms * 1000);
}

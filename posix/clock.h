/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* Milliseconds since the kernel started; never goes back. Deadlines are times of this clock. */
uint64_t clock_ms(void);

/* How long it is until the deadline: 0 when it is over. */
static inline uint64_t clock_left_ms(uint64_t deadline_ms) {
        uint64_t now = clock_ms();

        return now < deadline_ms ? deadline_ms - now : 0;
}

/* So long from now, but no longer than until half of what is left of the deadline is over. */
static inline uint64_t clock_within_half(uint64_t deadline_ms, uint64_t wanted_ms) {
        uint64_t half_ms = clock_left_ms(deadline_ms) / 2;

        return clock_ms() + (wanted_ms < half_ms ? wanted_ms : half_ms);
}

void clock_sleep_ms(uint64_t ms);
void clock_sleep_us(uint64_t us);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/efi-app/fixture.h"

#define NOON 1709210119 /* what the fake's clock shows, were it UTC */

static void assert_seconds(uint64_t wanted) {
        assert_int_equal(clock_seconds(&app), wanted);
}

static void test_a_clock_without_a_zone_is_utc(NO_STATE) {
        assert_seconds(NOON);
        fake->now.TimeZone = 0;
        assert_seconds(NOON);
}

/* UEFI 2.10, 8.3: Localtime = UTC - TimeZone */
static void test_a_zone(NO_STATE) {
        fake->now.TimeZone = 300;
        assert_seconds(NOON + 300 * 60);
        fake->now.TimeZone = -1440;
        assert_seconds(NOON - 86400);
        fake->now.TimeZone = 1440;
        assert_seconds(NOON + 86400);
}

static void test_a_zone_that_cannot_be_is_none(NO_STATE) {
        fake->now.TimeZone = 1441;
        assert_seconds(NOON);
        fake->now.TimeZone = -1441;
        assert_seconds(NOON);
        fake->now.TimeZone = -32768;
        assert_seconds(NOON);
}

static void test_no_clock(NO_STATE) {
        fake->time_status = EFI_DEVICE_ERROR;
        assert_seconds(0);
        fake->time_status = EFI_SUCCESS;
        fake->now.Month = 13;
        assert_seconds(0);
        memset(&fake->now, 0xff, sizeof(fake->now));
        assert_seconds(0);
}

/* Some firmware starts there when its battery is empty. */
static void test_1970_west_of_greenwich(NO_STATE) {
        fake->now = (EFI_TIME){ .Year = 1970, .Month = 1, .Day = 1, .Hour = 1, .TimeZone = -120 };
        assert_seconds(0);
        fake->now.Hour = 3;
        assert_seconds(3600);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_a_clock_without_a_zone_is_utc), TEST(test_a_zone),
                TEST(test_a_zone_that_cannot_be_is_none), TEST(test_no_clock),
                TEST(test_1970_west_of_greenwich),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}

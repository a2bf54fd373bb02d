/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/timestamp.h"
#include "efi-app/app.h"

#define ZONE_MINUTES_MAX 1440

uint64_t clock_seconds(const struct app *app) {
        struct civil_time civil;
        uint64_t seconds;
        int64_t utc;
        EFI_TIME time;

        if (EFI_ERROR(app->runtime->GetTime(&time, NULL)))
                return 0;
        civil = (struct civil_time){
                .year = time.Year,
                .month = time.Month,
                .day = time.Day,
                .hour = time.Hour,
                .minute = time.Minute,
                .second = time.Second,
        };
        if (timestamp_from_civil(&civil, &seconds) < 0)
                return 0;
        utc = (int64_t) seconds;
        /* UEFI 2.10, 8.3: TimeZone is in minutes with Localtime = UTC - TimeZone; 2047 is "unspecified". */
        if (time.TimeZone >= -ZONE_MINUTES_MAX && time.TimeZone <= ZONE_MINUTES_MAX)
                utc += (int64_t) time.TimeZone * 60;
        return utc > 0 ? (uint64_t) utc : 0;
}

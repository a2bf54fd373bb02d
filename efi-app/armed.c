/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/armed.h"

#include "base/memory.h"
#include "pstore/boot-report.h"

#define NAME_UNITS (2 * CANARY_SEED_SIZE + 1)

/* The canary's own name, of a vendor that is ours. */
static EFI_GUID key_of(const struct canary *canary, CHAR16 ret_name[NAME_UNITS]) {
        EFI_GUID vendor;

        for (size_t i = 0; i < NAME_UNITS; i++)
                ret_name[i] = (CHAR16) canary->seed[i];
        memcpy(&vendor, &boot_report_vendor, sizeof(vendor));
        return vendor;
}

void armed_note(struct app *app, const struct canary *canary) {
        CHAR16 name[NAME_UNITS];
        EFI_GUID vendor = key_of(canary, name);
        UINT8 armed = 1;

        (void) app->runtime->SetVariable(name, &vendor, EFI_VARIABLE_BOOTSERVICE_ACCESS, sizeof(armed),
                                         &armed);
}

bool armed_since_reset(const struct app *app, const struct canary *canary) {
        CHAR16 name[NAME_UNITS];
        EFI_GUID vendor = key_of(canary, name);
        UINT8 armed;
        UINTN size = sizeof(armed);

        return !EFI_ERROR(app->runtime->GetVariable(name, &vendor, NULL, &size, &armed));
}

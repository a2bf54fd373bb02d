/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/armed.h"

/* Ours, and of nothing else. */
#define VENDOR                                                                                               \
        {                                                                                                    \
                0x4ab8a1f6, 0x0d7c, 0x4c5e, {                                                                \
                        0x9d, 0x1b, 0x6e, 0x53, 0x2f, 0x80, 0xc7, 0x39                                       \
                }                                                                                            \
        }

#define NAME_UNITS (2 * CANARY_SEED_SIZE + 1)

/* The canary's own name. */
static void name_of(const struct canary *canary, CHAR16 ret_name[NAME_UNITS]) {
        for (size_t i = 0; i < NAME_UNITS; i++)
                ret_name[i] = (CHAR16) canary->seed[i];
}

void armed_note(struct app *app, const struct canary *canary) {
        EFI_GUID vendor = VENDOR;
        CHAR16 name[NAME_UNITS];
        UINT8 armed = 1;

        name_of(canary, name);
        (void) app->runtime->SetVariable(name, &vendor, EFI_VARIABLE_BOOTSERVICE_ACCESS, sizeof(armed),
                                         &armed);
}

bool armed_since_reset(const struct app *app, const struct canary *canary) {
        EFI_GUID vendor = VENDOR;
        CHAR16 name[NAME_UNITS];
        UINT8 armed;
        UINTN size = sizeof(armed);

        name_of(canary, name);
        return !EFI_ERROR(app->runtime->GetVariable(name, &vendor, NULL, &size, &armed));
}

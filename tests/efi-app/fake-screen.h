/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>
#include <stdbool.h>

/*
 * A screen of pixels that is filled. Whatever is on it when all of it is filled anew was a picture, and is
 * kept: black is 1.
 */
#define FAKE_PICTURES_MAX 80

struct fake_screen {
        EFI_GRAPHICS_OUTPUT_PROTOCOL protocol; /* first */
        EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE mode;
        EFI_GRAPHICS_OUTPUT_MODE_INFORMATION info;
        bool on_console; /* the console's handle has it; else it has to be looked for */
        bool is_there;
        bool forgets;     /* keeps no pictures */
        unsigned fail_at; /* this fill fails, from 1; 0: none */
        unsigned fills;
        unsigned char *pixels; /* now */
        unsigned char *pictures[FAKE_PICTURES_MAX];
        unsigned picture_count;
};

/* Not there until it has a size. */
void fake_screen_init(struct fake_screen *screen);
void fake_screen_free(struct fake_screen *screen);
void fake_screen_set_size(struct fake_screen *screen, unsigned width, unsigned height);

bool fake_screen_is_protocol(const EFI_GUID *guid);

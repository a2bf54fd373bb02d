/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/efi-app/fake-screen.h"

#include "tests/support/test.h"

static size_t pixel_count(const struct fake_screen *screen) {
        return (size_t) screen->info.HorizontalResolution * screen->info.VerticalResolution;
}

static void keep_picture(struct fake_screen *screen) {
        if (screen->forgets)
                return;
        assert_true(screen->picture_count < FAKE_PICTURES_MAX);
        screen->pictures[screen->picture_count++] =
                memcpy(malloc(pixel_count(screen)), screen->pixels, pixel_count(screen));
}

/* UEFI 2.10, 12.9.2: of a fill only the pixel, the destination and the size are used. */
static EFI_STATUS EFIAPI blt(EFI_GRAPHICS_OUTPUT_PROTOCOL *this, EFI_GRAPHICS_OUTPUT_BLT_PIXEL *pixel,
                             EFI_GRAPHICS_OUTPUT_BLT_OPERATION operation, UINTN source_x, UINTN source_y,
                             UINTN x, UINTN y, UINTN width, UINTN height, UINTN delta) {
        struct fake_screen *screen = (struct fake_screen *) this;
        UINTN screen_width = screen->info.HorizontalResolution;

        (void) source_x;
        (void) source_y;
        (void) delta;
        assert_int_equal(operation, EfiBltVideoFill);
        assert_true(width > 0 && height > 0 && x + width <= screen_width &&
                    y + height <= screen->info.VerticalResolution);
        assert_true(pixel->Red == pixel->Green && pixel->Green == pixel->Blue &&
                    (uint8_t) (pixel->Red + 1) < 2);
        if (++screen->fills == screen->fail_at)
                return EFI_DEVICE_ERROR;
        if (width * height == pixel_count(screen))
                keep_picture(screen);
        for (UINTN line = y; line < y + height; line++)
                memset(screen->pixels + line * screen_width + x, pixel->Red == 0, width);
        return EFI_SUCCESS;
}

void fake_screen_init(struct fake_screen *screen) {
        *screen = (struct fake_screen){ .protocol = { .Blt = blt, .Mode = &screen->mode } };
        screen->mode.Info = &screen->info;
}

void fake_screen_free(struct fake_screen *screen) {
        for (unsigned i = 0; i < screen->picture_count; i++)
                free(screen->pictures[i]);
        screen->picture_count = 0;
        free(screen->pixels);
        screen->pixels = NULL;
}

void fake_screen_set_size(struct fake_screen *screen, unsigned width, unsigned height) {
        fake_screen_free(screen);
        screen->is_there = screen->on_console = true;
        screen->info.HorizontalResolution = width;
        screen->info.VerticalResolution = height;
        screen->pixels = calloc(1, pixel_count(screen) + 1);
}

bool fake_screen_is_protocol(const EFI_GUID *guid) {
        static const EFI_GUID graphics_output = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;

        return memcmp(guid, &graphics_output, sizeof(graphics_output)) == 0;
}

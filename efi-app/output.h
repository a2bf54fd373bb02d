/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi-app/esp-dump-target.h"

/*
 * Where copies go: --output, or \EFI\pstore-fw\dumps of the volume that the application was started from.
 * Nothing else is ever taken by itself.
 */
extern const struct option option_output;

#define OUTPUT_PATH_SIZE 512

struct output {
        struct esp esp;
        char path[OUTPUT_PATH_SIZE]; /* on the volume, from its root on */
        struct esp_directory directory;
};

/* "\EFI\pstore-fw\dumps", "fs1:\EFI\pstore-fw\dumps", "fs1:\copies" */
void output_put_name(const struct app *app, struct text *text);

/* The same for whoever has to find it: what the volume is called, with its label, where no place is named. */
void output_put_volume(struct app *app, struct text *text);

/*
 * Opens the volume that the options name. ERR_NOT_FOUND for one that is not there, ERR_NO_MEDIUM when the
 * application was not started from a volume and none is named, or it is gone, or what the volume says.
 * output_close() is due either way. `output` must not move.
 */
int output_open(struct output *output, struct app *app);
void output_close(struct output *output);

/* The volumes that could be written, each with the command that does it; a line where there is none. */
void output_offer_others(struct app *app);

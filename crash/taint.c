/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "crash/taint.h"
#include "base/arith.h"

/* Linux, Documentation/admin-guide/tainted-kernels.rst. 'G' says only that there is no 'P'. */
static const struct {
        uint8_t letter;
        const char *words;
} rows[] = {
        { 'P', "a proprietary module" },
        { 'F', "a module that was loaded by force" },
        { 'S', "a processor or system out of its specification" },
        { 'R', "a module that was unloaded by force" },
        { 'M', "a machine check" },
        { 'B', "a damaged page" },
        { 'U', "asked for by a program" },
        { 'D', "an earlier oops or BUG" },
        { 'A', "an ACPI table that was replaced" },
        { 'W', "an earlier warning" },
        { 'C', "a driver from staging" },
        { 'I', "a work-around for a firmware bug" },
        { 'O', "a module from outside the kernel's tree" },
        { 'E', "an unsigned module" },
        { 'L', "an earlier soft lockup" },
        { 'K', "a live patch" },
        { 'X', "the distribution's own mark" },
        { 'T', "a randomised layout of structures" },
        { 'N', "a test within the kernel" },
        { 'J', "fwctl's debug access" },
};

const char *crash_taint_words(uint8_t letter) {
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                if (rows[i].letter == letter)
                        return rows[i].words;
        return NULL;
}

bool crash_taint_letters(struct bytes word) {
        for (size_t i = 0; i < word.size; i++)
                if (word.data[i] != 'G' && !crash_taint_words(word.data[i]))
                        return false;
        return word.size > 0;
}

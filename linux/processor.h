/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* The processors that the project has programs for, and what others call them. */
struct processor {
        const char *name;        /* by uname(2) */
        const char *application; /* the file of ours for its firmware */
        unsigned pe_machine;     /* of that, and of all that its firmware starts (linux/pe-image.h) */
        uint16_t elf_machine;    /* of its programs: EM_… of <elf.h> */
};

/* By uname(2)'s name; NULL: none of them. */
const struct processor *processor_find(const char *name);

/* That of the running kernel; NULL: none of them. */
const struct processor *processor_running(void);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux/processor.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/arith.h"
#include "linux/pe-image.h"

static const struct processor processors[] = {
        { "x86_64", "pstore-fwx64.efi", PE_MACHINE_X86_64, EM_X86_64 },
        { "aarch64", "pstore-fwaa64.efi", PE_MACHINE_AARCH64, EM_AARCH64 },
};

const struct processor *processor_find(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(processors); i++)
                if (strcmp(name, processors[i].name) == 0)
                        return &processors[i];
        return NULL;
}

const struct processor *processor_running(void) {
        struct utsname system;

        return uname(&system) == 0 ? processor_find(system.machine) : NULL;
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

/* Made-up kernel modules and a made-up /sys below a scratch directory. Fails the test when it cannot. */

struct made_module {
        const char *name;    /* as its file is called */
        const char *alias;   /* NULL: none */
        const char *exports; /* a symbol; NULL: none */
        const char *needs;   /* a symbol of another module */
        const char *softdep; /* "pre: crc32c" */
};

/* Assembles them below <root>/lib/modules/<release>, and has depmod make the indexes. `built_in` are the
 * lines of modules.builtin. */
void module_tree_make(const char *root, const char *release, const struct made_module *modules, size_t count,
                      const char *built_in);

/* Makes the directories above `name`, and the file. */
void module_tree_put(const char *root, const char *name, const char *content);

/* Makes the directories above `name`, and the link. */
void module_tree_link(const char *root, const char *name, const char *target);

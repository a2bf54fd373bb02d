/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/module-tree.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/scratch.h"
#include "tests/support/test.h"

#define PATH_SIZE 4200

static void make_parents(const char *root, const char *name, char path[PATH_SIZE]) {
        snprintf(path, PATH_SIZE, "%s%s", root, name);
        for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
                *slash = '\0';
                (void) mkdir(path, 0700);
                *slash = '/';
        }
}

void module_tree_put(const char *root, const char *name, const char *content) {
        char path[PATH_SIZE];

        make_parents(root, name, path);
        scratch_write(path, text_view(content));
}

void module_tree_link(const char *root, const char *name, const char *target) {
        char path[PATH_SIZE];

        make_parents(root, name, path);
        assert_int_equal(symlink(target, path), 0);
}

static void run(const char *command) {
        assert_int_equal(system(command), 0);
}

static void put_text(struct text *source, const char *section, const char *key, const char *value) {
        if (value)
                text_format(source, ".section %s,\"a\"\n.asciz \"%s%s\"\n", section, key, value);
}

/* As depmod reads it: what a module exports stands in __ksymtab_strings, what it needs is undefined. */
static void make_module(const char *root, const char *folder, const struct made_module *module) {
        char source[2048], path[PATH_SIZE], command[3 * PATH_SIZE];
        struct text text = TEXT_ON(source);

        put_text(&text, ".modinfo", "license=", "BSD");
        put_text(&text, ".modinfo", "alias=", module->alias);
        put_text(&text, ".modinfo", "softdep=", module->softdep);
        put_text(&text, "__ksymtab_strings", "", module->exports);
        if (module->needs)
                text_format(&text, ".data\n.quad %s\n", module->needs);
        snprintf(path, sizeof(path), "%s/kernel/%s.s", folder, module->name);
        module_tree_put(root, path, source);
        snprintf(command, sizeof(command), "cd '%s%s/kernel' && as -o %s.ko %s.s && rm %s.s", root, folder,
                 module->name, module->name, module->name);
        run(command);
}

void module_tree_make(const char *root, const char *release, const struct made_module *modules, size_t count,
                      const char *built_in) {
        char folder[256], path[512], command[PATH_SIZE];

        snprintf(folder, sizeof(folder), "/lib/modules/%s", release);
        for (size_t i = 0; i < count; i++)
                make_module(root, folder, &modules[i]);
        snprintf(path, sizeof(path), "%s/modules.builtin", folder);
        module_tree_put(root, path, built_in);
        snprintf(path, sizeof(path), "%s/modules.order", folder);
        module_tree_put(root, path, "");
        snprintf(path, sizeof(path), "%s/modules.builtin.modinfo", folder);
        module_tree_put(root, path, "");
        snprintf(command, sizeof(command), "PATH=$PATH:/usr/sbin:/sbin depmod -b '%s' '%s'", root, release);
        run(command);
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "kdump/modules.h"

#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"
#include "linux/block-device.h"
#include "linux/system-file.h"
#include "posix/memory.h"

struct search {
        const struct kdump_modules_request *request;
        struct kmod_ctx *kmod;
        struct kdump_modules modules; /* KDUMP_MODULES_MAX of them */

        /* Those on their way into the list, so that modules which want each other do not do so for ever. */
        char entered[KDUMP_MODULES_MAX][64];
        size_t entered_count;
        struct reason *reason;
};

static bool is_entered(const struct search *search, const char *name) {
        for (size_t i = 0; i < search->entered_count; i++)
                if (strcmp(search->entered[i], name) == 0)
                        return true;
        return false;
}

static int too_many(struct search *search) {
        return reason_set(search->reason, ERR_TOO_LARGE, "kernel %s: more than %d modules are needed",
                          search->request->release, KDUMP_MODULES_MAX);
}

static int enter(struct search *search, const char *name) {
        char *place = search->entered[search->entered_count];

        if (search->entered_count == KDUMP_MODULES_MAX)
                return too_many(search);
        if ((size_t) snprintf(place, sizeof(search->entered[0]), "%s", name) >= sizeof(search->entered[0]))
                return reason_set(search->reason, ERR_TOO_LARGE, "module %s: too long a name", name);
        search->entered_count++;
        return 0;
}

static int append(struct search *search, const char *name, const char *path) {
        struct kdump_module *module = &search->modules.list[search->modules.count];

        if (search->modules.count == KDUMP_MODULES_MAX)
                return too_many(search);
        snprintf(module->name, sizeof(module->name), "%s", name);
        if (!system_file_path("", path, module->path))
                return reason_set(search->reason, ERR_TOO_LARGE, "module %s: too long a path", name);
        search->modules.count++;
        return 0;
}

/* The running kernel has it, loaded or built in. */
static bool is_live(const struct search *search, const char *name) {
        char path[128];

        return (size_t) snprintf(path, sizeof(path), "/sys/module/%s", name) < sizeof(path) &&
               system_file_exists(search->request->root, path);
}

/* Of several modules that would do: which to take. */
struct choice {
        const char *name; /* NULL: those that the running kernel has */
};

static bool is_chosen(const struct search *search, const struct choice *choice, const char *name) {
        return choice->name ? strcmp(choice->name, name) == 0 : is_live(search, name);
}

static size_t count_chosen(const struct search *search, const struct choice *choice, struct kmod_list *list) {
        struct kmod_list *item;
        size_t count = 0;

        kmod_list_foreach(item, list) {
                struct kmod_module *module = kmod_module_get_module(item);

                count += is_chosen(search, choice, kmod_module_get_name(module));
                kmod_module_unref(module);
        }
        return count;
}

static int add(struct search *search, struct kmod_module *module);

/* All of them when there is no choice, or nothing of it in the list. */
static int add_list(struct search *search, struct kmod_list *list, const struct choice *choice) {
        bool all = !choice || count_chosen(search, choice, list) == 0;
        struct kmod_list *item;
        int r = 0;

        kmod_list_foreach(item, list) {
                struct kmod_module *module = kmod_module_get_module(item);

                if (r == 0 && (all || is_chosen(search, choice, kmod_module_get_name(module))))
                        r = add(search, module);
                kmod_module_unref(module);
        }
        return r;
}

static const struct choice live = { NULL };

/* What it needs, then the module, then what its soft dependencies want behind it. */
static int add(struct search *search, struct kmod_module *module) {
        const char *name = kmod_module_get_name(module), *path = kmod_module_get_path(module);
        struct kmod_list *before = NULL, *behind = NULL, *needed;
        int r;

        if (!path || is_entered(search, name)) /* without a file: built in */
                return 0;
        r = enter(search, name);
        if (r < 0)
                return r;
        /*
         * Without one of what it depends on, a module cannot be loaded: all of them. A soft dependency is a
         * wish, often for any of several (crc32c in software, or by the processor's own instruction): those
         * that run now.
         */
        needed = kmod_module_get_dependencies(module);
        (void) kmod_module_get_softdeps(module, &before, &behind);
        r = add_list(search, before, &live);
        if (r == 0)
                r = add_list(search, needed, NULL);
        if (r == 0)
                r = append(search, name, path);
        if (r == 0)
                r = add_list(search, behind, &live);
        kmod_module_unref_list(needed);
        kmod_module_unref_list(before);
        kmod_module_unref_list(behind);
        return r;
}

/* 1 when the kernel has it, as a module or built in; 0 when not. */
static int add_alias(struct search *search, const char *alias, const struct choice *choice) {
        struct kmod_list *list = NULL;
        int r;

        if (kmod_module_new_from_lookup(search->kmod, alias, &list) < 0 || !list)
                return 0;
        r = add_list(search, list, choice);
        kmod_module_unref_list(list);
        return r < 0 ? r : 1;
}

/* The name of what a link in a device's directory leads to. */
static bool link_name(const char *directory, const char *member, char *ret_name, size_t size) {
        char path[PATH_MAX], target[PATH_MAX];
        ssize_t length;

        if (!system_file_path(directory, member, path))
                return false;
        length = readlink(path, target, sizeof(target) - 1);
        if (length <= 0)
                return false;
        target[length] = '\0';
        return (size_t) snprintf(ret_name, size, "%s",
                                 strrchr(target, '/') ? strrchr(target, '/') + 1 : target) < size;
}

/*
 * A device without a driver works without one. The alias finds the module of the crash kernel, whichever that
 * is; of several, it is the one that drives the device now. A driver without aliases is found by the name of
 * the module that the running kernel has for it.
 */
static int add_driver(void *context, const char *directory) {
        struct search *search = context;
        char alias[1024], driver[64], module[64];
        struct choice choice = live;
        int r = 0;

        if (!link_name(directory, "/driver", driver, sizeof(driver)))
                return 0;
        if (link_name(directory, "/driver/module", module, sizeof(module)))
                choice.name = module;
        if (system_file_line(directory, "/modalias", alias, sizeof(alias)) && alias[0])
                r = add_alias(search, alias, &choice);
        if (r == 0 && choice.name)
                r = add_alias(search, module, NULL);
        else if (r == 0) /* built in, and as it has no alias it is in every kernel: a PCI bridge's */
                r = 1;
        if (r == 0)
                r = reason_set(search->reason, ERR_NOT_FOUND,
                               "kernel %s: has no driver for %s, which is %s's now", search->request->release,
                               strrchr(directory, '/') + 1, driver);
        return r < 0 ? r : 0;
}

/* By a name that has to be there. */
static int add_wanted(struct search *search, const char *name) {
        int r = add_alias(search, name, NULL);

        if (r == 0)
                return reason_set(search->reason, ERR_NOT_FOUND, "kernel %s: has no module %s",
                                  search->request->release, name);
        return r < 0 ? r : 0;
}

static int add_file_system(struct search *search) {
        const char *name = search->request->target->file_system;
        char alias[32];
        int r;

        /* ext4's module has aliases of the older two as well; one without any goes by its own name. */
        snprintf(alias, sizeof(alias), "fs-%s", name);
        r = add_alias(search, alias, NULL);
        if (r != 0)
                return r < 0 ? r : 0;
        return add_wanted(search, name);
}

/* vfat mounts only with the tables of its code pages (K6.1 fs/fat/inode.c, fat_fill_super()). */
static int add_code_pages(struct search *search) {
        static const char *const formats[][2] = { { "codepage=", "nls_cp" }, { "iocharset=", "nls_" } };
        char options[128], name[sizeof(options) + 8], *rest = options, *option;
        int r = 0;

        snprintf(options, sizeof(options), "%s", search->request->target->mount_options);
        while (r == 0 && (option = strsep(&rest, ",")))
                for (size_t i = 0; i < 2 && r == 0; i++)
                        if (text_starts_with(option, formats[i][0])) {
                                snprintf(name, sizeof(name), "%s%s", formats[i][1],
                                         option + strlen(formats[i][0]));
                                r = add_wanted(search, name);
                        }
        return r;
}

static int add_more(struct search *search) {
        _cleanup_free_ char *names = strdup(search->request->more);
        char *rest = names, *name;
        int r = names ? 0 : ERR_NO_MEMORY;

        while (r == 0 && (name = strsep(&rest, " \t")))
                if (name[0])
                        r = add_wanted(search, name);
        return r;
}

/* The card's own, and of its transceiver (PHY), which is no part of the way up from it. */
static int add_card(struct search *search, const char *card) {
        char device[128], transceiver[128];
        int r = 0;

        snprintf(device, sizeof(device), "/sys/class/net/%s/device", card);
        snprintf(transceiver, sizeof(transceiver), "/sys/class/net/%s/phydev", card);
        if (system_file_exists(search->request->root, transceiver))
                r = device_walk(search->request->root, transceiver, add_driver, search);
        if (r == 0)
                r = device_walk(search->request->root, device, add_driver, search);
        if (r == ERR_NOT_FOUND && !search->reason->text[0])
                reason_set(search->reason, r, "%s: not in /sys", card);
        return r;
}

static int add_share(struct search *search) {
        const struct kdump_target *target = search->request->target;
        int r = add_card(search, target->card);

        return r < 0 ? r
                     : add_wanted(search,
                                  strncmp(target->mount_options, "vers=3", 6) == 0 ? "nfsv3" : "nfsv4");
}

static int add_drivers_of(struct search *search, dev_t device) {
        int r;

        r = block_device_walk(search->request->root, major(device), minor(device), add_driver, search);
        if (r == ERR_NOT_FOUND && !search->reason->text[0])
                reason_set(search->reason, r, "%s: not in /sys", search->request->target->device);
        return r;
}

/* The level by its alias; MD itself is what it depends on. */
static int add_level(struct search *search, const char *level) {
        char alias[32];

        snprintf(alias, sizeof(alias), "md-%s", level);
        return add_wanted(search, alias);
}

static int add_target(struct search *search, const char *type) {
        static const char *const modules[][2] = {
                { "linear", "dm_mod" },          { "striped", "dm_mod" }, { "thin", "dm_thin_pool" },
                { "thin-pool", "dm_thin_pool" }, { "raid", "dm_raid" },
        };
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(modules) && r == 0; i++)
                if (strcmp(modules[i][0], type) == 0)
                        r = add_wanted(search, modules[i][1]);
        /* dm_raid asks for the level by its name alone, when it needs it: of a mirror, all that is taken. */
        if (r == 0 && strcmp(type, "raid") == 0)
                r = add_level(search, "raid1");
        return r;
}

static int add_stacked(struct search *search, size_t index) {
        const struct stack_record *record = search->request->stack;
        const struct stack_device *device = &record->stack.devices[index];
        int r = 0;

        if (device->kind == STACK_DISK)
                return add_drivers_of(search, record->numbers[index]);
        if (device->kind == STACK_ARRAY)
                return add_level(search, device->array.level);
        for (size_t i = 0; device->kind == STACK_VOLUME && i < device->volume.target_count && r == 0; i++)
                r = add_target(search, record->stack.targets[device->volume.first_target + i].type);
        return r;
}

static int add_drivers(struct search *search) {
        const struct kdump_modules_request *request = search->request;
        const struct kdump_target *target = request->target;
        int r = 0;

        if (kdump_target_is_share(target))
                return add_share(search);
        if (!request->stack)
                r = add_drivers_of(search, makedev(target->major, target->minor));
        for (size_t i = 0; i < target->device_count && r == 0; i++)
                r = add_drivers_of(search, makedev(target->devices[i].major, target->devices[i].minor));
        for (size_t i = 0; request->stack && i < request->stack->stack.device_count && r == 0; i++)
                r = add_stacked(search, i);
        return r;
}

/*
 * With what makes its device, which iTCO_wdt does not depend on: the parent's driver, lpc_ich or i2c_i801. A
 * dump without them is worth the trial.
 */
static int add_watchdogs(struct search *search) {
        const struct kdump_watchdogs *watchdogs = search->request->watchdogs;
        char path[PATH_MAX];
        int r = 0;

        for (size_t i = 0; watchdogs && i < watchdogs->count && r == 0; i++) {
                if (!watchdog_device(search->request->root, watchdogs->list[i].name, path))
                        continue;
                r = device_walk(search->request->root, path, add_driver, search);
                if (r != ERR_NOT_FOUND)
                        continue;
                if (search->reason->text[0])
                        search->modules.watchdog_lacks = *search->reason;
                search->reason->text[0] = '\0';
                r = 0;
        }
        return r;
}

static int add_place(struct search *search) {
        int r;

        if (!search->request->target)
                return 0;
        r = add_drivers(search);
        if (r == 0)
                r = add_file_system(search);
        return r < 0 ? r : add_code_pages(search);
}

/* A dump without it is worth the trial. */
static int add_collector(struct search *search) {
        const char *card = search->request->collector_card;
        size_t before = search->modules.count;
        int r = card ? add_card(search, card) : 0;

        if (r == ERR_NOT_FOUND) {
                search->modules.collector_lacks = *search->reason;
                search->modules.count = before;
                r = 0;
        }
        search->modules.collector_count = search->modules.count - before;
        return r;
}

static int collect(struct search *search) {
        int (*const steps[])(struct search *) = { add_watchdogs, add_place, add_more, add_collector };
        int r = 0;

        for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && r == 0; i++)
                r = steps[i](search);
        return r;
}

static int find_directory(const struct kdump_modules_request *request, char ret_directory[PATH_MAX],
                          struct reason *ret_reason) {
        static const char *const places[] = { "/lib/modules/", "/usr/lib/modules/" };
        char name[PATH_MAX];

        for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
                snprintf(name, sizeof(name), "%s%s/modules.dep.bin", places[i], request->release);
                if (!system_file_exists(request->root, name))
                        continue;
                *strrchr(name, '/') = '\0';
                if (system_file_path(request->root, name, ret_directory))
                        return 0;
        }
        return reason_set(ret_reason, ERR_NOT_FOUND,
                          "kernel %s: /lib/modules/%s/modules.dep.bin is not there (depmod %s)",
                          request->release, request->release, request->release);
}

int kdump_modules_find(const struct kdump_modules_request *request, struct kdump_modules *ret_modules,
                       struct reason *ret_reason) {
        /* In tests the machine's own /etc/modprobe.d must not count. */
        static const char *const no_settings[] = { NULL };
        struct reason reason = { "" };
        _cleanup_free_ struct search *search = calloc(1, sizeof(*search));
        char directory[PATH_MAX];
        int r;

        r = find_directory(request, directory, ret_reason);
        if (r < 0)
                return r;
        if (!search)
                return reason_set(ret_reason, ERR_NO_MEMORY, "%s", error_text(ERR_NO_MEMORY));
        search->request = request;
        search->reason = &reason;
        search->kmod = kmod_new(directory, request->root[0] ? no_settings : NULL);
        search->modules.list = calloc(KDUMP_MODULES_MAX, sizeof(*search->modules.list));
        r = search->kmod && search->modules.list ? collect(search) : ERR_NO_MEMORY;
        if (search->kmod)
                kmod_unref(search->kmod);
        if (r == 0) {
                *ret_modules = search->modules;
                return 0;
        }
        kdump_modules_free(&search->modules);
        return reason_set(ret_reason, r, "%s", reason.text[0] ? reason.text : error_text(r));
}

void kdump_modules_free(struct kdump_modules *modules) {
        free(modules->list);
        *modules = (struct kdump_modules){ 0 };
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <limits.h>
#include <stddef.h>

#include "kdump/stack-record.h"
#include "kdump/target.h"
#include "kdump/watchdog.h"
#include "posix/reason.h"

/* Which modules the crash kernel loads to mount the target, in the order in which they are loaded. */

#define KDUMP_MODULES_MAX 96

struct kdump_module {
        char name[64];       /* with '_', as the kernel has it */
        char path[PATH_MAX]; /* of its file */
};

struct kdump_modules {
        struct kdump_module *list;
        size_t count;
        size_t collector_count;        /* of these, the last: only a collector needs them */
        struct reason collector_lacks; /* why its card has no driver there; empty: nothing is wrong */
        struct reason watchdog_lacks;  /* why one of the watchdogs has no driver there; empty: each has */
};

struct kdump_modules_request {
        const char *root;                        /* before /sys and /lib/modules */
        const char *release;                     /* of the crash kernel */
        const struct kdump_target *target;       /* NULL: there is none */
        const struct stack_record *stack;        /* that the target stands on; NULL: it is plain */
        const char *more;                        /* names, with spaces between */
        const struct kdump_watchdogs *watchdogs; /* their drivers come first; NULL: none */
        const char *collector_card;              /* whose drivers come last; NULL: none */
};

/*
 * The drivers of the watchdogs; then those of each device between the target's disk, or each disk of its
 * stack, and the root of sysfs; what builds the stack; the file system; and what they depend on; what is
 * built into the kernel is left out. ERR_NOT_FOUND: the kernel has no modules directory, or lacks a module;
 * ERR_TOO_LARGE, ERR_NO_MEMORY. The list is to be freed.
 */
int kdump_modules_find(const struct kdump_modules_request *request, struct kdump_modules *ret_modules,
                       struct reason *ret_reason);
void kdump_modules_free(struct kdump_modules *modules);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/block.h"
#include "capture/stack.h"
#include "posix/reason.h"

/*
 * Where a stack is built: the kernel that is asked for its devices, and what they are called there. What is
 * read and written are files of sysfs, in ROOT/sys; ioctl() is all that tests need another one of.
 */
struct stack_site {
        const char *root; /* "" but in tests */

        /* ioctl(), but an error is the negative errno. */
        int (*control)(void *context, int fd, unsigned long request, void *argument);
        void *context;

        const struct stack *stack;
        char names[STACK_DEVICES_MAX][BLOCK_NAME_SIZE]; /* in sysfs; empty of what is not there */
};

/* The running kernel. The stack stays the caller's, and is needed as long as the site is. */
void stack_site_init(struct stack_site *site, const struct stack *stack);

/* Opens the device; an error is one of ours. */
int stack_site_open(const struct stack_site *site, size_t device, int flags);

/* What its directory in sysfs has there: a line without its end, a decimal number, or the device's number. */
#define STACK_ATTRIBUTE_SIZE 64
int stack_site_read(const struct stack_site *site, size_t device, const char *attribute,
                    char ret_line[STACK_ATTRIBUTE_SIZE]);
int stack_site_read_number(const struct stack_site *site, size_t device, const char *attribute,
                           uint64_t *ret_value);
int stack_site_read_device(const struct stack_site *site, size_t device, dev_t *ret_device);

/* The negative errno of a write that the kernel refuses. `path` begins with '/', behind the root. */
int stack_site_write(const struct stack_site *site, const char *path, const char *text);

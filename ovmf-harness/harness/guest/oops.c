// SPDX-License-Identifier: BSD-2-Clause-Patent
/* A kernel module that oopses on request: each write to /proc/harness-oops kills the writer. */

#include <linux/module.h>
#include <linux/proc_fs.h>

/* Volatile, so that the compiler does not see where it points. */
static int *volatile nowhere;

static ssize_t oops_write(struct file *file, const char __user *text, size_t size, loff_t *position) {
        *nowhere = 1;
        return size;
}

static const struct proc_ops oops_operations = {
        .proc_write = oops_write,
};

static int __init oops_init(void) {
        return proc_create("harness-oops", 0200, NULL, &oops_operations) ? 0 : -ENOMEM;
}
module_init(oops_init);

MODULE_DESCRIPTION("Oopses on request");
MODULE_LICENSE("Dual BSD/GPL");

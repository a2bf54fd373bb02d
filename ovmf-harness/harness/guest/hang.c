// SPDX-License-Identifier: BSD-2-Clause-Patent
/* A kernel module that hangs the machine with interrupts off, a moment after it was loaded. */

#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/module.h>

static int __init hang_init(void) {
        ssleep(3);
        local_irq_disable();
        for (;;)
                cpu_relax();
        return 0;
}
module_init(hang_init);

MODULE_DESCRIPTION("Hangs with interrupts off");
MODULE_LICENSE("Dual BSD/GPL");

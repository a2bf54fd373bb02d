/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "capture/stack.h"
#include "kdump/target.h"
#include "linux/device-mapper.h"
#include "posix/reason.h"

/*
 * What a mounted device stands on, for the crash kernel to build again: volumes of LVM, arrays of MD. Only
 * what was proven there is taken: linear, striped, thin and raid1 of the device mapper; raid1, raid5 and
 * raid10 of MD with metadata 1.x. All else is named, and refused.
 */

struct stack_record {
        struct stack stack;
        dev_t numbers[STACK_DEVICES_MAX]; /* of its devices, in the running system */
        uint64_t room_bytes;              /* that its thin pools have left; UINT64_MAX without any */
        char text[STACK_TEXT_SIZE];       /* the stack, as the file that the crash kernel gets */
};

/*
 * From the bottom up; the last device is the one asked for. `root` goes before /sys and /dev. Each error has
 * a reason that begins with the device: ERR_NOT_SUPPORTED for what the crash kernel does not build, or not
 * as it is now, such as an array that has lost a disk; ERR_EXISTS for a disk that is there twice;
 * ERR_TOO_LARGE; or what the system says.
 */
int stack_record_make(const char *root, const struct device_mapper *mapper, dev_t device,
                      struct stack_record *ret_record, struct reason *ret_reason);

/*
 * The same of a target that is_stacked, with a reason that says what its user may do instead. ERR_… as above.
 */
int kdump_target_record(const char *root, const struct kdump_target *target, struct stack_record *ret_record,
                        struct reason *ret_reason);

/* ERR_NO_SPACE when a thin pool below has less left than a dump takes. */
int kdump_target_check_room(const struct kdump_target *target, const struct stack_record *record,
                            uint64_t needed_bytes, struct reason *ret_reason);

/*
 * The first device of `then` that is not so in `now`, or NULL. The events of an array, which grow all the
 * time, do not count.
 */
const struct stack_device *stack_record_find_change(const struct stack *then, const struct stack *now);

/* "vg-root", or "the array 6f1c9e3e-…": for people, in 160 bytes. */
#define STACK_LABEL_SIZE 160
void stack_device_label(const struct stack_device *device, char ret_label[STACK_LABEL_SIZE]);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "capture/block.h"
#include "kdump/stack-record.h"

/* The parts of stack_record_make(), which is all that others call. */

struct recorder {
        const char *root;
        const struct device_mapper *mapper;
        struct stack_record *record;
        size_t depth; /* of devices over devices */
        struct reason *reason;
};

/* "WHAT: why", with ERR_NOT_SUPPORTED; and of another error. */
int recorder_refuse(const struct recorder *recorder, const char *what, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
int recorder_fail(const struct recorder *recorder, const char *what, int error);

/* The first line of a file in the device's directory in /sys, such as "size"; false when it cannot be read.
 */
bool recorder_read(const struct recorder *recorder, dev_t device, const char *name, char *ret_line,
                   size_t size);

/* "/dev/vda1", or the number of what has no name. */
#define RECORDER_NAME_SIZE 64
void recorder_name(const struct recorder *recorder, dev_t device, char ret_name[RECORDER_NAME_SIZE]);

/* Opens the device, so that it is read and not what was read of it before. */
int recorder_open(const struct recorder *recorder, dev_t device);

/* What lies on the device; ERR_NOT_SUPPORTED where nothing is found. */
int recorder_read_signature(const struct recorder *recorder, dev_t device,
                            struct block_signature *ret_signature);

/* The device, with all below it, unless it is there already; its place in the stack. */
int recorder_add(struct recorder *recorder, dev_t device, size_t *ret_index);

/* A new last device with its number and its size; ERR_TOO_LARGE. */
int recorder_add_device(struct recorder *recorder, enum stack_kind kind, dev_t device, size_t *ret_index);

/* In array-record.c and volume-record.c. */
int recorder_add_array(struct recorder *recorder, dev_t device, size_t *ret_index);
int recorder_add_volume(struct recorder *recorder, dev_t device, size_t *ret_index);

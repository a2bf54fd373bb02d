/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/text.h"
#include "codec/sha256.h"

/*
 * What the file system for dumps stands on where that is no plain partition: volumes of the device mapper,
 * arrays of MD, partitions of an array, down to devices that drivers find. `kdump load` records it, as /stack
 * in the initramfs beside /plan, and /init builds it again from the bottom up. Only what was built is
 * mounted, never what a scan finds; and no device is known by its number, as numbers change.
 *
 * A map that is out of date destroys what lies there by now. So each device says by what it is known to be as
 * it was recorded, and that is compared before the first one is made that could write.
 *
 * The file is lines of words with one blank between them. A device is a line, and is known by its place among
 * the devices, from 0 on. What it stands on comes before it; the last is the one that is mounted.
 *
 *   disk TYPE UUID SECTORS                       of a driver, with its signature as libblkid tells it
 *   part BELOW NUMBER START SECTORS              of an array
 *   array UUID LEVEL MINOR EVENTS SECTORS A,B,…  MD with metadata 1.MINOR over the devices A, B and so on
 *   volume NAME UUID FLAGS SECTORS               DM; FLAGS are "rw" or "ro"
 *   target START SECTORS TYPE PARAMETERS         of the volume before it, in order; a device is "@A"
 *   header A SHA256                              the metadata header of the LVM PV on the device A
 *
 * A UUID is as its maker writes it: of an LVM2_member the PV's, of a linux_raid_member the member's own
 * (UUID_SUB), of a volume the device mapper's. Sectors have 512 bytes.
 */

#define STACK_PATH            "/stack"
#define STACK_TEXT_SIZE       ((size_t) 32 * 1024)
#define STACK_DEVICES_MAX     48
#define STACK_TARGETS_MAX     96
#define STACK_MEMBERS_MAX     16
#define STACK_PARAMETERS_SIZE ((size_t) 16 * 1024)

enum stack_kind { STACK_DISK, STACK_PART, STACK_ARRAY, STACK_VOLUME };

struct stack_disk {
        char type[32]; /* "LVM2_member" */
};

struct stack_part {
        size_t below;
        unsigned number;
        uint64_t start;
};

struct stack_array {
        char level[16];          /* "raid1", as /sys/block/mdN/md/level has it */
        unsigned metadata_minor; /* 0, 1 or 2 */
        uint64_t events;         /* a member that counts has no fewer, but for one */
        size_t members[STACK_MEMBERS_MAX];
        size_t member_count;
};

struct stack_volume {
        char name[128];
        bool read_only;
        size_t first_target, target_count; /* in struct stack's targets */
};

struct stack_device {
        enum stack_kind kind;
        char uuid[132]; /* empty of a part */
        uint64_t sectors;
        bool has_header; /* it is a PV */
        uint8_t header[SHA256_SIZE];
        union {
                struct stack_disk disk;
                struct stack_part part;
                struct stack_array array;
                struct stack_volume volume;
        };
};

struct stack_target {
        uint64_t start, sectors;
        char type[24];
        size_t parameters; /* where they begin in struct stack's parameters, with a NUL behind; "@A" in them
                            */
};

struct stack {
        struct stack_device devices[STACK_DEVICES_MAX];
        size_t device_count;
        struct stack_target targets[STACK_TARGETS_MAX];
        size_t target_count;
        char parameters[STACK_PARAMETERS_SIZE];
        size_t parameters_size;
};

/* A new device at the end, all zero but for its kind; NULL when there is no room. */
struct stack_device *stack_add_device(struct stack *stack, enum stack_kind kind);

/*
 * A new target of the last device, which is a volume. `parameters` name devices as "@A". ERR_TOO_LARGE when
 * there is no room.
 */
int stack_add_target(struct stack *stack, uint64_t start, uint64_t sectors, const char *type,
                     const char *parameters);

static inline const char *stack_parameters(const struct stack *stack, const struct stack_target *target) {
        return stack->parameters + target->parameters;
}

/*
 * The parameters with each "@A" as `name` gives it for the device A, such as "253:0". ERR_VALUE for a device
 * that is not before `device`, ERR_BUFFER_TOO_SMALL.
 */
int stack_put_parameters(const struct stack *stack, const struct stack_target *target, size_t device,
                         void (*put_name)(void *context, size_t below, struct text *text), void *context,
                         struct text *text);

/*
 * ERR_VALUE, and one line that says which line and why. What is taken is whole: each device is one of those
 * above, stands on devices before it, and a volume's targets follow each other from sector 0 to its end.
 * `ret_stack` is then all of it, and is changed by an error, too.
 */
#define STACK_ERROR_SIZE 160
int stack_parse(struct bytes text, struct stack *ret_stack, char ret_error[STACK_ERROR_SIZE]);

/*
 * The file. What was written is parsed again, so that no crash finds a stack that cannot be built: ERR_VALUE
 * with the reason, ERR_BUFFER_TOO_SMALL when it does not fit into STACK_TEXT_SIZE.
 */
int stack_print(const struct stack *stack, struct text *ret_text, char ret_error[STACK_ERROR_SIZE]);

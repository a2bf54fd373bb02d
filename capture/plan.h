/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "base/settings.h"
#include "base/text.h"

/*
 * What the crash kernel has to do, decided while the machine was well. `kdump load` writes it into the
 * initramfs as /plan, and /init obeys: nothing is guessed after the crash.
 *
 * The initramfs, all of it:
 *   /init                  pstore-fw-capture
 *   /plan                  this
 *   /stack                 what the file system stands on, where that is no plain partition (capture/stack.h)
 *   /modules/order         the names of the modules, one a line, each after its dependencies
 *   /modules/<name>.ko.gz  compressed by gzip; unlinked when loaded
 *   /network-modules/      the same for what only a collector needs; loaded when the log is on the
 *                          disk, or will not be
 *   /tools/<file>.gz       the program that reads the log and what it needs to run; unlinked when unpacked
 *   /image-tools/<file>.gz with a target on the network: what the program that makes the image needs beside
 *                          that; unpacked into /tools when the log is safe
 *
 * The program that makes the image is larger, and only of use where the disk works: it lies on that disk, in
 * .pstore-fw-tools/ of the directory of dumps, as its libraries do. What lies on a network is others', and
 * nothing of it is run. In both places a program of the dynamic linker has that beside it, as "ld.so", and is
 * started by it.
 */

#define CAPTURE_PLAN_PATH            "/plan"
#define CAPTURE_MODULES_PATH         "/modules"
#define CAPTURE_NETWORK_MODULES_PATH "/network-modules"
#define CAPTURE_TOOLS_PATH           "/tools"
#define CAPTURE_IMAGE_TOOLS_PATH     "/image-tools"
#define CAPTURE_DISK_TOOLS_NAME      ".pstore-fw-tools"
#define CAPTURE_LOADER_NAME          "ld.so"

/* The card, and what is mounted by it; all empty where nothing is on the network. Addresses are of IPv4. */
struct capture_network {
        char mac[18];     /* "52:54:00:12:34:56" */
        char address[20]; /* "10.0.2.15/24" */
        char gateway[16]; /* empty: the server is in the same network */
        unsigned mtu;     /* 0: as the driver has it */
        char server[16];  /* empty: nothing is mounted */
        char export[160]; /* "/srv/dumps" */
};

#define CAPTURE_COLLECTOR_SIZE 22 /* "10.100.100.100:12345" and a NUL */

struct capture_plan {
        char uuid[64];           /* of the file system for dumps, as libblkid prints it */
        unsigned devices;        /* that it lies on; more than 1 only of btrfs */
        char file_system[16];    /* "ext4" */
        char mount_options[128]; /* empty for none */
        struct capture_network network;
        char directory[176]; /* of dumps, seen from that file system's root, with a '/' before it */
        char log_tool[32];   /* "vmcore-dmesg", or "makedumpfile", which takes --dump-dmesg for it */
        char image_tool[32]; /* "makedumpfile"; empty: only the log is saved */
        char collector[CAPTURE_COLLECTOR_SIZE]; /* that the sealed log is sent to; empty: none */
        char host[65];                          /* our name there */
        char public_key[65];    /* hexadecimal, of what seals log and image; empty: they are not sealed */
        char watchdog[32];      /* the driver of the one that is held meanwhile; empty: none */
        unsigned dump_level;    /* makedumpfile's -d, 0 to 31 */
        char compression[8];    /* "lzo", "zlib", "zstd", "snappy" or "none" */
        unsigned keep;          /* so many dumps are left, the newest */
        unsigned disk_seconds;  /* how long the disk is waited for */
        unsigned bound_seconds; /* after so long the machine is reset, whatever it does */
};

/* What a plan has when nothing else is said: everything but the target and the tools. */
extern const struct capture_plan capture_plan_default;

/* The part of a plan that people choose: compression, dump_level, keep and the bounds. */
struct settings_table capture_plan_choices(struct capture_plan *plan);

/* Whether dumps go to a file system; else the log goes to the collector alone. */
bool capture_plan_has_place(const struct capture_plan *plan);

/* Whether that is a share of NFS: then `mount_options` has its version, and what belongs to that. */
bool capture_plan_is_share(const struct capture_plan *plan);

/* makedumpfile's option for it, such as "-l"; "" for none. The name is one that a plan's row has taken. */
const char *capture_plan_compression_option(const char *name);

/* ERR_VALUE, and one line that names the setting; a setting that is missing and has no default, too. */
int capture_plan_parse(struct bytes text, struct capture_plan *ret_plan, char ret_error[SETTINGS_ERROR_SIZE]);

/*
 * The file. What was written is parsed again, so that no crash finds a plan that cannot be obeyed: ERR_VALUE
 * when it is not the plan, ERR_BUFFER_TOO_SMALL when it does not fit.
 */
#define CAPTURE_PLAN_SIZE 2048
int capture_plan_print(const struct capture_plan *plan, char ret_text[CAPTURE_PLAN_SIZE]);

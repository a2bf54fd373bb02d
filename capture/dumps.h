/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/steps.h"
#include "posix/durable-file.h"

/*
 * A directory of dumps, and those in it that kdump made: a directory for each, named like the events of other
 * stores, "20261121T075124Z-kdump-panic1". What has another name is not ours: it is neither listed nor
 * removed.
 */

#define DUMPS_LOG_NAME      "dmesg.txt"
#define DUMPS_IMAGE_NAME    "vmcore"
#define DUMPS_MANIFEST_NAME "manifest.json"
#define DUMPS_PART_SUFFIX   DURABLE_FILE_PART
#define DUMPS_SEALED_SUFFIX ".sealed" /* of a log or an image (capture/seal.h) */

#define DUMPS_NAME_SIZE     64
#define DUMPS_MESSAGE_SIZE  256

struct crash_dump {
        char name[DUMPS_NAME_SIZE];
        uint64_t crash_seconds; /* since 1970, as the name has it */
        unsigned number;        /* of several that crashed in one second, from 1 */
        bool is_directory; /* else it is no dump, but a file or a link of such a name: nothing else is set */
        bool has_log, has_image, has_manifest;
        bool has_part;                 /* of a file that was not finished */
        bool is_sealed;                /* the log or the image: without the secret key nobody reads them */
        uint64_t log_size, image_size; /* bytes */
};

struct dumps {
        struct crash_dump *rows; /* the newest first */
        size_t count;
};

/* The dumps of the open directory. ERR_NO_MEMORY, or why it cannot be read. dumps_free() is due after 0. */
int dumps_list(int directory_fd, struct dumps *ret_dumps);
void dumps_free(struct dumps *dumps);

/*
 * What the kernel said of the reason: the "Kernel panic - not syncing: …" line of the dump's log, else its
 * last "BUG: …" line, else its last "Oops" line, without the time before it. Empty, and ERR_NOT_FOUND, when
 * there is none or no log.
 */
int dumps_message(int directory_fd, const char *name, char ret_message[DUMPS_MESSAGE_SIZE]);

/* ERR_VALUE for a name that is none of ours. */
int dumps_parse_name(const char *name, uint64_t *ret_seconds, unsigned *ret_number);

/* Makes the directory of a new dump under the first free name, and returns it opened. */
int dumps_make(int directory_fd, uint64_t crash_seconds, char ret_name[DUMPS_NAME_SIZE]);

/* Removes a dump with all that is in it. ERR_VALUE for a name that is none of ours. */
int dumps_remove(int directory_fd, const char *name);

/*
 * Removes the oldest until `keep` are left, and returns how many those were; `current` stays, however old its
 * clock makes it. A dump is what has a complete log or image. Those of which only parts were saved are
 * counted by themselves, and so are those of which nothing was: captures that failed push nothing away. What
 * is no directory stays. One that cannot be removed is told. NULL for no current one.
 */
size_t dumps_prune(int directory_fd, unsigned keep, const char *current, struct steps *steps);

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "capture/dumps.h"

/* What a dump of kdump says of itself: its files, and its manifest. */
struct dump_report {
        struct crash_dump dump;
        char message[DUMPS_MESSAGE_SIZE]; /* of the panic; empty: not known */
        bool has_manifest;                /* and it can be read; else the rest is 0 */
        uint64_t took_ms;                 /* from the start of the capture to its last step */
        uint64_t memory_total;            /* bytes that the crash kernel had */
        uint64_t memory_lowest;           /* of them at least free while it saved */
};

struct json_object;

/* The manifest of a dump, an object that the caller owns; NULL when there is none that can be read. */
struct json_object *dump_report_manifest(int directory_fd, const char *name);

/* Never fails: what cannot be read is not known. */
void dump_report_read(int directory_fd, const struct crash_dump *dump, struct dump_report *ret_report);

/* "complete", "log only", "image only", "broken off", "empty" */
const char *dump_report_state(const struct dump_report *report);

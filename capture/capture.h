/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "capture/meminfo.h"
#include "capture/plan.h"
#include "capture/steps.h"
#include "capture/worker.h"

/* What a capture has from its beginning to its end. */
struct capture {
        struct capture_plan plan;
        struct steps steps;
        struct meminfo meminfo;
        uint64_t deadline_ms;     /* of clock_ms(): the guard acts a little later */
        const char *vmcore;       /* "/proc/vmcore" */
        const char *tools;        /* CAPTURE_TOOLS_PATH: what is packed there is unpacked when it is needed */
        const char *image_tools;  /* CAPTURE_IMAGE_TOOLS_PATH */
        const char *console;      /* "/dev/console" */
        const char *temporary;    /* a directory in memory, for a log that no disk gets */
        atomic_bool *log_is_safe; /* set when it is; NULL where nobody asks */
};

/*
 * Saves by `to_disk`, in a process of its own, as a disk may hang where nothing can be killed. When that
 * fails, or has not made the log safe with a quarter of the time left, the log goes to the plan's collector,
 * or, where there is none or it has not stored it, to the console. 0 when it is safe on the disk.
 */
int capture_save(struct capture *capture, worker_function *to_disk, void *context);

/*
 * Saves into the plan's directory below `mount_point`, where its file system is mounted; what of the
 * directory is missing is made. 0 when the log is safe there.
 */
int capture_to_disk(struct capture *capture, const char *mount_point);

/* The log alone, to the console, where there is no disk to save to. */
int capture_to_console(struct capture *capture);

/* When the disk is given up: as the plan has it, but no later than half of the time that is left. */
uint64_t capture_disk_deadline(const struct capture *capture);

/*
 * Opens a directory, and makes what of its path is missing below `mount_point`. Returns it, or an error. A
 * link that is not to be followed is none of its parts.
 */
int capture_open_directory(const char *mount_point, const char *directory, bool follow_links);

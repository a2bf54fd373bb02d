/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "store/crash-path.h"
#include "store/finding.h"
#include "store/session.h"
#include "store/sink.h"

/*
 * Will a crash on this machine leave a trace? Facts in, verdict out: the front ends gather, this judges, so
 * that both say the same of the same machine.
 */

/* One store, as its source saw it. */
struct check_store {
        enum record_store store;
        const char *spec;
        int error;    /* 0, or why it cannot be opened; ERR_NO_STORE when this machine has none */
        bool is_view; /* as the source says of itself: the store may hold more */
        struct source_space space;
        uint64_t record_bytes; /* of all records as stored */
        size_t record_count;
        size_t event_count;
        size_t faulty_count;
};

/* What the running kernel would do at a panic. In firmware there is none: known is false. */
struct check_kernel {
        bool known;
        const char *backend; /* pstore's active back end ("erst", "efi_pstore" …); NULL: none is registered */
        bool backend_full;   /* its store is known to have no room for one more log */
        const char *command; /* that would register one for a store of this machine; NULL: none is known */
        bool kdump_loaded;
        bool notifiers_first;   /* crash_kexec_post_notifiers: pstore is written before kdump starts */
        uint64_t crash_bytes;   /* of memory reserved for a crash kernel; 0: none */
        enum crash_path wish;   /* of the settings of kdump */
        uint64_t log_bytes;     /* kmsg_bytes: of stored bytes per event; 0 when unknown */
        uint64_t panic_seconds; /* kernel.panic; 0: the machine stays where it stopped */
        bool panic_seconds_known;
};

/*
 * What the session saw of a source: its space, and what the catalog holds of it: records, their bytes,
 * faults, and the events they belong to; also of one that was not read to its end.
 */
void check_look_at(const struct session *session, size_t index, struct check_store *ret_store);

/* True where the store has no room for what the kernel writes of one crash; false when that is not known. */
bool check_is_full(const struct check_kernel *kernel, const struct source_space *space);

struct check_facts {
        const struct check_store *stores;
        size_t store_count;
        struct check_kernel kernel;
};

/* Which way a panic is meant to take on this machine; what is armed may differ from it. */
void check_decide_path(const struct check_kernel *kernel, struct crash_path_decision *ret_decision);

/* Adds what is to be said of them to a list that is empty, the gravest first; at least one. */
void check_judge(const struct check_facts *facts, struct findings *findings);

/* The report for people: the findings with their remedies, then the facts of each store. */
int check_print(const struct check_facts *facts, const struct findings *findings, const struct sink *sink);

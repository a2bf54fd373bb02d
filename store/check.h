/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/text.h"
#include "pstore/boot-report.h"
#include "store/crash-path.h"
#include "store/crashes.h"
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
        bool is_named;       /* a remedy has to name it, or would be about the machine's own stores */
        int error;           /* 0, or why it cannot be opened; ERR_NO_STORE when this machine has none */
        struct fault fault;  /* where, for an error of its input; .field NULL: unknown */
        const char *refusal; /* see struct record_source */
        bool can_erase;
        bool is_view; /* as the source says of itself: the store may hold more */
        struct source_space space;
        uint64_t record_bytes; /* of all records as stored */
        size_t record_count;
        size_t event_count;
        size_t faulty_count;
        size_t canary_count; /* of the records, those of `prove arm` */
        struct source_owner
                owners[SOURCE_OWNERS_MAX]; /* of a store that is filled, what else takes its room */
        size_t owner_count;
};

/* What the running kernel would do at a panic. In firmware there is none: known is false. */
struct check_kernel {
        bool known;
        const char *backend; /* of pstore, that registered ("erst", "efi_pstore" …); NULL: none is known to */
        const char *asked;   /* else one that was asked for by its name; NULL: none was */
        bool asked_unknown;   /* whether that registered is not known; else it did not */
        const char *why;      /* there is no back end, or it is not known; a clause; NULL: nothing tells */
        const char *command;  /* that would register one for a store of this machine; NULL: none is known */
        bool backend_full;    /* its store is known to have no room for one more log */
        bool unmounted;       /* nothing shows what pstore holds, as its file system is not mounted */
        bool efi_is_volatile; /* the firmware keeps variables in memory while an OS runs */
        bool has_kexec;
        bool is_xen_dom0; /* the crash kernel is the hypervisor's, and nothing is told of it here */
        bool kdump_loaded;
        const char *kdump_by; /* who loaded it, and is known for one that saves a dump; NULL: nothing tells */
        bool notifiers_first; /* crash_kexec_post_notifiers: pstore is written before kdump starts */
        uint64_t crash_bytes; /* of memory reserved for a crash kernel; 0: none */
        enum crash_path wish; /* of the settings of kdump */
        uint64_t log_bytes;   /* kmsg_bytes: of stored bytes per event; 0 when unknown */
        int64_t panic_seconds; /* kernel.panic; 0: the machine stays where it stopped; < 0: resets at once */
        bool panic_seconds_known;
};

/* What firmware tells of where it keeps its variables; all false where nothing does, and under Linux. */
struct check_variables {
        bool os_cannot_write; /* no system may once it runs (EFI_RT_PROPERTIES_TABLE): Linux has no efi_pstore
                               */
        bool in_memory;       /* what is stored is gone after a reset */
        bool read_only;       /* the flash says that it cannot be written */
        bool differs;         /* the flash holds others than the services show: a reset shows its own */
};

/* The last time that something was proven, or was not. */
struct check_mark {
        uint64_t seconds;   /* since 1970; 0: never */
        const char *kernel; /* the release that it was proven with */
        const char
                *fault; /* what came of it instead, a word: "changed", "gone", "lost"; NULL: it was proven */
};

/* What `prove` has found out of a store that a panic goes to. */
struct check_proof {
        const char *store;
        struct check_mark canary, crash;
};

/*
 * What the session saw of a source: its space, and what the catalog holds of it: records, their bytes,
 * faults, and the events they belong to; also of one that was not read to its end.
 */
void check_look_at(const struct session *session, size_t index, struct check_store *ret_store);

/* It could be read to its end: what lies in it beside records hides none of them. */
bool check_is_usable(const struct check_store *store);

/* True where the store has no room for what the kernel writes of one crash; false when that is not known. */
bool check_is_full(const struct check_kernel *kernel, const struct source_space *space);

struct judge; /* store/check-judge.h */
struct check_facts;

/*
 * What is to be said of a running kernel: Linux's front end gives check_of_kernel (store/check-kernel.h).
 * Firmware has no kernel before it, gives NULL, and so has none of it in the application.
 */
struct check_of_kernel {
        void (*judge)(struct judge *judge);
        void (*judge_space)(struct judge *judge, const struct check_store *store); /* that is not known now */
        int (*print)(const struct check_facts *facts, const struct sink *sink);
};

struct check_facts {
        const struct check_store *stores;
        size_t store_count;
        struct check_kernel kernel;
        const struct check_of_kernel *of_kernel; /* says what follows from it; NULL: nothing is said */
        struct check_variables variables;
        struct crashes crashes;
        const struct boot_report *boot;   /* what the application left for this boot; NULL: nothing */
        int boot_error;                   /* or why that cannot be used; 0 */
        const struct check_proof *proofs; /* of each store that a panic goes to, where that is remembered */
        size_t proof_count;
        const char *release; /* of the kernel that runs; NULL where there are no proofs */
        struct check_store
                report; /* that firmware made, which is no store; .spec NULL: none was looked for */
};

/* Adds what is to be said of them to a list that is empty, the gravest first; at least one. */
void check_judge(const struct check_facts *facts, struct findings *findings);

/* The report for people: the findings with their remedies, the crashes, then the facts of each store. */
int check_print(const struct check_facts *facts, const struct findings *findings, const struct sink *sink);

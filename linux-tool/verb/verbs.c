/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/verb/verbs.h"

/* In the order of the help. */
#define VERBS(VERB)                                                                                          \
        VERB(check)                                                                                          \
        VERB(list)                                                                                           \
        VERB(show)                                                                                           \
        VERB(explain)                                                                                        \
        VERB(dump)                                                                                           \
        VERB(export)                                                                                         \
        VERB(write)                                                                                          \
        VERB(clear)                                                                                          \
        VERB(collect)                                                                                        \
        VERB(erst)                                                                                           \
        VERB(install)                                                                                        \
        VERB(uninstall)                                                                                      \
        VERB(prove_arm)                                                                                      \
        VERB(prove_crash)                                                                                    \
        VERB(prove_verify)                                                                                   \
        VERB(kdump_status)                                                                                   \
        VERB(kdump_setup)                                                                                    \
        VERB(kdump_load)                                                                                     \
        VERB(kdump_unload)                                                                                   \
        VERB(kdump_capture)                                                                                  \
        VERB(kdump_test)                                                                                     \
        VERB(kdump_keygen)                                                                                   \
        VERB(kdump_unseal)                                                                                   \
        VERB(kdump_receive)

#define DECLARATION(name) extern const struct verb verb_##name;
#define ROW(name)         &verb_##name,

VERBS(DECLARATION)

static const struct verb *const verbs[] = { VERBS(ROW) NULL };

extern const struct verb verb_overview;

static const struct option *const common[] = {
        &option_json, &option_quiet, &option_no_color, &option_help, &option_version, NULL,
};

static const struct option *const shown[] = { &option_source, NULL };

static const struct verb_group groups[] = {
        { "prove", "Proof that a crash leaves its trace:" },
        { "kdump", "For machines without such a store:" },
        { NULL, NULL },
};

const struct cli cli_pstore_fw = {
        .name = "pstore-fw",
        .about = "Reads, saves and clears the records that a crashed kernel leaves in firmware: in\n"
                 "the error record store of ACPI (ERST) and in EFI variables. Without a verb it\n"
                 "tells of the newest crash, and what to type next.\n",
        .verbs = verbs,
        .usual = &verb_overview,
        .groups = groups,
        .options = common,
        .shown = shown,
};

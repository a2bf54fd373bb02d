/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi-app/verb.h"

/* In the order of the help. */
#define VERBS(VERB)                                                                                          \
        VERB(check)                                                                                          \
        VERB(list)                                                                                           \
        VERB(show)                                                                                           \
        VERB(explain)                                                                                        \
        VERB(dump)                                                                                           \
        VERB(boot)                                                                                           \
        VERB(write)                                                                                          \
        VERB(clear)                                                                                          \
        VERB(erst)                                                                                           \
        VERB(prove_arm)                                                                                      \
        VERB(prove_verify)

#define DECLARATION(name) extern const struct verb verb_##name;
#define ROW(name)         &verb_##name,

VERBS(DECLARATION)

static const struct verb *const verbs[] = { VERBS(ROW) NULL };

static const struct option *const common[] = { &option_quiet, &option_help, &option_version, NULL };

static const struct verb_group groups[] = { { "prove", NULL }, { NULL, NULL } };

const struct cli cli_pstore_fw = {
        .name = "pstore-fwx64.efi",
        .about = "Reads, saves and clears the crash records in this machine's firmware.\n",
        .verbs = verbs,
        .usual = &verb_dump,
        .groups = groups,
        .options = common,
};

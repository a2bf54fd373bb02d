/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "store/crash-path.h"

#include "base/arith.h"
#include "base/error.h"
#include "base/text.h"

static const char *const path_names[] = {
        [CRASH_PATH_AUTO] = "auto", [CRASH_PATH_PSTORE] = "pstore", [CRASH_PATH_KDUMP] = "kdump",
        [CRASH_PATH_BOTH] = "both", [CRASH_PATH_NONE] = "none",
};

const char *crash_path_name(enum crash_path path) {
        return path_names[path];
}

int crash_path_parse(const char *name, enum crash_path *ret_path) {
        for (size_t i = 0; i < CRASH_PATH_NONE; i++)
                if (text_equal(path_names[i], name)) {
                        *ret_path = (enum crash_path) i;
                        return 0;
                }
        return ERR_VALUE;
}

/* %s stands for the back end, where there is one. */
struct rule {
        enum crash_path wish;
        bool has_backend, has_memory;
        enum crash_path path;
        const char *why;
};

static const struct rule rules[] = {
        { CRASH_PATH_AUTO, true, false, CRASH_PATH_PSTORE, "pstore writes a panic to %s" },
        { CRASH_PATH_AUTO, true, true, CRASH_PATH_PSTORE,
          "pstore writes a panic to %s; an armed kdump would keep it from that (path = kdump or both)" },
        { CRASH_PATH_AUTO, false, true, CRASH_PATH_KDUMP,
          "no store of this machine takes a panic; kdump does" },
        { CRASH_PATH_AUTO, false, false, CRASH_PATH_NONE,
          "no store of this machine takes a panic, and no memory is reserved for kdump" },
        { CRASH_PATH_PSTORE, true, false, CRASH_PATH_PSTORE,
          "pstore writes a panic to %s, as it was wished" },
        { CRASH_PATH_PSTORE, true, true, CRASH_PATH_PSTORE, "pstore writes a panic to %s, as it was wished" },
        { CRASH_PATH_PSTORE, false, false, CRASH_PATH_NONE,
          "pstore was wished, but has no store that takes a panic" },
        { CRASH_PATH_PSTORE, false, true, CRASH_PATH_NONE,
          "pstore was wished, but has no store that takes a panic; kdump could (path = auto)" },
        { CRASH_PATH_KDUMP, true, true, CRASH_PATH_KDUMP,
          "kdump was wished; while it is armed no panic reaches pstore's %s" },
        { CRASH_PATH_KDUMP, false, true, CRASH_PATH_KDUMP, "kdump was wished" },
        { CRASH_PATH_KDUMP, true, false, CRASH_PATH_PSTORE,
          "kdump was wished, but no memory is reserved for it: a panic goes to pstore's %s" },
        { CRASH_PATH_KDUMP, false, false, CRASH_PATH_NONE,
          "kdump was wished, but no memory is reserved for it" },
        { CRASH_PATH_BOTH, true, true, CRASH_PATH_BOTH,
          "both were wished: pstore writes a panic to %s first, which runs more code of the kernel that "
          "broke, "
          "then kdump starts" },
        { CRASH_PATH_BOTH, false, true, CRASH_PATH_KDUMP,
          "both were wished, but pstore has no store that takes a panic: kdump alone" },
        { CRASH_PATH_BOTH, true, false, CRASH_PATH_PSTORE,
          "both were wished, but no memory is reserved for kdump: a panic goes to pstore's %s" },
        { CRASH_PATH_BOTH, false, false, CRASH_PATH_NONE,
          "both were wished, but there is neither a store nor memory reserved for kdump" },
};

void crash_path_decide(const struct crash_path_facts *facts, struct crash_path_decision *ret_decision) {
        bool has_backend = facts->backend && !facts->backend_full; /* without room it takes no panic */
        struct text why = TEXT_ON(ret_decision->why);
        const struct rule *rule = rules;

        /* There is a row for all that may be wished, with and without the other two. */
        while (rule->wish != facts->wish || rule->has_backend != has_backend ||
               rule->has_memory != facts->memory_reserved)
                rule++;
        ret_decision->path = rule->path;
        for (const char *at = rule->why; *at; at++)
                if (at[0] == '%' && at[1] == 's') {
                        text_put(&why, facts->backend);
                        at++;
                } else {
                        text_put_char(&why, *at);
                }
        if (facts->backend && facts->backend_full)
                text_format(&why, " (%s has no room for a log)", facts->backend);
        else if (!facts->backend && facts->doubtful)
                text_format(&why, " (whether %s does is not known)", facts->doubtful);
}

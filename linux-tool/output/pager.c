/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* pipe2() */
#include "linux-tool/output/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

#define LESS_OPTIONS "FRSXMK"
#define WORDS_MAX    32

/* Of who logged in, which su and sudo leave as it is (man 5 proc); all ones where nobody knows. */
static bool login_is_another(void) {
        FILE *file = fopen("/proc/self/loginuid", "re");
        unsigned login = UINT32_MAX;

        if (!file)
                return false;
        if (fscanf(file, "%u", &login) != 1)
                login = UINT32_MAX;
        fclose(file);
        return login != UINT32_MAX && login != geteuid();
}

static bool has_rights_of_another(void) {
        return geteuid() != getuid() || getenv("SUDO_UID") || getenv("DOAS_USER") || getenv("PKEXEC_UID") ||
               login_is_another();
}

/* Returns when it cannot be started. */
static void execute_words(char *command) {
        char *words[WORDS_MAX + 1] = { NULL };
        size_t count = 0;

        for (char *word = strtok(command, " \t"); word && count < WORDS_MAX; word = strtok(NULL, " \t"))
                words[count++] = word;
        if (count > 0)
                execvp(words[0], words);
}

/* In the child, whose standard input is the text. */
__attribute__((noreturn)) static void become_pager(bool secure) {
        char *wanted = getenv("PAGER");

        signal(SIGPIPE, SIG_DFL); /* which is ignored here, and stays so over exec */
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        setenv("LESS", LESS_OPTIONS, secure);
        if (secure)
                setenv("LESSSECURE", "1", true);
        else if (wanted)
                execute_words(wanted);
        execlp("less", "less", NULL);
        if (!secure)
                execlp("more", "more", NULL);
        execlp("cat", "cat", NULL);
        _exit(127);
}

static bool is_wanted(void) {
        const char *wanted = getenv("PAGER"), *terminal = getenv("TERM");

        return terminal && !text_equal(terminal, "dumb") &&
               (!wanted || (wanted[0] && !text_equal(wanted, "cat")));
}

void pager_open(struct pager *ret_pager) {
        bool secure = has_rights_of_another();
        int ends[2];

        *ret_pager = (struct pager){ 0 };
        if (!is_wanted() || pipe2(ends, O_CLOEXEC) < 0)
                return;
        fflush(NULL); /* or the child would have it, too */
        ret_pager->child = fork();
        if (ret_pager->child == 0) {
                dup2(ends[0], STDIN_FILENO);
                become_pager(secure);
        }
        close(ends[0]);
        if (ret_pager->child > 0)
                ret_pager->stream = fdopen(ends[1], "w");
        if (!ret_pager->stream) {
                close(ends[1]);
                pager_close(ret_pager);
                return;
        }
        signal(SIGINT, SIG_IGN);
}

void pager_close(struct pager *pager) {
        if (pager->stream)
                fclose(pager->stream);
        while (pager->child > 0 && waitpid(pager->child, NULL, 0) < 0 && errno == EINTR)
                ;
        *pager = (struct pager){ 0 };
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

struct command_variable {
        const char *name, *value;
};

struct command {
        const char *const *arguments; /* the first is the program's path; ends in NULL */
        /*
         * Its environment beside PATH and LC_ALL; ends in one without name, NULL for none. This program's own
         * is not handed on: LD_LIBRARY_PATH would decide which libraries mkinitramfs takes.
         */
        const struct command_variable *variables;
        const char *log;  /* the file that takes what it prints; created or emptied */
        unsigned seconds; /* then it is ended, with all that it has started in its group */
};

/*
 * Runs another program to its end, without a terminal to read from. Its exit status, 128 and the signal's
 * number when one ended it, 127 when it cannot be started; ERR_TIMEOUT; or what the system says.
 */
int command_run(const struct command *command);

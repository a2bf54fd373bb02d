/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* A program of the distribution's that takes its time; what it says is for whoever wants to know why it
 * failed. */
struct command {
        const char *const *arguments;   /* the first is the program's path; ends in NULL */
        const char *const *environment; /* PROCESS_ENVIRONMENT and more, ends in NULL; NULL for no more */
        const char *log;                /* the file that takes what it prints; created or emptied */
        unsigned seconds;               /* then it is ended, with all that it has started in its group */
};

/*
 * Runs it to its end, without a terminal to read from. Its exit status, 128 and the signal's number when one
 * ended it, 127 when it cannot be started; ERR_TIMEOUT; or what the system says.
 */
int command_run(const struct command *command);

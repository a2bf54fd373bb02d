/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/*
 * The one list of errors. Shared code returns `int`: a result >= 0, or one of these, negative.
 * A row is: name, exit group, text. The text completes the sentence "WHAT: TEXT".
 * New rows go to the end of their group; the number itself is nobody's contract.
 */

enum error_group {
        ERROR_GROUP_CALLER,      /* the caller asked for something impossible */
        ERROR_GROUP_INPUT,       /* bytes from firmware, flash, a file or a crashed kernel are malformed */
        ERROR_GROUP_ENVIRONMENT, /* the machine cannot do it, now or ever */
        ERROR_GROUP_BUG,         /* ours */
};

#define ERROR_LIST(ROW)                                                                                      \
        ROW(ERR_INVALID_ARGUMENT, CALLER, "invalid argument")                                                \
        ROW(ERR_BUFFER_TOO_SMALL, CALLER, "buffer too small")                                                \
        ROW(ERR_UNKNOWN_ID, CALLER, "no such record or event")                                               \
        ROW(ERR_EXISTS, CALLER, "exists already with other content")                                         \
        ROW(ERR_NOT_SUPPORTED, CALLER, "not supported by this store")                                        \
        ROW(ERR_TOGETHER, CALLER, "lies in one file with records that were not named")                       \
        ROW(ERR_TRUNCATED, INPUT, "ends too early")                                                          \
        ROW(ERR_SIGNATURE, INPUT, "wrong signature")                                                         \
        ROW(ERR_CHECKSUM, INPUT, "wrong checksum")                                                           \
        ROW(ERR_LENGTH, INPUT, "length does not fit")                                                        \
        ROW(ERR_VALUE, INPUT, "value outside of its range")                                                  \
        ROW(ERR_STREAM, INPUT, "malformed compressed stream")                                                \
        ROW(ERR_CODEC_UNKNOWN, INPUT, "no known compression gives a log")                                    \
        ROW(ERR_TOO_LARGE, INPUT, "larger than the bound set for it")                                        \
        ROW(ERR_LOOP, INPUT, "does not end within the bound set for it")                                     \
        ROW(ERR_INSTRUCTION, INPUT, "instruction cannot be executed")                                        \
        ROW(ERR_ACTION_MISSING, INPUT, "the table has no such action")                                       \
        ROW(ERR_LOG_MISSING, INPUT, "holds no complete log")                                                 \
        ROW(ERR_FILE_KIND, INPUT, "is no regular file")                                                      \
        ROW(ERR_NESTED, INPUT,                                                                               \
            "holds records in directories below it, as systemd archives them, which dir:DIR reads")          \
        ROW(ERR_UNFINISHED, INPUT, "firmware has not finished with it")                                      \
        ROW(ERR_STRAY, INPUT, "holds files that are no records")                                             \
        ROW(ERR_SEALED, INPUT, "is sealed: 'pstore-fw kdump unseal' opens it, with its secret key")          \
        ROW(ERR_KEY, INPUT, "is sealed to another key")                                                      \
        ROW(ERR_VERSION, INPUT, "of a version that is not known here")                                       \
        ROW(ERR_NO_STORE, ENVIRONMENT, "this machine has no such store")                                     \
        ROW(ERR_NO_SPACE, ENVIRONMENT, "no space left")                                                      \
        ROW(ERR_NOT_FOUND, ENVIRONMENT, "not found")                                                         \
        ROW(ERR_STORE_EMPTY, ENVIRONMENT, "the store is empty")                                              \
        ROW(ERR_HARDWARE, ENVIRONMENT, "hardware not available")                                             \
        ROW(ERR_FAILED, ENVIRONMENT, "the platform reports a failure")                                       \
        ROW(ERR_STATUS, ENVIRONMENT, "the platform reports an unknown status")                               \
        ROW(ERR_TIMEOUT, ENVIRONMENT, "not finished within the time set for it")                             \
        ROW(ERR_IO, ENVIRONMENT, "input/output error")                                                       \
        ROW(ERR_PERMISSION, ENVIRONMENT, "permission denied")                                                \
        ROW(ERR_READ_ONLY, ENVIRONMENT, "write protected")                                                   \
        ROW(ERR_NO_MEMORY, ENVIRONMENT, "out of memory")                                                     \
        ROW(ERR_MISMATCH, ENVIRONMENT, "what was read back differs from what was written")                   \
        ROW(ERR_STILL_THERE, ENVIRONMENT, "still there after it was cleared")                                \
        ROW(ERR_UNVERIFIED, ENVIRONMENT, "done, but the store gives no means to verify it")                  \
        ROW(ERR_INTERRUPTED, ENVIRONMENT, "interrupted")                                                     \
        ROW(ERR_IN_USE, ENVIRONMENT, "in use by another program")                                            \
        ROW(ERR_VOLATILE, ENVIRONMENT, "lies in memory, and is gone after a reset")                          \
        ROW(ERR_CHANGED, ENVIRONMENT, "has changed since it was copied")                                     \
        ROW(ERR_NOT_DIRECTORY, ENVIRONMENT, "not a directory")                                               \
        ROW(ERR_IS_DIRECTORY, ENVIRONMENT, "a directory, where a file is wanted")                            \
        ROW(ERR_NO_MEDIUM, ENVIRONMENT, "no disk is there, or another one")                                  \
        ROW(ERR_FILE_SYSTEM, ENVIRONMENT, "the file system is damaged")                                      \
        ROW(ERR_BUG, BUG, "internal error, please report it")

enum error_ordinal {
        ERROR_ORDINAL_NONE,
#define ROW(name, group, text) name##_ORDINAL,
        ERROR_LIST(ROW)
#undef ROW
                ERROR_ORDINAL_END,
};

enum error {
#define ROW(name, group, text) name = -name##_ORDINAL,
        ERROR_LIST(ROW)
#undef ROW
};

/* "ERR_NO_SPACE" for ERR_NO_SPACE; "ERR_BUG" for a number that is no error. Static storage. */
const char *error_name(int error);

/* One lower-case phrase without a full stop, for people. Static storage. */
const char *error_text(int error);

/* Whose fault it is; ERROR_GROUP_BUG for a number that is no error. */
enum error_group error_group(int error);

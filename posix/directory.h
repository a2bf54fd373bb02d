/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <dirent.h>

/* What is in the open directory, from its beginning; NULL, and errno. The stream has a descriptor of its own.
 */
DIR *directory_stream(int directory_fd);

/*
 * Removes what has this name in the open directory, and all that is in it; a link itself. ERR_NOT_FOUND;
 * ERR_LOOP for one in which directories lie deeper than anybody of ours makes them, or what the system says,
 * and then some of it may be gone.
 */
int tree_remove(int directory_fd, const char *name);

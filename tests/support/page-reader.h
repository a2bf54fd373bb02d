/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "base/allocator.h"

/*
 * Reads a page of store/show-html.h back, as strictly as no browser does: the body may hold the tags that the
 * page is made of and no other, the five entities, and no other character of markup. Appends the bytes of its
 * logs, without the lines that are the page's own. False for a page that holds anything else. No cmocka:
 * fuzzers use it too.
 */
bool page_read_logs(struct bytes page, struct buffer *logs);

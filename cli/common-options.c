/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "cli/common-options.h"
#include "base/duration.h"
#include "base/error.h"
#include "base/text.h"

/* Only these can be written so that the kernel's pstore reads them. */
static int parse_type(const char *text, uint64_t *ret_number) {
        (void) ret_number;
        return text_equal(text, "dmesg") ? 0 : ERR_VALUE;
}

static void put_types(const struct sink *sink) {
        sink_format(sink, "dmesg\n");
}

static int parse_age(const char *text, uint64_t *ret_number) {
        return duration_parse(text_view(text), ret_number);
}

static int parse_number(const char *text, uint64_t *ret_number) {
        struct bytes view = text_view(text);
        uint64_t number;
        size_t at = 0;

        if (decimal_parse(view, &at, UINT32_MAX, &number) < 0 || at != view.size)
                return ERR_VALUE;
        *ret_number = number;
        return 0;
}

const struct option option_all = { "all", 'a', NULL, "all events and records" };
const struct option option_raw = { "raw", 0, NULL, "the bytes as stored" };
const struct option option_parts = { "parts", 0, NULL, "keep the header line of each part" };
const struct option option_type = {
        .name = "type",
        .letter = 't',
        .argument = "TYPE",
        .help = "of the record to write: dmesg",
        .parse = parse_type,
        .wanted = "cannot be written: only dmesg can",
        .put_choices = put_types,
};
const struct option option_volatile_copy = { "volatile-copy", 0, NULL,
                                             "erase also when the copy lies in memory" };
const struct option option_dumped = { "dumped", 0, NULL, "only what has a complete copy already" };
const struct option option_older_than = { "older-than", 0,
                                          "AGE",        "only what is older: 90s, 15m, 36h, 30d, 2w",
                                          parse_age,    "is no age: a number and s, m, h, d or w" };
const struct option option_keep = {
        "keep", 0, "N", "leave the newest N events", parse_number, "is no number"
};
const struct option option_dry_run = { "dry-run", 'n', NULL, "only say what would be done" };
const struct option option_json = { "json", 'j', NULL, "print one JSON object" };
const struct option option_yes = { "yes", 'y', NULL, "do not ask" };
const struct option option_quiet = { "quiet", 'q', NULL, "no notes and no progress, only errors" };
const struct option option_help = { "help", 'h', NULL, "this text, or a verb's" };
const struct option option_version = { "version", 'V', NULL, "the version" };

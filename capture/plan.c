/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "capture/plan.h"

#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "capture/collector.h"
#include "capture/disk.h"
#include "capture/seal.h"

#define DAY_SECONDS 86400

const struct capture_plan capture_plan_default = {
        .devices = 1,
        .dump_level = 31, /* no user pages, no caches: what customers have in memory stays there */
        .compression = "lzo",
        .keep = 5,
        .disk_seconds = 30,
        .bound_seconds = 600,
};

static const struct {
        const char *name, *option;
} compressions[] = {
        { "lzo", "-l" }, { "zlib", "-c" }, { "zstd", "-z" }, { "snappy", "-p" }, { "none", "" },
};

const char *capture_plan_compression_option(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(compressions); i++)
                if (strcmp(compressions[i].name, name) == 0)
                        return compressions[i].option;
        return "";
}

static int parse_compression(const struct setting_row *row, void *member, const char *value) {
        for (size_t i = 0; i < ARRAY_SIZE(compressions); i++)
                if (strcmp(compressions[i].name, value) == 0)
                        return setting_text.parse(row, member, value);
        return ERR_VALUE;
}

static int parse_key(const struct setting_row *row, void *member, const char *value) {
        struct seal_key key;
        int r = seal_key_parse(value, &key);

        return r < 0 ? r : setting_text.parse(row, member, value);
}

static int parse_collector(const struct setting_row *row, void *member, const char *value) {
        struct sockaddr_in address;
        int r = collector_parse(value, &address);

        return r < 0 ? r : setting_text.parse(row, member, value);
}

static const struct setting_kind setting_compression = { parse_compression, setting_put_text };
static const struct setting_kind setting_key = { parse_key, setting_put_text };
static const struct setting_kind setting_collector = { parse_collector, setting_put_text };

#define TEXT_ROW(member, kind, wanted) SETTING_TEXT_ROW(struct capture_plan, member, kind, wanted)
#define NUMBER_ROW(member, low, high, wanted)                                                                \
        { #member, offsetof(struct capture_plan, member), &setting_number, low, high, wanted }

static const struct setting_row target_rows[] = {
        TEXT_ROW(uuid, setting_text, "is no UUID"),
        NUMBER_ROW(devices, 1, DISK_SET_MAX, "is not between 1 and 16"),
        TEXT_ROW(file_system, setting_text, "is no file system"),
        TEXT_ROW(mount_options, setting_text, "is too long"),
        TEXT_ROW(directory, setting_path, "is no absolute path, or too long"),
        TEXT_ROW(log_tool, setting_text, "is no program"),
        TEXT_ROW(image_tool, setting_text, "is no program"),
        TEXT_ROW(collector, setting_collector, "is no ADDRESS:PORT"),
        TEXT_ROW(host, setting_host, "is no name of a host"),
        TEXT_ROW(public_key, setting_key, "is no key"),
        TEXT_ROW(watchdog, setting_text, "is no driver"),
};

#define NETWORK_ROW(name, member, kind, wanted)                                                              \
        {                                                                                                    \
                name, offsetof(struct capture_network, member), &(kind), 0,                                  \
                        sizeof(((struct capture_network *) NULL)->member), wanted                            \
        }

static const struct setting_row network_rows[] = {
        NETWORK_ROW("mac", mac, setting_text, "is no MAC"),
        NETWORK_ROW("address", address, setting_text, "is no address"),
        NETWORK_ROW("gateway", gateway, setting_text, "is no address"),
        { "mtu", offsetof(struct capture_network, mtu), &setting_number, 0, 65535,
          "is not between 0 and 65535" },
        NETWORK_ROW("server", server, setting_text, "is no address"),
        NETWORK_ROW("export", export, setting_path, "is no absolute path, or too long"),
};

static const struct setting_row choice_rows[] = {
        TEXT_ROW(compression, setting_compression, "is none of lzo, zlib, zstd, snappy and none"),
        NUMBER_ROW(dump_level, 0, 31, "is not between 0 and 31"),
        NUMBER_ROW(keep, 1, 1000, "is not between 1 and 1000"),
        NUMBER_ROW(disk_seconds, 1, DAY_SECONDS, "is not between 1 and 86400"),
        NUMBER_ROW(bound_seconds, 10, DAY_SECONDS, "is not between 10 and 86400"),
};

struct settings_table capture_plan_choices(struct capture_plan *plan) {
        return (struct settings_table){ choice_rows, ARRAY_SIZE(choice_rows), plan };
}

#define TABLE_COUNT 3

static void make_tables(struct capture_plan *plan, struct settings_table ret_tables[TABLE_COUNT]) {
        ret_tables[0] = (struct settings_table){ target_rows, ARRAY_SIZE(target_rows), plan };
        ret_tables[1] = (struct settings_table){ network_rows, ARRAY_SIZE(network_rows), &plan->network };
        ret_tables[2] = capture_plan_choices(plan);
}

bool capture_plan_is_share(const struct capture_plan *plan) {
        return plan->network.server[0];
}

bool capture_plan_has_place(const struct capture_plan *plan) {
        return capture_plan_is_share(plan) || plan->uuid[0];
}

static int check_complete(const struct capture_plan *plan, char ret_error[SETTINGS_ERROR_SIZE]) {
        enum { DISK = 1, SHARE = 2, COLLECTOR = 4 };
        const struct {
                const char *name, *value;
                int of;
        } needed[] = {
                { "uuid", plan->uuid, DISK },
                { "mac", plan->network.mac, SHARE | COLLECTOR },
                { "address", plan->network.address, SHARE | COLLECTOR },
                { "export", plan->network.export, SHARE },
                { "file_system", plan->file_system, DISK | SHARE },
                { "directory", plan->directory, DISK | SHARE },
                { "host", plan->host, COLLECTOR },
                { "public_key", plan->public_key, COLLECTOR },
                { "log_tool", plan->log_tool, DISK | SHARE | COLLECTOR },
        };
        struct text error = text_on(ret_error, SETTINGS_ERROR_SIZE);
        int kind = plan->collector[0] ? COLLECTOR : 0;

        if (capture_plan_has_place(plan) || kind == 0)
                kind |= capture_plan_is_share(plan) ? SHARE : DISK;

        for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
                if ((needed[i].of & kind) && !needed[i].value[0]) {
                        text_format(&error, "%s: missing", needed[i].name);
                        return ERR_VALUE;
                }
        return 0;
}

int capture_plan_parse(struct bytes text, struct capture_plan *ret_plan,
                       char ret_error[SETTINGS_ERROR_SIZE]) {
        struct capture_plan plan = capture_plan_default;
        struct settings_table tables[TABLE_COUNT];
        int r;

        make_tables(&plan, tables);
        r = settings_parse(text, tables, TABLE_COUNT, ret_error);
        if (r == 0)
                r = check_complete(&plan, ret_error);
        if (r == 0)
                *ret_plan = plan;
        return r;
}

static int print_once(struct capture_plan plan, char ret_text[CAPTURE_PLAN_SIZE]) {
        struct text text = text_on(ret_text, CAPTURE_PLAN_SIZE);
        struct settings_table tables[TABLE_COUNT];

        make_tables(&plan, tables);
        return settings_put(tables, TABLE_COUNT, &text);
}

int capture_plan_print(const struct capture_plan *plan, char ret_text[CAPTURE_PLAN_SIZE]) {
        char error[SETTINGS_ERROR_SIZE], text_again[CAPTURE_PLAN_SIZE];
        struct capture_plan plan_again;
        int r;

        r = print_once(*plan, ret_text);
        /* What does not come back as it was written would be found out by the crash kernel only. */
        if (r == 0)
                r = capture_plan_parse(text_view(ret_text), &plan_again, error);
        if (r == 0)
                r = print_once(plan_again, text_again);
        if (r == 0 && strcmp(ret_text, text_again) != 0)
                r = ERR_VALUE;
        return r;
}

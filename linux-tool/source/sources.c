/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "linux-tool/source/sources.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arith.h"
#include "base/text.h"
#include "linux/dump-directory.h"
#include "linux/esp.h"

struct source_kind {
        const char *name;
        const char *usage;
        const char *help;
        bool needs_argument;
        bool finds_deleted;
        struct record_source *(*create)(const char *spec, const char *argument);
};

static const struct source_kind source_kinds[] = {
        { "efivarfs", "efivarfs[:DIR]", "EFI variables", false, false, efivarfs_source_new },
        { "pstorefs", "pstorefs[:DIR]", "what the kernel's pstore shows", false, false, pstorefs_source_new },
        { "bert", "bert[:FILE]", "what firmware found itself, by ACPI's BERT", false, false,
          bert_source_new },
        { "kdump", "kdump[:DIR]", "dumps that a crash kernel saved", false, false, kdump_source_new },
        { "dir", "dir:DIR", "saved dumps, and what systemd-pstore archived", true, false,
          directory_source_new },
        { "erst-dbg", "erst-dbg[:DEVICE]", "ERST, by the kernel's erst_dbg module", false, false,
          erst_dbg_source_new },
        { "erst-mem", "erst-mem[:ROOT]", "ERST, by /dev/mem, after erst_disable", false, false,
          erst_mem_source_new },
        { "erst-image", "erst-image:FILE", "the file behind QEMU's acpi-erst", true, true,
          erst_image_source_new },
        { "efi-image", "efi-image:FILE", "a variable store of OVMF, edk2 or U-Boot", true, true,
          efi_image_source_new },
};

const char *const sources_default[] = { "efivarfs", "pstorefs", "bert", NULL };

/* Dumps of kdump, what systemd-pstore(8) has taken out of pstore, and dumps of ours. */
static const char *const archives_default[] = { "kdump", "dir:/var/lib/systemd/pstore",
                                                ("dir:" DUMP_DIRECTORY) };

size_t sources_add_archives(const char *root, const char *specs[SOURCES_MAX], size_t count) {
        static char esp_spec[PATH_MAX + sizeof("dir:" ESP_DUMPS)];
        struct esp esp;

        for (size_t i = 0; i < ARRAY_SIZE(archives_default) && count < SOURCES_MAX; i++)
                specs[count++] = archives_default[i];
        esp_find(root, &esp);
        if (esp.state == ESP_MOUNTED && count < SOURCES_MAX) {
                snprintf(esp_spec, sizeof(esp_spec), "dir:%s" ESP_DUMPS, esp.directory);
                specs[count++] = esp_spec;
        }
        return count;
}

/* The kind that the spec names, and behind its ':' the argument or NULL. */
static const struct source_kind *find_kind(const char *spec, const char **ret_argument) {
        const char *colon = strchr(spec, ':');
        size_t length = colon ? (size_t) (colon - spec) : strlen(spec);

        for (size_t i = 0; i < ARRAY_SIZE(source_kinds); i++)
                if (strlen(source_kinds[i].name) == length &&
                    strncmp(source_kinds[i].name, spec, length) == 0) {
                        *ret_argument = colon ? colon + 1 : NULL;
                        return &source_kinds[i];
                }
        return NULL;
}

bool source_spec_is_valid(const char *spec) {
        const char *argument;
        const struct source_kind *kind = find_kind(spec, &argument);

        if (!kind)
                return false;
        return argument ? argument[0] != '\0' : !kind->needs_argument;
}

bool source_spec_finds_deleted(const char *spec) {
        const char *argument;

        return find_kind(spec, &argument)->finds_deleted;
}

struct record_source *source_new(const char *spec) {
        const char *argument;
        const struct source_kind *kind = find_kind(spec, &argument);
        struct record_source *source = kind->create(spec, argument);

        if (source)
                source->of_machine = !argument;
        return source;
}

void source_free(struct record_source *source) {
        if (!source)
                return;
        source->operations->close(source);
        free(source);
}

void sources_print_help(const struct sink *sink) {
        sink_format(sink, "\nSPEC:\n");
        for (size_t i = 0; i < ARRAY_SIZE(source_kinds); i++)
                sink_format(sink, "  %-24s%s\n", source_kinds[i].usage, source_kinds[i].help);
        sink_format(sink, "Without it, all that this machine has of the first four, and the directories\n"
                          "where systemd-pstore, dump and the application on the ESP leave copies.\n");
}

void sources_print_choices(const struct sink *sink) {
        for (size_t i = 0; i < ARRAY_SIZE(source_kinds); i++) {
                const struct source_kind *kind = &source_kinds[i];

                if (!kind->needs_argument)
                        sink_format(sink, "%s\n", kind->name);
                sink_format(sink, "%s:\n", kind->name);
        }
}

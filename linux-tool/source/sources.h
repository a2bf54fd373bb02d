/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "linux-tool/options.h"
#include "store/sink.h"
#include "store/source.h"

/*
 * The kinds of sources that --source names. Each of them makes a block of memory that begins with a struct
 * record_source; source_free() closes and frees it. Nothing is opened before operations->open().
 *
 * `spec` and `argument` (what follows the ':', NULL for none) outlive the source. NULL: no memory.
 */
struct record_source *pstorefs_source_new(const char *spec, const char *argument);
struct record_source *efivarfs_source_new(const char *spec, const char *argument);
struct record_source *bert_source_new(const char *spec, const char *argument);
struct record_source *kdump_source_new(const char *spec, const char *argument);
struct record_source *directory_source_new(const char *spec, const char *argument);
struct record_source *erst_dbg_source_new(const char *spec, const char *argument);
struct record_source *erst_mem_source_new(const char *spec, const char *argument);
struct record_source *erst_image_source_new(const char *spec, const char *argument);
struct record_source *efi_image_source_new(const char *spec, const char *argument);

void source_free(struct record_source *source);

/* True for "KIND" or "KIND:ARGUMENT" where the kind exists and has the argument that it needs. */
bool source_spec_is_valid(const char *spec);

/* For a valid spec: its kind obeys record_source.deleted. */
bool source_spec_finds_deleted(const char *spec);

/* For a valid spec. NULL: no memory. */
struct record_source *source_new(const char *spec);

/*
 * What is looked at when no source is named: this machine's stores, the one that shows most of them first;
 * ends in NULL.
 */
extern const char *const sources_default[];

/*
 * And behind them the archives where copies of what was in them lie, be they there or not, but the ESP's only
 * where that is mounted. Adds their specs, which are valid up to the next call, to the `count` that there
 * are; how many there are then. `root` as in linux/esp.h.
 */
size_t sources_add_archives(const char *root, const char *specs[SOURCES_MAX], size_t count);

/* The lines of the help about SPEC. */
void sources_print_help(const struct sink *sink);

/* The same as option.put_choices wants it. */
void sources_print_choices(const struct sink *sink);

/*
 * libefivar takes the directory of its variables from the environment variable EFIVARFS_PATH, once, before
 * main() runs. So when one of the specs is "efivarfs:DIR", this starts the program anew with it and does not
 * return. 0 when there is nothing to do; ERR_INVALID_ARGUMENT for two different directories; or why the
 * program could not be started.
 */
int efivarfs_execute_anew(const char *const *specs, size_t spec_count, char **argv);

/*
 * A record that was erased in its store is still shown by pstorefs until the next boot. This removes it there
 * too, where that is allowed; whatever comes of it, the record is gone. For a record alone whose file cannot
 * be another's: with it that one would go.
 */
void pstorefs_forget(enum record_store store, const char *name);

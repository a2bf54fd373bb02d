/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "base/json.h"
#include "codec/sha256.h"
#include "store/catalog.h"
#include "store/dump.h"

/* The members of manifest.json, docs/schema/manifest.json. All write into a JSON document that is open. */

/* What an event is, what crashed as its log tells it, and where and when its copy was made. */
void manifest_put_event(struct json_writer *json, const struct catalog *catalog, const struct event *event,
                        struct bytes log, const struct dump_origin *origin);

/* A file of the dump: its name relative to the manifest, its size and its SHA-256. */
void manifest_put_file(struct json_writer *json, const char *name, const char *path, struct bytes content);

/* What a record is, but for where its bytes are. */
void manifest_put_record(struct json_writer *json, const struct catalog_record *row);

/* Where a record's bytes are in the file of all, and their digest. */
void manifest_put_bytes(struct json_writer *json, uint64_t offset, uint64_t size,
                        const uint8_t sha256[SHA256_SIZE]);

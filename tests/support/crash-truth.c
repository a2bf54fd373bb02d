/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/crash-truth.h"

#include "codec/sha256.h"

struct json_object *crash_truth_open(const char *folder) {
        char path[200];
        struct json_object *truth;

        snprintf(path, sizeof(path), "crash/%s/truth.json", folder);
        truth = json_object_from_file(test_corpus(path));
        assert_non_null(truth);
        return truth;
}

struct json_object *crash_truth_member(struct json_object *object, const char *name) {
        struct json_object *value;

        if (!json_object_object_get_ex(object, name, &value))
                fail_msg("truth.json has no %s", name);
        return value;
}

void crash_truth_assert_digest(struct json_object *truth, struct bytes bytes) {
        uint8_t digest[SHA256_SIZE];
        char text[2 * SHA256_SIZE + 1];

        sha256_digest(bytes, digest);
        for (size_t i = 0; i < SHA256_SIZE; i++)
                snprintf(text + 2 * i, 3, "%02x", digest[i]);
        assert_string_equal(text, json_object_get_string(crash_truth_member(truth, "sha256")));
}

/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "tests/support/loaded-source.h"

#include "linux-tool/source/sources.h"
#include "tests/support/test.h"

void load(struct loaded *loaded, const char *spec) {
        assert_true(source_spec_is_valid(spec));
        loaded->source = source_new(spec);
        assert_non_null(loaded->source);
        catalog_init(&loaded->catalog, &system_allocator, codec_builtin, codec_builtin_count, NULL);
        loaded->result = catalog_add(&loaded->catalog, loaded->source);
        assert_ok(catalog_join(&loaded->catalog));
        assert_ok(work_init(&loaded->work, &loaded->catalog));
}

void unload(struct loaded *loaded) {
        work_free(&loaded->work);
        catalog_free(&loaded->catalog);
        source_free(loaded->source);
}

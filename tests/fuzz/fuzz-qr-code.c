/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * QR codes against libqrencode, module for module; where that is not installed, that a symbol has the width
 * and the bounds of its version. Input: a byte of the version, of which the highest bit is the level, then
 * the text.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/support/qr-oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static struct qr_code code;
        struct bytes text = bytes_of(data, size);
        uint8_t control = bytes_u8(fuzz_take(&text, 1), 0);
        enum qr_level level = control & 0x80 ? QR_LEVEL_M : QR_LEVEL_L;
        unsigned version = control & 0x7f;
        bool there_is = version >= 1 && version <= QR_VERSION_MAX;

        if (there_is && text.size > 0 && qr_oracle_is_there())
                fuzz_check(!qr_compare(text, version, level));
        else if (qr_code_encode(text, version, level, &code) >= 0)
                fuzz_check(there_is && code.width == qr_code_width(version) &&
                           text.size <= qr_code_capacity(version, level));
        return 0;
}

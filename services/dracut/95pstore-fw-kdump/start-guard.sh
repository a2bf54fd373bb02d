#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause-Patent
#
# dracut, before anything is waited for.

# shellcheck disable=SC1091 # services/pstore-fw-kdump.sh
. /lib/pstore-fw-kdump.sh
if pstore_fw_is_wanted; then
	pstore_fw_start_guard
fi

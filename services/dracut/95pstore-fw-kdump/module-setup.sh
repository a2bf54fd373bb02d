#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
# shellcheck disable=SC2154 # moddir is dracut's
#
# The initramfs that `pstore-fw kdump load` builds.

# Only where it is asked for by name, and by us.
check() {
    [[ $PSTORE_FW_KDUMP ]] || return 1
    return 255
}

depends() {
    return 0
}

install() {
    inst_multiple mount umount sleep sync mkdir
    inst_simple "$moddir/pstore-fw-kdump.sh" /lib/pstore-fw-kdump.sh
    inst_hook cmdline 01 "$moddir/start-guard.sh"
    inst_hook pre-pivot 01 "$moddir/capture.sh"
}

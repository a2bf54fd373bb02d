# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A machine with neither EFI nor ERST panics: its crash kernel saves the log, a memory image and a manifest
to the disk, which was never unmounted. The log is what was on the serial console, makedumpfile reads the
same log from the image, and the machine comes back by itself. What the crash kernel prints can be had again.
"""

from harness import check, kdump
from harness.scenario import Run

_VERBOSE = f"""
echo "append = loglevel=7" > /etc/pstore-fw/kdump.conf
{kdump.LOAD}
crash
"""


def run(test: Run) -> None:
    system = test.system()
    with test.step("Linux panics; the crash kernel saves the dump"):
        crashed = kdump.crash(system, _VERBOSE)
        kdump.check_unpacked(crashed.boot, "before it is loaded")
        kdump.comes_back(crashed)
        check.true("its file system had not been unmounted", "recovery complete" in crashed.capture)
    with test.step("the dump is what the serial console showed"):
        kdump.check_complete(system, kdump.only_dump(kdump.on_disk(system)), crashed)

# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A disk of a mirror fails between load and crash: the dump is on the other, which has all that was written."""

from dataclasses import replace

from harness import kdump, storage
from harness.scenario import Run
from harness.storage import Storage

_FAIL = f"try mdadm /dev/md0 --fail $two\n{storage.AT_REST}crash\n"


def run(test: Run) -> None:
    degraded = Storage(test.system(), replace(storage.RAID1, whole="[U_]"))
    with test.step("a disk fails, Linux panics; the crash kernel saves the dump"):
        crashed = degraded.crash(kdump.LOAD + _FAIL)
        kdump.comes_back(crashed)
    with test.step("an ordinary boot finds the dump, and all sound"):
        seen = degraded.boot(kdump.READ)
        kdump.check_read(seen, crashed)
        degraded.check_sound(seen)

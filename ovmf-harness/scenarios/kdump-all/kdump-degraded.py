# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A disk of a mirror fails between load and crash: the dump is on the other, which has all that was written. A disk of
a volume group is gone before the load: one that the volume does not use, and so it is no obstacle.
"""

from dataclasses import replace

from harness import check, kdump, storage
from harness.scenario import Run
from harness.storage import Storage

_FAIL = f"try mdadm /dev/md0 --fail $two\n{storage.AT_REST}crash\n"

# The two lie on other disks.
_TAKE_AWAY = """
echo 1 > "/sys/block/${three##*/}/device/../remove"
run pvs lvm pvs
"""


def _without_a_disk(test: Run) -> None:
    partial = Storage(test.system("partial"), storage.TO_BE_CHANGED)
    with test.step("the volume group lacks a disk that the volume does not use; the crash kernel saves the dump"):
        crashed = partial.crash(f"{_TAKE_AWAY}{kdump.LOAD}{storage.AT_REST}crash\n")
        check.matches("lvm says that it lacks one", crashed.boot.results["pvs"].complaint, "(?i)missing")
        kdump.comes_back(crashed)
    with test.step("an ordinary boot finds that dump, and all sound"):
        seen = partial.boot(kdump.READ)
        kdump.check_read(seen, crashed)
        partial.check_sound(seen)


def run(test: Run) -> None:
    _without_a_disk(test)
    degraded = Storage(test.system(), replace(storage.RAID1, whole="[U_]"))
    with test.step("a disk fails, Linux panics; the crash kernel saves the dump"):
        crashed = degraded.crash(kdump.LOAD + _FAIL)
        kdump.comes_back(crashed)
    with test.step("an ordinary boot finds the dump, and all sound"):
        seen = degraded.boot(kdump.READ)
        kdump.check_read(seen, crashed)
        degraded.check_sound(seen)

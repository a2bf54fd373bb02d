# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A dump goes to a btrfs over two disks, which is whole afterwards. One of which a disk is missing is not
armed; one that lost a disk after the load is not written to, and the log goes to the console.
"""

from harness import check, kdump, storage
from harness.scenario import Run

_SIZE = "512M"
_DISKS = ("one", "two")
_OPTIONS = "disk_seconds = 5"
_LOAD = f"""
modprobe btrfs
mount -t btrfs -o "device=$(disk one),device=$(disk two)" "$(disk one)" /mnt
printf 'directory = /mnt/dumps\n{_OPTIONS}\n' > /etc/pstore-fw/kdump.conf
run load pstore-fw kdump load
"""
_LOSE = """
umount /mnt
dd if=/dev/zero of="$(disk two)" bs=1M count=1
sync
"""
_DEGRADED = """
modprobe btrfs
mount -t btrfs -o degraded "$(disk one)" /mnt
echo "directory = /mnt/dumps" > /etc/pstore-fw/kdump.conf
run load pstore-fw kdump load
"""


def _lost_later(test: Run) -> None:
    system = test.system("lost")
    system.add_btrfs(_DISKS, _SIZE)
    crashed = kdump.crash(system, f"{_LOAD}{_LOSE}crash\n")
    kdump.comes_back(crashed)
    check.matches("the crash kernel says what is missing", crashed.capture,
                  r"pstore-fw: disk: 1 of 2 have the file system \S+ after \d+ s")
    kdump.check_console(crashed)


def _missing(test: Run) -> None:
    system = test.system("missing")
    system.add_btrfs(_DISKS, _SIZE)
    system.remove_disk("two")
    seen = system.linux(_DEGRADED, append=kdump.RESERVED)
    check.status(seen.results["load"], 1)
    check.matches("it says what is missing", seen.results["load"].complaint, r"btrfs of which the device \d+ is missing")


def run(test: Run) -> None:
    storage.survive(test, storage.BTRFS)
    with test.step("a disk is lost after the load: the log is on the console"):
        _lost_later(test)
    with test.step("a disk is missing at load: nothing is armed"):
        _missing(test)

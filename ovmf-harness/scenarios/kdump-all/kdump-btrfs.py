# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A dump goes to a btrfs over two disks, which is whole afterwards. One of which a disk is missing is not
armed; one that lost a disk after the load is not written to, and the log goes to the console.
"""

import shutil
from pathlib import Path

from harness import check, dumps, kdump, tools
from harness.scenario import Run

_SIZE = "512M"
_DISKS = ("one", "two")
_OPTIONS = "disk_seconds = 5"
_MOUNT = """
modprobe btrfs
mount -t btrfs -o "device=$(disk one),device=$(disk two)" "$(disk one)" /mnt
"""
_LOAD = _MOUNT + f"""
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
_READ = """
export LD_LIBRARY_PATH=/run/lib
modprobe btrfs
run check /run/btrfs check --check-data-csum "$(disk one)"
""" + _MOUNT + """
for dump in /mnt/dumps/2*; do
        mkdir -p "/out/dumps/${dump##*/}"
        cp "$dump"/*.txt "$dump"/*.json "/out/dumps/${dump##*/}/"
        run image makedumpfile --dump-dmesg "$dump/vmcore" /out/image-log
done
"""


def _survive(test: Run) -> None:
    system = test.system("both")
    system.add_btrfs(_DISKS, _SIZE, "raid0")
    crashed = kdump.crash(system, f"{_LOAD}crash\n")
    kdump.comes_back(crashed)
    program = Path(shutil.which("btrfs"))
    seen = system.linux(_READ, files=system.lab.userland.portable(program))
    check.status(seen.results["check"], 0)
    dump = kdump.only_dump(kdump.saved(dumps.below(seen.files, "dumps")))
    kdump.check_log(dump.log, crashed)
    check.true("the manifest has the image", dump.manifest["image"])
    check.status(seen.results["image"], 0)
    check.equal("the log in the memory image", tools.without_callers(seen.files["image-log"]), dump.log)


def _lost_later(test: Run) -> None:
    system = test.system("lost")
    system.add_btrfs(_DISKS, _SIZE, "raid1")
    crashed = kdump.crash(system, f"{_LOAD}{_LOSE}crash\n")
    kdump.comes_back(crashed)
    check.matches("the crash kernel says what is missing", crashed.capture,
                  r"pstore-fw: disk: 1 of 2 have the file system \S+ after \d+ s")
    kdump.check_console(crashed)


def _missing(test: Run) -> None:
    system = test.system("missing")
    system.add_btrfs(_DISKS, _SIZE, "raid1")
    system.remove_disk("two")
    seen = system.linux(_DEGRADED, append=kdump.RESERVED)
    check.status(seen.results["load"], 1)
    check.matches("it says what is missing", seen.results["load"].complaint, r"btrfs of which the device \d+ is missing")


def run(test: Run) -> None:
    with test.step("a dump goes to a btrfs over two disks"):
        _survive(test)
    with test.step("a disk is lost after the load: the log is on the console"):
        _lost_later(test)
    with test.step("a disk is missing at load: nothing is armed"):
        _missing(test)

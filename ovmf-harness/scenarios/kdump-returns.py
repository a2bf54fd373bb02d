# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Whatever breaks in the crash kernel, the machine comes back, and what could be saved is saved: the disk
is gone or full, or the image tool takes all memory.
"""

from harness import kdump
from harness.scenario import Run
from harness.system import System

_MOUNT_TARGET = """
mount "$(disk target)" /mnt
printf 'directory = /mnt/dumps\\ndisk_seconds = 5\\n' > /etc/pstore-fw/kdump.conf
run load pstore-fw kdump load
"""
_WIPE = """
umount /mnt
dd if=/dev/zero of="$(disk target)" bs=1M count=1 conv=fsync
crash
"""
_FILL = """
dd if=/dev/zero of=/mnt/room bs=1M count=1 conv=fsync
dd if=/dev/zero of=/mnt/fill bs=64k
rm /mnt/room
sync
crash
"""


def _with_target(test: Run, name: str) -> System:
    system = test.system(name)
    system.add_disk("target", "256M", "ext4")
    return system


def _disk_missing(test: Run) -> None:
    crashed = kdump.crash(_with_target(test, "missing"), _MOUNT_TARGET + _WIPE)
    kdump.comes_back(crashed)
    kdump.check_console(crashed)


def _disk_full(test: Run) -> None:
    system = _with_target(test, "full")
    crashed = kdump.crash(system, _MOUNT_TARGET + _FILL)
    kdump.comes_back(crashed)
    kdump.check_log_only(system, kdump.only_dump(kdump.on_disk(system, "target", "/dumps")), crashed)


def run(test: Run) -> None:
    with test.step("the disk is gone: the log is on the console"):
        _disk_missing(test)
    with test.step("the disk is full: the log is kept"):
        _disk_full(test)
    with test.step("the image tool takes all memory: the log is kept"):
        kdump.image_tool_fails(test, "takes-memory", 600)

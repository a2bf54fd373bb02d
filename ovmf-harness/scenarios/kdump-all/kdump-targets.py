# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Dumps go to xfs, btrfs and vfat on a second disk as they go to ext4, with no more memory than `kdump status` says
is needed. The modules of xfs and btrfs are the largest of all: while one is loaded it lies in memory three times.
"""

import json

from harness import check, kdump
from harness.scenario import Run
from harness.system import System

_KINDS = ("xfs", "btrfs", "vfat")
_SIZE = "512M"
_MOUNT = """
modprobe {kind}
mount -t {kind} "$(disk target)" /mnt
"""
_TARGET = _MOUNT + 'echo "directory = /mnt/dumps" > /etc/pstore-fw/kdump.conf\n'
_ASK = _TARGET + "run status pstore-fw kdump status --json\n"
_CRASH = _TARGET + kdump.LOAD + "crash\n"
_LARGE = ("xfs", "btrfs")
_MIB = 1024 * 1024


def _advice_mib(system: System, kind: str) -> int:
    needed = json.loads(system.linux(_ASK.format(kind=kind)).results["status"].text)["memory"]["needed"]
    check.equal(f"whether the modules of {kind} count", needed["loading"] > needed["starting"], kind in _LARGE)
    return needed["advice"] // _MIB


def _survive(test: Run, kind: str) -> None:
    system = test.system(kind)
    system.add_disk("target", _SIZE, kind)
    mib = _advice_mib(system, kind)
    # Of several crashkernel= the last counts.
    crashed = kdump.crash(system, _CRASH.format(kind=kind), append=f"crashkernel={mib}M")
    check.equal("what the load has to say", crashed.boot.results["load"].complaint, "")
    kdump.comes_back(crashed)
    kdump.check_read(system.linux(_MOUNT.format(kind=kind) + kdump.READ), crashed)


def run(test: Run) -> None:
    for kind in _KINDS:
        with test.step(f"a dump goes to {kind}"):
            _survive(test, kind)

# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Dumps go to xfs, btrfs and vfat on a second disk as they go to ext4, with no more memory than `kdump status` says
is needed. The modules of xfs and btrfs are the largest of all: while one is loaded it lies in memory three times.
"""

import json

from harness import check, dumps, kdump, tools
from harness.scenario import Run
from harness.system import System

_KINDS = ("xfs", "btrfs", "vfat")
_SIZE = "512M"
_TARGET = """
modprobe {kind}
mount -t {kind} "$(disk target)" /mnt
echo "directory = /mnt/dumps" > /etc/pstore-fw/kdump.conf
"""
_ASK = _TARGET + "run status pstore-fw kdump status --json\n"
_CRASH = _TARGET + kdump.LOAD + "crash\n"
_LARGE = ("xfs", "btrfs")
_MIB = 1024 * 1024
# All but the image, which is large.
_READ = """
modprobe {kind}
mount -t {kind} "$(disk target)" /mnt
for dump in /mnt/dumps/2*; do
        mkdir -p "/out/dumps/${{dump##*/}}"
        cp "$dump"/*.txt "$dump"/*.json "/out/dumps/${{dump##*/}}/"
        ls "$dump" > /out/names
        run image makedumpfile --dump-dmesg "$dump/vmcore" /out/image-log
done
"""


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
    seen = system.linux(_READ.format(kind=kind))
    dump = kdump.only_dump(kdump.saved(dumps.below(seen.files, "dumps")))
    kdump.check_log(dump.log, crashed)
    kdump.check_name(dump)
    check.true("the manifest has the image", dump.manifest["image"])
    names = seen.files["names"].decode().split()
    check.equal("the files of the dump", names, ["dmesg.txt", "manifest.json", "vmcore"])
    check.status(seen.results["image"], 0)
    check.equal("the log in the memory image", tools.without_callers(seen.files["image-log"]), dump.log)


def run(test: Run) -> None:
    for kind in _KINDS:
        with test.step(f"a dump goes to {kind}"):
            _survive(test, kind)

# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Dumps go to xfs, btrfs and vfat on a second disk as they go to ext4."""

from harness import check, dumps, kdump, tools
from harness.scenario import Run

_KINDS = ("xfs", "btrfs", "vfat")
_SIZE = "512M"
_LOAD = """
modprobe {kind}
mount -t {kind} "$(disk target)" /mnt
echo "directory = /mnt/dumps" > /etc/pstore-fw/kdump.conf
run load pstore-fw kdump load
crash
"""
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


def _survive(test: Run, kind: str) -> None:
    system = test.system(kind)
    system.add_disk("target", _SIZE, kind)
    crashed = kdump.crash(system, _LOAD.format(kind=kind))
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

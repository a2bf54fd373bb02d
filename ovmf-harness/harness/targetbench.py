# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Where dumps can go, side by side with Debian's kdump-tools: docs/BENCHMARKS.md.

Each target is a machine with a Debian that has the tools for it. Its disks are made once; then both are measured on
them. With kdump-tools that whole Debian boots in the crash kernel's memory, and finds the target by /etc/fstab.
"""

from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Callable, Iterator, Mapping, Sequence

from harness import benchpage, cable, debian, nfs, parallel, qemu, reservation, storage
from harness.bench import DEBIAN, OURS, THEIRS, debian_system, guests, run_named
from harness.check import CheckFailed
from harness.lab import Lab
from harness.machine import BootFailed
from harness.reservation import Times, Way
from harness.settings import SetupError
from harness.storage import Layout, Storage
from harness.system import System

_FAILURES = (BootFailed, CheckFailed, qemu.Hang)
_SPARE_MIB = 8
# The initramfs of a Debian with lvm2 and mdadm is larger than that of a minimal one.
_WAYS = (replace(OURS, low_mib=64), replace(THEIRS, low_mib=128, high_mib=192, step_mib=8))

# Where a target is not mounted, no dump shall look as if it were there.
_NOTHING_BELOW = "chattr +i /mnt\n"
_LOCAL = """
echo "UUID={uuid} /mnt {kind} defaults 0 0" >> /etc/fstab
echo "KDUMP_COREDIR=/mnt/dumps" >> /etc/default/kdump-tools
"""
# kdump-tools mounts it by itself, and wants a network that is up.
_REMOTE = f"""
mkdir -p /mnt/dumps
echo "directory = /mnt/dumps/%H" > /etc/pstore-fw/kdump.conf
echo 'NFS="{cable.ADDRESS}:{nfs.EXPORT}"' >> /etc/default/kdump-tools
printf '[Match]\\nType=ether\\n[Network]\\nAddress={cable.CLIENT}/24\\nGateway={cable.ROUTER}\\n' \\
        > /etc/systemd/network/share.network
systemctl enable systemd-networkd
"""
# What a crash before has left unclean: with a resync under way nothing is loaded.
_SETTLE = """
while grep -qs resync /proc/mdstat || dmsetup status | grep -q ' resync '; do
        sleep 1
done
"""
_REMOVE_THEIRS = "rm -rf /mnt/*-2*\n"


@dataclass(frozen=True)
class Place:
    """A machine whose target is there, and how each boot mounts it."""

    system: System
    mount: str
    files: Mapping[str, bytes]

    def way(self, title: str, way: Way) -> Way:
        """In a shell of its own, since the tools that mount it have libraries of their own."""
        return replace(way, title=f"{title}, {way.title}", mount=f"({self.mount})\n",
                       load=way.load + storage.AT_REST, files=self.files)


def _make(system: System, script: str, files: Mapping[str, bytes]) -> None:
    storage.check_tried(system.linux(script, files))


@contextmanager
def _disks(lab: Lab, image: Path, layout: Layout) -> Iterator[Place]:
    made = Storage(run_named(lab, f"bench-{layout.name}").system(image=image, **DEBIAN), layout)
    fstab = _LOCAL.format(uuid=storage.FILE_SYSTEM, kind=layout.kind)
    _make(made.system, layout.make_script() + fstab, made.files)
    yield Place(made.system, layout.mount_script() + _SETTLE, made.files)


@contextmanager
def _share(lab: Lab, image: Path) -> Iterator[Place]:
    server, system = nfs.machines(run_named(lab, "bench-nfs"), "nfs", image=image, **DEBIAN)
    mount = nfs.mount("4.1", "virtio_net")
    with nfs.serving(server):
        _make(system, mount + _REMOTE, {})
        yield Place(system, mount + _REMOVE_THEIRS, {})


_Opened = Callable[[Lab, Path], AbstractContextManager[Place]]


def _on(layout: Layout) -> _Opened:
    return lambda lab, image: _disks(lab, image, layout)


_PLAIN, _LINEAR = "a plain disk", "LVM linear over two disks"
TARGETS: dict[str, _Opened] = {
    _PLAIN: _on(storage.PLAIN),
    _LINEAR: _on(storage.LINEAR),
    "LVM striped": _on(storage.STRIPED),
    "LVM thin": _on(storage.THIN),
    "LVM raid1": _on(storage.RAID1_VOLUME),
    "MD RAID1": _on(storage.RAID1),
    "MD RAID10": _on(storage.RAID10),
    "MD RAID5": _on(storage.RAID5),
    "LVM on MD RAID1": _on(storage.LVM_ON_MD),
    "btrfs on two disks": _on(storage.BTRFS),
    "NFS 4.1": _share,
}


@dataclass(frozen=True)
class _Result:
    """Of one way with one target; `reason` says why there is none."""

    mib: int | None = None
    times: Times | None = None
    reason: str = ""

    @property
    def cells(self) -> tuple[str, str]:
        seconds = f"{self.times.log:.1f} / {self.times.image:.1f}" if self.times else "–"
        return str(self.mib or "–"), seconds


def _smallest(place: Place, way: Way) -> _Result:
    try:
        return _Result(reservation.smallest(place.system, way))
    except _FAILURES as error:
        return _Result(reason=str(error))


def _timed(place: Place, way: Way, found: _Result) -> _Result:
    """With some more, as a memory that is all but full takes time of its own."""
    if found.mib is None:
        return found
    times = reservation.attempt(place.system, way, found.mib + _SPARE_MIB)
    return replace(found, times=times, reason="" if times else f"failed with {found.mib + _SPARE_MIB} MiB")


def _measure(lab: Lab, image: Path, title: str) -> list[_Result]:
    try:
        with TARGETS[title](lab, image) as place:
            ways = [place.way(title, way) for way in _WAYS]
            found = [_smallest(place, way) for way in ways]
            return [_timed(place, way, each) for way, each in zip(ways, found)]
    except _FAILURES as error:
        return [_Result(reason=str(error))] * len(_WAYS)


def _row(title: str, results: list[_Result]) -> str:
    memory, times = zip(*(each.cells for each in results))
    return f"| {' | '.join([title, *memory, *times])} |"


def _reasons(measured: dict[str, list[_Result]]) -> list[str]:
    found = [f"- {title}, {way.title}: {' '.join(result.reason.split())}" for title, results in measured.items()
             for way, result in zip(_WAYS, results) if result.reason]
    return ["", *found] if found else []


def _verdict(measured: dict[str, list[_Result]]) -> list[str]:
    plain, linear = (measured[title][0].mib if title in measured else None for title in (_PLAIN, _LINEAR))
    if plain is None or linear is None:
        return []
    return ["", f"pstore-fw's goal for LVM linear is what a plain disk takes: {linear} and {plain} MiB, "
                f"{'reached' if linear <= plain else 'missed'}."]


def _section(lab: Lab, measured: dict[str, list[_Result]]) -> list[str]:
    ours, theirs = _WAYS
    return [
        f"{guests(lab, debian.WITH_STORAGE)} Kernel {lab.kernel.version}. The system is on a disk of its own, and "
        "has lvm2, mdadm and nfs-common, which make kdump-tools' initramfs larger than a minimal Debian's; the target "
        "is mounted by /etc/fstab, NFS by kdump-tools' own NFS=.",
        "",
        "MiB: the smallest `crashkernel=` with which log and image were saved, as each says itself, in steps of "
        f"{ours.step_mib} for pstore-fw and of {theirs.step_mib} for kdump-tools; of each size there was one crash. "
        f"Seconds from the panic until the log and the image are on the disk: one crash each, in turns, with "
        f"{_SPARE_MIB} MiB more than that. Under TCG they are to be compared with each other only.",
        "",
        f"| dumps on | {ours.title}, MiB | {theirs.title}, MiB | {ours.title}, log / image, s | "
        f"{theirs.title}, log / image, s |",
        "|---|---|---|---|---|",
        *(_row(title, results) for title, results in measured.items()),
        *_reasons(measured),
        *_verdict(measured),
    ]


def run(lab: Lab, jobs: int, titles: Sequence[str] = ()) -> int:
    """All of them, or those that are named, into the page."""
    titles = titles or [*TARGETS]
    unknown = [title for title in titles if title not in TARGETS]
    if unknown:
        raise SetupError(f"no target {unknown[0]}; there are {', '.join(TARGETS)}")
    image = debian_system(run_named(lab, "bench-targets"), debian.WITH_STORAGE, _NOTHING_BELOW).disk
    measured = dict(zip(titles, parallel.run(jobs, [partial(_measure, lab, image, title) for title in titles])))
    benchpage.put("kdump targets beside kdump-tools", _section(lab, measured))
    return 0

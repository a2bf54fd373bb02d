# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The smallest crashkernel= that works: found by halving, in steps of 2 MiB, then proven by ten crashes."""

import re
from dataclasses import dataclass, field
from typing import Callable, Mapping

from harness import check, qemu, report
from harness.machine import KERNEL_PANIC, BootFailed
from harness.qemu import Qemu
from harness.system import Crash, System

STEP_MIB = 2
CRASHES = 10
_DUMPS = "/var/lib/pstore-fw/2* /var/crash/2* /mnt/dumps/2* /mnt/dumps/*/2*"
# With enough memory: an emulated kernel dies now and then before it reaches init.
_ATTEMPTS = 3


@dataclass(frozen=True)
class Way:
    """One way to save a crash."""

    title: str
    load: str  # script; its command's status is kept under "load", the initramfs's size under "size"
    log_saved: bytes  # what the crash kernel prints then
    image_saved: bytes
    low_mib: int  # too little, it is thought
    high_mib: int  # enough for sure
    bound_s: float  # for a boot, a crash and what follows; one that hangs takes all of it
    step_mib: int = STEP_MIB
    mount: str = ""  # script, before the first: dumps are elsewhere than on the system's disk
    files: Mapping[str, bytes] = field(default_factory=dict)  # that it uses


@dataclass(frozen=True)
class Times:
    """Seconds from the panic."""

    log: float
    image: float
    end: float
    initramfs_bytes: int


# kdump-tools has it write to a pipe, and says that it has saved what came out.
_KILLED = re.compile(r"Killed process \d+ \(makedumpfile\)")


def _see(_: Qemu) -> None:
    pass


def _times(way: Way, crashed: Crash) -> Times | None:
    seconds = crashed.seconds
    if way.log_saved not in seconds or way.image_saved not in seconds or _KILLED.search(crashed.boot.serial):
        return None
    size = int(crashed.boot.results["size"].text or 0)
    return Times(seconds[way.log_saved], seconds[way.image_saved], seconds[b""], size)


def attempt(system: System, way: Way, mib: int) -> Times | None:
    """One crash with so much reserved; None when the log or the image did not come. Dumps that are there are
    removed first, so that each attempt has the same room."""
    script = f"{way.mount}rm -rf {_DUMPS}\n{way.load}\nsync\ncrash\n"
    marks = [(mark, _see) for mark in (KERNEL_PANIC, way.log_saved, way.image_saved)]
    try:
        crashed = system.crash(script, way.files, f"crashkernel={mib}M", marks, way.bound_s)
    except (qemu.Hang, BootFailed) as error:
        report.say(f"  {way.title}, {mib} MiB: fails ({error})")
        return None
    if crashed.boot.results["load"].status:
        report.say(f"  {way.title}, {mib} MiB: is not loaded ({crashed.boot.results['load'].complaint.strip()})")
        return None
    times = _times(way, crashed)
    if times:
        report.say(f"  {way.title}, {mib} MiB: log after {times.log:.1f} s, image {times.image:.1f} s, "
                   f"end {times.end:.1f} s")
    else:
        report.say(f"  {way.title}, {mib} MiB: fails")
    return times


def _halve(works: Callable[[int], bool], thought: int, high: int, step: int) -> int:
    """`high` works, and less than that down to what is thought to fail is tried. The smallest that worked."""
    low = thought
    while high - low > step:
        middle = low + (high - low) // (2 * step) * step
        low, high = (low, middle) if works(middle) else (middle, high)
    while low == thought and works(high - step):
        high -= step
    return high


@dataclass(frozen=True)
class Found:
    once_mib: int  # the smallest that worked in one crash
    always_mib: int  # the smallest that worked in each of as many crashes as were wanted


def _proves(system: System, way: Way, mib: int, crashes: int) -> bool:
    return all(attempt(system, way, mib) for _ in range(crashes))


def smallest(system: System, way: Way) -> int:
    """In one crash each."""
    check.true(f"{way.title} works with {way.high_mib} MiB",
               any(attempt(system, way, way.high_mib) for _ in range(_ATTEMPTS)))

    def works(mib: int) -> bool:
        return attempt(system, way, mib) is not None

    return _halve(works, way.low_mib, way.high_mib, way.step_mib)


def find(system: System, way: Way, crashes: int = CRASHES) -> Found:
    always = once = smallest(system, way)
    while not _proves(system, way, always, crashes):
        check.true(f"{way.title} works each time with {way.high_mib} MiB", always < way.high_mib)
        always += STEP_MIB
    return Found(once, always)

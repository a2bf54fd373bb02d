# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The smallest crashkernel= that works: found by halving, in steps of 2 MiB, then proven by ten crashes."""

from dataclasses import dataclass
from typing import Callable

from harness import check, qemu, report
from harness.machine import KERNEL_PANIC, BootFailed
from harness.qemu import Qemu
from harness.system import Crash, System

STEP_MIB = 2
CRASHES = 10
_LOWER_MIB = 8
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


@dataclass(frozen=True)
class Times:
    """Seconds from the panic."""

    log: float
    image: float
    end: float
    initramfs_bytes: int


def _see(_: Qemu) -> None:
    pass


def _times(way: Way, crashed: Crash) -> Times | None:
    seconds = crashed.seconds
    if way.log_saved not in seconds or way.image_saved not in seconds:
        return None
    size = int(crashed.boot.results["size"].text or 0)
    return Times(seconds[way.log_saved], seconds[way.image_saved], seconds[b""], size)


def attempt(system: System, way: Way, mib: int) -> Times | None:
    """One crash with so much reserved; None when the log or the image did not come. Dumps that are there are
    removed first, so that each attempt has the same room."""
    script = f"rm -rf /var/lib/pstore-fw/2* /var/crash/2*\n{way.load}\nsync\ncrash\n"
    marks = [(mark, _see) for mark in (KERNEL_PANIC, way.log_saved, way.image_saved)]
    try:
        crashed = system.crash(script, append=f"crashkernel={mib}M", actions=marks, bound_s=way.bound_s)
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


def _too_little(works: Callable[[int], bool], mib: int) -> int:
    """What was thought to be too little may not be."""
    while works(mib):
        mib -= _LOWER_MIB
    return mib


def _halve(works: Callable[[int], bool], low: int, high: int) -> int:
    """`low` fails and `high` works. The smallest that worked."""
    while high - low > STEP_MIB:
        middle = low + (high - low) // (2 * STEP_MIB) * STEP_MIB
        low, high = (low, middle) if works(middle) else (middle, high)
    return high


@dataclass(frozen=True)
class Found:
    once_mib: int  # the smallest that worked in one crash
    always_mib: int  # the smallest that worked in each of as many crashes as were wanted


def _proves(system: System, way: Way, mib: int, crashes: int) -> bool:
    return all(attempt(system, way, mib) for _ in range(crashes))


def find(system: System, way: Way, crashes: int = CRASHES) -> Found:
    check.true(f"{way.title} works with {way.high_mib} MiB",
               any(attempt(system, way, way.high_mib) for _ in range(_ATTEMPTS)))

    def works(mib: int) -> bool:
        return attempt(system, way, mib) is not None

    once = _halve(works, _too_little(works, way.low_mib), way.high_mib)
    always = once
    while not _proves(system, way, always, crashes):
        check.true(f"{way.title} works each time with {way.high_mib} MiB", always < way.high_mib)
        always += STEP_MIB
    return Found(once, always)

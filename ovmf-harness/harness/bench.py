# SPDX-License-Identifier: BSD-2-Clause-Patent
"""kdump side by side with Debian's kdump-tools, in one run: docs/BENCHMARKS.md, with what else is measured.

First the memory, several machines at once, as it does not depend on how busy the host is: ours with each
kernel of the archive, theirs with the default one. Then the time: one machine, one disk, both in turns.
"""

import platform
import re
import statistics
import subprocess
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness import (benchpage, check, commandbench, debian, guestdisk, instructions, kdump, kernel, lab, parallel,
                     report, reservation)
from harness.archive import NotThere
from harness.lab import Lab
from harness.reservation import Found, Times, Way
from harness.scenario import Run
from harness.settings import ROOT
from harness.system import System

# How it is booted: without its systemd, until the crash kernel starts that.
DEBIAN = {"base": f"harness_init=/lib/harness/init root=UUID={guestdisk.UUID} ro", "verbose": False}
_GOALS_MIB = ((r"6\.1\..*-cloud-", 64), (r"6\.12\..*-cloud-", 64), (r"6\.12\.", 72), (r"6\.1\.", 80))
_TIME_SHARE = 5  # the log on disk in a fifth of the time
_TIMED_CRASHES = 5

OURS = Way("pstore-fw", """
run load pstore-fw kdump load
pstore-fw kdump load --initramfs /tmp/initramfs
wc -c < /tmp/initramfs > /tmp/size
run size cat /tmp/size
""", kdump.LOG_SAVED, kdump.IMAGE_SAVED, 48, 96, 150)

THEIRS = Way("kdump-tools", """
run load kdump-config load
wc -c < /var/lib/kdump/initrd.img > /tmp/size
run size cat /tmp/size
""", b"saved dmesg content in ", b"saved vmcore in ", 96, 160, 300)

# The first load makes it, whether or not there is one.
_MAKE_THEIR_INITRAMFS = "run made kdump-config load\n"


def debian_system(run: Run, kind: debian.Kind = debian.MINIMAL, script: str = "") -> System:
    """One disk with both, and with what the script does there."""
    system = run.system(image=debian.obtain(run.lab, kind), **DEBIAN)
    report.say("kdump-tools makes its initramfs")
    made = system.linux(_MAKE_THEIR_INITRAMFS + script, append=f"crashkernel={THEIRS.high_mib}M", bound_s=900)
    if made.results["made"].status:
        raise RuntimeError(f"kdump-tools: {made.results['made'].complaint}")
    return system


def run_named(shared: Lab, name: str) -> Run:
    run = Run(name, shared, report.step)
    run.prepare()
    return run


@dataclass(frozen=True)
class Measured:
    """How much memory one way needs with one kernel."""

    lab: Lab
    way: Way
    crashes: int
    found: Found

    @property
    def goal_mib(self) -> int | None:
        if self.way is not OURS:
            return None
        return next((mib for pattern, mib in _GOALS_MIB if re.match(pattern, self.lab.kernel.version)), None)


def _ours(shared: Lab, crashes: int) -> Measured:
    system = run_named(shared, "kdump-memory").system()
    return Measured(shared, OURS, crashes, reservation.find(system, OURS, crashes))


def _theirs(shared: Lab) -> Measured:
    """Each of their crashes takes minutes, so they are fewer."""
    system = debian_system(run_named(shared, "bench-memory"))
    return Measured(shared, THEIRS, _TIMED_CRASHES, reservation.find(system, THEIRS, _TIMED_CRASHES))


def _labs(default: Lab) -> list[Lab]:
    """Of each kernel that can be had, the default one first."""
    found = [default]
    for choice in kernel.CHOICES:
        try:
            other = lab.prepare(default.settings.with_kernel(choice.name))
        except NotThere as error:
            report.say(f"left out, the {choice.name} kernel: {error}")
            continue
        if other.kernel.version != default.kernel.version:
            found.append(other)
    return found


def _measure_memory(default: Lab, crashes: int, jobs: int) -> list[Measured]:
    """Theirs first, as it takes longest."""
    theirs, *ours = parallel.run(jobs, [partial(_theirs, default),
                                       *(partial(_ours, each, crashes) for each in _labs(default))])
    return [*ours, theirs]


def _measure_times(default: Lab, memory: list[Measured]) -> dict[str, list[Times]]:
    """By the way's title; in turns, so that what else the host does counts for both."""
    system = debian_system(run_named(default, "bench-times"))
    both = [each for each in memory if each.lab is default]
    times: dict[str, list[Times]] = {each.way.title: [] for each in both}
    for _ in range(_TIMED_CRASHES):
        for each in both:
            one = reservation.attempt(system, each.way, each.found.always_mib)
            check.true(f"{each.way.title} works with {each.found.always_mib} MiB once more", one)
            times[each.way.title].append(one)
    return times


def _memory_row(each: Measured) -> str:
    found, goal = each.found, each.goal_mib
    verdict = "" if goal is None else f"{goal}: {'reached' if found.always_mib <= goal else 'missed'}"
    return (f"| {each.way.title} | {each.lab.kernel.version} | {found.once_mib} | "
            f"{found.always_mib} ({each.crashes} of {each.crashes}) | {verdict} |")


def _seconds(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f}–{max(values):.1f})"


def _times_row(title: str, times: list[Times]) -> str:
    cells = [title, f"{times[0].initramfs_bytes / 1e6:.1f}"]
    cells += [_seconds([getattr(each, name) for each in times]) for name in ("log", "image", "end")]
    return f"| {' | '.join(cells)} |"


def _time_verdict(times: dict[str, list[Times]]) -> str:
    ours, theirs = (statistics.median(each.log for each in times[way.title]) for way in (OURS, THEIRS))
    return (f"The log is on the disk in 1/{theirs / ours:.1f} of kdump-tools' time; the goal is "
            f"1/{_TIME_SHARE}: {'reached' if ours * _TIME_SHARE <= theirs else 'missed'}.")


def _versions(tree: Path) -> str:
    """Of the packages compared with, by the Debian's own list."""
    status = (tree / "var/lib/dpkg/status").read_text()
    found = {name: re.search(rf"^Package: {name}\n(?:.+\n)*?Version: (.*)$", status, re.MULTILINE)
             for name in ("kdump-tools", "makedumpfile", "kexec-tools", "initramfs-tools", "systemd")}
    return ", ".join(f"{name} {version[1]}" for name, version in found.items() if version)


def _qemu_version(program: str) -> str:
    told = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
    return told.stdout.splitlines()[0]


def _processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def guests(lab: Lab, kind: debian.Kind = debian.MINIMAL) -> str:
    """What was measured on, and with which versions."""
    accelerator = {"tcg": "TCG (no KVM)", "kvm": "KVM"}[lab.emulator.accelerator]
    return ("Guests: SeaBIOS, 1 processor, 1 GiB, ext4 on virtio-blk; crashes by sysrq-c. "
            f"{_qemu_version(lab.emulator.program)}, {accelerator}, on {_processor()}. "
            f"pstore-fw {(ROOT / 'VERSION').read_text().strip()}; {_versions(debian.tree(lab.settings, kind))}.")


def _kdump_section(default: Lab, memory: list[Measured], times: dict[str, list[Times]]) -> list[str]:
    return [
        guests(default),
        "",
        "### Memory",
        "",
        "The smallest `crashkernel=`, in MiB, with which log and image were saved: in one crash, in steps of "
        f"{reservation.STEP_MIB}, and in each of several.",
        "",
        "| | kernel | once | each time | goal |",
        "|---|---|---|---|---|",
        *map(_memory_row, memory),
        "",
        "### Time",
        "",
        f"Seconds from the panic, the median and the range of {_TIMED_CRASHES} crashes of "
        f"{default.kernel.version}, in turns, on one disk with a minimal Debian, each with the reservation "
        "above. Under TCG they are to be compared with each other only.",
        "",
        "| | initramfs, MB | log on disk | image on disk | restarted |",
        "|---|---|---|---|---|",
        *(_times_row(title, each) for title, each in times.items()),
        "",
        _time_verdict(times),
    ]


def run(default: Lab, crashes: int, jobs: int) -> int:
    """Each section is written when it is measured: what is interrupted has kept those before."""
    commandbench.run(default.settings)
    instructions.measure(default)
    memory = _measure_memory(default, crashes, jobs)
    benchpage.put("kdump beside kdump-tools", _kdump_section(default, memory, _measure_times(default, memory)))
    return 0


def run_memory(shared: Lab, crashes: int) -> int:
    """The smallest reservation for our crash kernel, printed."""
    found = _ours(shared, crashes).found
    report.say(f"{shared.kernel.version}: crashkernel={found.once_mib}M worked once, "
               f"crashkernel={found.always_mib}M in {crashes} crashes of {crashes}")
    return 0

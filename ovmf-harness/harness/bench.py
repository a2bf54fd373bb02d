# SPDX-License-Identifier: BSD-2-Clause-Patent
"""kdump side by side with Debian's kdump-tools, on the same disk, in one run: docs/BENCHMARKS.md."""

import platform
import re
import statistics
import subprocess
from datetime import datetime, timezone
from pathlib import Path

from harness import debian, guestdisk, kdump, report, reservation
from harness.lab import Lab
from harness.reservation import Found, Way
from harness.scenario import Run
from harness.settings import ROOT
from harness.system import System

_PAGE = ROOT / "docs" / "BENCHMARKS.md"
_LIGHT_INIT = f"harness_init=/lib/harness/init root=UUID={guestdisk.UUID} ro"
_GOALS_MIB = ((r"6\.1\..*-cloud-", 64), (r"6\.12\..*-cloud-", 64), (r"6\.12\.", 72), (r"6\.1\.", 80))
_TIME_SHARE = 5  # the log on disk in a fifth of the time

OURS = Way("pstore-fw", """
run load pstore-fw kdump load
pstore-fw kdump load --initramfs /tmp/initramfs
wc -c < /tmp/initramfs > /tmp/size
run size cat /tmp/size
""", kdump.LOG_SAVED, kdump.IMAGE_SAVED, 48, 96)

THEIRS = Way("kdump-tools", """
run load kdump-config load
wc -c < /var/lib/kdump/initrd.img > /tmp/size
run size cat /tmp/size
""", b"saved dmesg content in ", b"saved vmcore in ", 96, 160)

_MAKE_THEIR_INITRAMFS = """
run hook /etc/kernel/postinst.d/kdump-tools "$(uname -r)"
"""


def _system(run: Run, lab: Lab) -> System:
    """One disk with both."""
    system = run.system(image=debian.obtain(lab), base=_LIGHT_INIT, verbose=False)
    report.say("kdump-tools makes its initramfs")
    made = system.linux(_MAKE_THEIR_INITRAMFS, bound_s=900)
    if made.results["hook"].status:
        raise RuntimeError(f"kdump-tools: {made.results['hook'].complaint}")
    return system


def _seconds(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f}–{max(values):.1f})"


def _row(way: Way, found: Found) -> str:
    size = found.times[0].initramfs_bytes / 1e6
    cells = [way.title, str(found.once_mib), str(found.always_mib), f"{size:.1f}"]
    for name in ("log", "image", "end"):
        cells.append(_seconds([getattr(each, name) for each in found.times]))
    return f"| {' | '.join(cells)} |"


def _goal(lab: Lab) -> int | None:
    return next((mib for pattern, mib in _GOALS_MIB if re.match(pattern, lab.kernel.version)), None)


def _verdicts(lab: Lab, ours: Found, theirs: Found) -> list[str]:
    log, their_log = (statistics.median(each.log for each in found.times) for found in (ours, theirs))
    goal = _goal(lab)
    lines = [f"The log is on the disk in 1/{their_log / log:.1f} of kdump-tools' time; the goal is "
             f"1/{_TIME_SHARE}: {'reached' if log * _TIME_SHARE <= their_log else 'missed'}."]
    if goal:
        lines.append(f"{ours.always_mib} MiB have to be reserved; the goal is {goal}: "
                     f"{'reached' if ours.always_mib <= goal else 'missed'}.")
    return lines


def _versions(tree: Path) -> str:
    """Of the packages compared with, by the Debian's own list."""
    status = (tree / "var/lib/dpkg/status").read_text()
    found = {name: re.search(rf"^Package: {name}\n(?:.+\n)*?Version: (.*)$", status, re.MULTILINE)
             for name in ("kdump-tools", "makedumpfile", "kexec-tools", "initramfs-tools", "systemd")}
    return ", ".join(f"{name} {version[1]}" for name, version in found.items() if version)


def _qemu_version() -> str:
    told = subprocess.run(["qemu-system-x86_64", "--version"], check=True, capture_output=True, text=True)
    return told.stdout.splitlines()[0]


def _processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _page(lab: Lab, ours: Found, theirs: Found, tree: Path) -> str:
    accelerator = {"tcg": "TCG (no KVM)", "kvm": "KVM"}[lab.accelerator]
    crashes = len(ours.times)
    return "\n".join([
        "# Benchmarks",
        "",
        "Written by `make bench`, which measures both in one run, on one disk with a minimal Debian.",
        "",
        f"Guest: kernel {lab.kernel.version}, SeaBIOS, 1 processor, 1 GiB, ext4 on virtio-blk; "
        f"crashes by sysrq-c. {_qemu_version()}, {accelerator}, on {_processor()}, "
        f"{datetime.now(timezone.utc):%Y-%m-%d}. pstore-fw {(ROOT / 'VERSION').read_text().strip()}; "
        f"{_versions(tree)}.",
        "",
        f"Seconds from the panic: the median, and the range, of {crashes} crashes with the reservation that "
        "worked in all of them. Under TCG they are to be compared with each other only.",
        "",
        f"| | worked once, MiB | worked {crashes} of {crashes} times, MiB | initramfs, MB | log on disk, s | "
        "image on disk, s | restarted, s |",
        "|---|---|---|---|---|---|---|",
        _row(OURS, ours),
        _row(THEIRS, theirs),
        "",
        *_verdicts(lab, ours, theirs),
        "",
    ])


def _run_named(lab: Lab, name: str) -> Run:
    run = Run(name, lab, report.step)
    run.prepare()
    return run


def run(lab: Lab, crashes: int) -> int:
    system = _system(_run_named(lab, "bench"), lab)
    ours = reservation.find(system, OURS, crashes)
    theirs = reservation.find(system, THEIRS, crashes)
    page = _page(lab, ours, theirs, debian.tree(lab.settings))
    _PAGE.write_text(page)
    report.say(page)
    return 0


def run_memory(lab: Lab, crashes: int) -> int:
    """The smallest reservation for our crash kernel, printed."""
    found = reservation.find(_run_named(lab, "kdump-memory").system(), OURS, crashes)
    report.say(f"{lab.kernel.version}: crashkernel={found.once_mib}M worked once, "
               f"crashkernel={found.always_mib}M in {crashes} crashes of {crashes}")
    return 0

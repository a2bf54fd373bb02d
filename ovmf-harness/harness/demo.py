# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The round trip through ERST, told to a person: its steps as they are done, then the panic."""

import time

from harness import check, machine, qemu, report, roundtrip
from harness.backend import ERST
from harness.dumps import Dump
from harness.lab import Lab
from harness.scenario import Run

_PANIC = "Kernel panic"
_PANIC_LINES = 16
_COLUMNS = 80


def _tell(_scenario: str, title: str, seconds: float, passed: bool) -> None:
    report.say(f"  {title:<60} {seconds:6.1f} s{'' if passed else '  FAILED'}")


def _show(dump: Dump) -> None:
    lines = dump.log.decode(errors="replace").splitlines()
    panic = next(number for number, line in enumerate(lines) if _PANIC in line)
    report.say(f"\nOn the ESP, in \\EFI\\pstore-fw\\dumps\\{dump.event}\\:")
    for path, data in sorted(dump.files.items()):
        report.say(f"  {len(data):7} {path}")
    report.say(f"\ndmesg.txt, {len(lines)} lines, from line {panic + 1}:")
    for line in lines[panic:panic + _PANIC_LINES]:
        report.say(f"  {line}"[:_COLUMNS])
    report.say(f"  ... {len(lines) - panic - _PANIC_LINES} more")


def run(lab: Lab) -> int:
    this = Run("demo", lab, _tell)
    this.prepare()
    start = time.monotonic()
    report.say(f"A crash of {lab.kernel.image.name}, kept by the firmware of a virtual machine:")
    try:
        dump = roundtrip.travel(this, ERST)
    except (check.CheckFailed, machine.BootFailed, qemu.Hang) as error:
        report.failure("demo", error, this.last_log)
        return 1
    _tell("", "all of it", time.monotonic() - start, True)
    _show(dump)
    return 0

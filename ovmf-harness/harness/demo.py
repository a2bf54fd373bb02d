# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The round trip through ERST, told to a person: its steps as they are done, then the log as the ESP holds it."""

from harness import check, machine, qemu, report, roundtrip
from harness.backend import ERST
from harness.lab import Lab
from harness.scenario import Run

_LOG_LINES = 16
_COLUMNS = 80


def _tell(_scenario: str, title: str, seconds: float, passed: bool) -> None:
    report.say(f"  {title:<60} {seconds:6.1f} s{'' if passed else '  FAILED'}")


def run(lab: Lab) -> int:
    this = Run("demo", lab, _tell)
    this.prepare()
    report.say(f"A kernel crash on its way through firmware (QEMU and OVMF, {lab.kernel.image.name}):")
    try:
        dump = roundtrip.travel(this, ERST)
    except (check.CheckFailed, machine.BootFailed, qemu.Hang) as error:
        report.failure("demo", error, this.last_log)
        return 1
    report.say(f"\nThe end of \\EFI\\pstore-fw\\dumps\\{dump.event}\\dmesg.txt on the ESP:")
    for line in dump.log.decode(errors="replace").splitlines()[-_LOG_LINES:]:
        report.say(f"  {line}"[:_COLUMNS])
    return 0

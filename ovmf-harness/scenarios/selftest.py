# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The tests of the shared libraries pass where the application runs them, in firmware, on both architectures."""

import re

from harness import check, foreign, qemu
from harness.lab import Lab
from harness.machine import Machine
from harness.scenario import Run

_TALLY = re.compile(r"^(\d+) passed, (\d+) failed$", re.MULTILINE)
_AT_LEAST = 500  # an image without its tests fails none


def _check_passes(machine: Machine, lab: Lab) -> None:
    name = lab.architecture.application.replace("pstore-fw", "pstore-fw-selftest")
    image = (lab.settings.build / name).read_bytes()
    ran = machine.application({"selftest": ""}, {name: image}, program=name)["selftest"]
    failures = [line for line in ran.text.splitlines() if line.startswith("FAILED")]
    check.equal("what failed", failures, [])
    tally = _TALLY.search(ran.text)
    check.true("it ends with a tally", tally)
    check.true(f"at least {_AT_LEAST} tests ran, of which none failed: {tally[0]}",
               int(tally[1]) >= _AT_LEAST and tally[2] == "0")
    check.status(ran, 0)


def run(test: Run) -> None:
    with test.step("on x86-64"):
        _check_passes(test.machine("x86-64", erst=None), test.lab)
    with test.step("on AArch64"):
        lab = foreign.lab(test.lab, qemu.AAVMF)
        _check_passes(test.machine("aarch64", lab=lab, firmware=qemu.AAVMF, erst=None), lab)

# SPDX-License-Identifier: BSD-2-Clause-Patent
"""On AArch64, where there is no ERST, a panic of the distribution's kernel is kept by EFI variables, dumped to the
ESP, cleared, and gone from the flash.
"""

from harness import foreign, qemu, roundtrip
from harness.backend import EFI
from harness.scenario import Run


def run(test: Run) -> None:
    lab = foreign.lab(test.lab, qemu.AAVMF)
    roundtrip.travel_without_command(test, test.machine(lab=lab, firmware=qemu.AAVMF, erst=None), EFI)

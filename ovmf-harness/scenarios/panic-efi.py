# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Without ERST, a panic is kept by EFI variables, shown by pstore, dumped to the ESP byte for byte, cleared,
and gone after a reboot.
"""

from harness import roundtrip
from harness.backend import EFI
from harness.scenario import Run


def run(test: Run) -> None:
    roundtrip.travel(test, EFI)

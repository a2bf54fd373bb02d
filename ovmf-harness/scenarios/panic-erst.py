# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A panic is kept by ERST, shown by pstore, dumped to the ESP byte for byte, cleared, and gone
after a reboot.
"""

from harness import roundtrip
from harness.backend import ERST
from harness.scenario import Run


def run(test: Run) -> None:
    roundtrip.travel(test, ERST)

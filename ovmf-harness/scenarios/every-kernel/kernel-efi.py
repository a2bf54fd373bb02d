# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Without ERST, this kernel's oopses and panics, compressed and not, with kmsg_bytes=60000, travel through
EFI variables like any other record.
"""

from harness import everykernel
from harness.backend import EFI
from harness.scenario import Run


def run(test: Run) -> None:
    everykernel.travel(test, EFI)

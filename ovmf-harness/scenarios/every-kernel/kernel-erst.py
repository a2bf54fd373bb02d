# SPDX-License-Identifier: BSD-2-Clause-Patent
"""This kernel's oopses and panics, compressed and not, with kmsg_bytes=60000, travel through ERST like any
other record.
"""

from harness import everykernel
from harness.backend import ERST
from harness.scenario import Run


def run(test: Run) -> None:
    everykernel.travel(test, ERST)

# SPDX-License-Identifier: BSD-2-Clause-Patent
"""With systemd-pstore masked, kdump on an installed Debian works as it does with it.
"""

from harness import aftermath
from harness.scenario import Run


def run(test: Run) -> None:
    aftermath.find(test, aftermath.KDUMP, archives=False)

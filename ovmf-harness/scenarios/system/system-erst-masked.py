# SPDX-License-Identifier: BSD-2-Clause-Patent
"""With systemd-pstore masked, a panic of an installed Debian stays in ERST, where the command finds it after the
reboot.
"""

from harness import aftermath
from harness.scenario import Run


def run(test: Run) -> None:
    aftermath.find(test, aftermath.ERST, archives=False)

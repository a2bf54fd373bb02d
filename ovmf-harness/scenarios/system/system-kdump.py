# SPDX-License-Identifier: BSD-2-Clause-Patent
"""An installed Debian without a store panics into the crash kernel that its service has loaded; after the reboot
the command finds the dump.
"""

from harness import aftermath
from harness.scenario import Run


def run(test: Run) -> None:
    aftermath.find(test, aftermath.KDUMP, archives=True)

# SPDX-License-Identifier: BSD-2-Clause-Patent
"""An installed Debian panics into EFI variables; after the reboot systemd-pstore has moved the log into its
archive, whole.
"""

from harness import aftermath
from harness.scenario import Run


def run(test: Run) -> None:
    aftermath.find(test, aftermath.EFI, archives=True)

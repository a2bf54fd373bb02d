# SPDX-License-Identifier: BSD-2-Clause-Patent
"""An installed Debian panics into EFI variables, and the application dumps that to the machine's ESP; after the reboot
the crash is collected and told once, and the store is empty.
"""

from harness import aftermath
from harness.scenario import Run


def run(test: Run) -> None:
    aftermath.find(test, aftermath.EFI, archives=False, in_firmware=True)

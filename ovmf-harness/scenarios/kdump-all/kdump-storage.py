# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Dumps go to LVM, linear over two disks, striped, thin and mirrored, and to arrays of MD: RAID1, RAID10, RAID5 and one
with partitions.
"""

from harness import storage
from harness.scenario import Run


def run(test: Run) -> None:
    for layout in storage.MORE_LAYOUTS:
        storage.survive(test, layout)

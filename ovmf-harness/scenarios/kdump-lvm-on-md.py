# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Dumps lie on a logical volume, on a mirror of two disks: the crash kernel builds both without lvm2 and mdadm,
saves log and image, and leaves an array that an ordinary boot finds clean.
"""

from harness import storage
from harness.scenario import Run


def run(test: Run) -> None:
    storage.survive(test, storage.LVM_ON_MD)

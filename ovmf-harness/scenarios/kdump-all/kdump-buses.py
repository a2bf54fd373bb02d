# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The disk that the dump goes to is on NVMe, or on AHCI."""

from harness import kdump
from harness.scenario import Run


def run(test: Run) -> None:
    for bus in ("nvme", "ahci"):
        system = test.system(bus, bus=bus)
        with test.step(f"a dump goes to a disk on {bus}"):
            crashed = kdump.crash(system)
            kdump.comes_back(crashed)
            kdump.check_complete(system, kdump.only_dump(kdump.on_disk(system)), crashed)

# SPDX-License-Identifier: BSD-2-Clause-Patent
"""4 and 16 GiB of memory, under SeaBIOS and under OVMF with efi=noruntime: the same dump from the same
reservation as of 1 GiB.
"""

from harness import kdump, qemu
from harness.qemu import Hardware
from harness.scenario import Run

_GIBIBYTES = (4, 16)


def run(test: Run) -> None:
    machines = {"SeaBIOS": (qemu.SEABIOS, ""), "OVMF": (test.lab.firmware, "efi=noruntime")}
    for title, (firmware, append) in machines.items():
        for size in _GIBIBYTES:
            system = test.system(f"{title}-{size}", hardware=Hardware(firmware, size * 1024))
            with test.step(f"{title}, {size} GiB"):
                crashed = kdump.crash(system, append=append)
                kdump.comes_back(crashed)
                kdump.check_complete(system, kdump.only_dump(kdump.on_disk(system)), crashed)

# SPDX-License-Identifier: BSD-2-Clause-Patent
"""OVMF without ERST, and a kernel that was told to use no EFI runtime services: the panic is saved by the
crash kernel, whole and as it was on the serial console.
"""

from harness import kdump
from harness.qemu import Hardware
from harness.scenario import Run


def run(test: Run) -> None:
    system = test.system(hardware=Hardware(test.lab.firmware, 1024))
    with test.step("Linux panics; the crash kernel saves the dump"):
        crashed = kdump.crash(system, append="efi=noruntime")
        kdump.comes_back(crashed)
    with test.step("the dump is what the serial console showed"):
        kdump.check_complete(system, kdump.only_dump(kdump.on_disk(system)), crashed)

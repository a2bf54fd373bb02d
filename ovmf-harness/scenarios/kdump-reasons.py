# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Not only a panic on request is saved: so are a NULL pointer's oops with panic_on_oops, and an NMI that
nobody claims with unknown_nmi_panic.
"""

from harness import guestmodule, kdump
from harness.qemu import Qemu
from harness.scenario import Run

_OOPS = """
echo 1 > /proc/sys/kernel/panic_on_oops
insmod /run/oops.ko
deliver
echo now > /proc/harness-oops
"""
_WAIT_FOR_NMI = """
echo 1 > /proc/sys/kernel/unknown_nmi_panic
deliver
say "an NMI, please"
sleep 60
"""


def run(test: Run) -> None:
    module = guestmodule.oops(test.lab)
    system = test.system()
    with test.step("a NULL pointer is written to, with panic_on_oops"):
        crashed = kdump.crash(system, kdump.LOAD + _OOPS, files={"oops.ko": module}, actions=())
        oops = kdump.only_dump(kdump.on_disk(system))
        kdump.check_complete(system, oops, crashed, "BUG: kernel NULL pointer dereference")
    with test.step("an NMI comes, with unknown_nmi_panic"):
        crashed = kdump.crash(system, kdump.LOAD + _WAIT_FOR_NMI,
                              actions=((b"harness: an NMI, please", Qemu.inject_nmi),))
        (nmi,) = [dump for dump in kdump.on_disk(system) if dump.event != oops.event]
        kdump.check_complete(system, nmi, crashed, kdump.NMI)

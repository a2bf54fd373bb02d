# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The machine comes back within its bound, and with what could be saved: from an image tool that never
ends, a module that cannot be loaded, a memory that cannot be read, and a disk that hangs.
"""

from harness import check, kdump
from harness.machine import KERNEL_PANIC
from harness.scenario import Run

_EDITED = """
echo disk_seconds = 5 > /etc/pstore-fw/kdump.conf
run write pstore-fw kdump load --initramfs /run/crash-initramfs
cat /run/crash-initramfs /run/overlay > /run/edited
run load kexec -s -p "/boot/vmlinuz-$(uname -r)" --initrd=/run/edited --append="{parameters}"
crash
"""
_PARAMETERS = "console=ttyS0 nr_cpus=1 reset_devices irqpoll panic=5 oops=panic printk.devkmsg=on"
_WRITE = "run write pstore-fw kdump load --initramfs /out/initramfs\n"
_BOUND_S = 30
# Under TCG the crash kernel's clock starts some seconds after the panic; the hard reset comes 30 s after the
# bound.
_SPARE_S = 60


def _module_missing(test: Run) -> None:
    system = test.system("module")
    files = {"overlay": kdump.overlay({"modules/virtio_blk.ko.gz": b"no module"})}
    crashed = kdump.crash(system, _EDITED.format(parameters=_PARAMETERS), files=files)
    kdump.comes_back(crashed)
    kdump.check_console(crashed)


def _vmcore_unreadable(test: Run) -> None:
    """Its initramfs, but after no crash."""
    system = test.system("no-vmcore")
    written = system.linux(_WRITE, append=kdump.RESERVED)
    check.status(written.results["write"], 0)
    serial = system.start(written.files["initramfs"], "printk.devkmsg=on", b"pstore-fw: capture starts")
    check.matches("the capture says that there is no vmcore", serial, r"pstore-fw: vmcore: .*/proc/vmcore")
    check.true("it restarts the machine", kdump.RESTARTING in serial)
    check.equal("the dumps", kdump.on_disk(system), [])


def _disk_hangs(test: Run) -> None:
    system = test.system("hangs")
    script = f"echo bound_seconds = {_BOUND_S} > /etc/pstore-fw/kdump.conf\n{kdump.LOAD}crash\n"
    crashed = kdump.crash(system, script, actions=((KERNEL_PANIC, lambda machine: machine.stall("system")),))
    kdump.check_console(crashed)
    check.true("the guard acts, as the reboot hangs too", "pstore-fw: guard: " in crashed.capture)
    took = crashed.seconds[b""]
    check.true(f"the machine came back {took:.0f} s after the panic", took < _BOUND_S + _SPARE_S)


def run(test: Run) -> None:
    with test.step("the image tool never ends: the log is kept"):
        kdump.image_tool_fails(test, "never-ends", _BOUND_S)
    with test.step("a module cannot be loaded: the log is on the console"):
        _module_missing(test)
    with test.step("there is no vmcore: nothing is saved"):
        _vmcore_unreadable(test)
    with test.step("the disk hangs: the log is on the console"):
        _disk_hangs(test)

# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A hardware watchdog that is pinged until the panic does not reset the machine before its dump is there, of either
kind that QEMU has; and resets it when the crash kernel hangs with interrupts off.
"""

import gzip
import json

from harness import check, guestmodule, guestprogram, kdump
from harness.scenario import Run
from harness.system import Crash, System

# By driver: the machine, and what is loaded for it. Without the property the chipset's never resets.
_KINDS = {
    "i6300ESB timer": (("-device", "i6300esb"), "i6300esb"),
    "iTCO_wdt": (("-global", "ICH9-LPC.noreboot=false"), "lpc_ich iTCO_wdt"),
}
# As measured, too short without its driver in the crash kernel; where machines are to be waited for longer, longer.
_TIMEOUT_S = 12
_SHORT_S = 20
# Where only what the guard sets is to count; both kinds take that.
_LONG_S = 600
_RUNS = """
for module in {modules}; do modprobe "$module"; done
/run/pings {timeout} &
sleep 1
run status pstore-fw kdump status --json
"""
_HANGS = """
run write pstore-fw kdump load --initramfs /run/crash-initramfs
cat /run/crash-initramfs /run/overlay > /run/edited
run load kexec -s -p "/boot/vmlinuz-$(uname -r)" --initrd=/run/edited --append="{parameters}"
crash
"""
_PARAMETERS = "console=ttyS0 nr_cpus=1 reset_devices irqpoll panic=5 oops=panic printk.devkmsg=on"
# What the guard sets, and for all before it, under TCG.
_HELD_S, _SPARE_S = 60, 60


def _timeout(system: System) -> int:
    return int(_TIMEOUT_S * system.lab.settings.patience)


def _crash(system: System, modules: str, timeout: int, script: str, **files: bytes) -> Crash:
    files = {"pings": guestprogram.build("pings-watchdog")} | files
    script = _RUNS.format(modules=modules, timeout=timeout) + script
    return kdump.crash(system, script, files=files)


def _status_knows(crashed: Crash, driver: str, timeout: int) -> None:
    status = json.loads(crashed.boot.results["status"].text)
    check.equal("the watchdogs of the status", status["watchdogs"],
                [{"name": "watchdog0", "driver": driver, "active": True, "timeout_seconds": timeout}])
    warned = any(f"resets the machine {timeout} s after its last ping" in finding["text"]
                 for finding in status["findings"])
    check.equal("the status warns of its timeout", warned, timeout < _SHORT_S)


def run(test: Run) -> None:
    for driver, (devices, modules) in _KINDS.items():
        with test.step(f"{driver} runs: the dump is whole"):
            system = test.system(modules.split()[-1], devices=devices)
            crashed = _crash(system, modules, _timeout(system), f"{kdump.LOAD}crash\n")
            _status_knows(crashed, driver, _timeout(system))
            kdump.comes_back(crashed)
            kdump.check_complete(system, kdump.only_dump(kdump.on_disk(system)), crashed)
        with test.step(f"{driver}: the crash kernel hangs with interrupts off, and is reset"):
            system = test.system(f"hangs-{modules.split()[-1]}", devices=devices)
            hang = kdump.overlay({"modules/virtio_blk.ko.gz": gzip.compress(guestmodule.hang(test.lab))})
            crashed = _crash(system, modules, _LONG_S, _HANGS.format(parameters=_PARAMETERS), overlay=hang)
            check.true("it has not restarted by itself", kdump.RESTARTING not in crashed.capture)
            check.equal("the dumps", kdump.on_disk(system), [])
            took = crashed.seconds[b""]
            check.true(f"the machine came back {took:.0f} s after the panic", took < _HELD_S + _SPARE_S * test.lab.settings.patience)

# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Started by the firmware, the application takes its verb from the boot option. When there is none, as for
\\EFI\\BOOT\\BOOTX64.EFI, it dumps after nobody has pressed a key.
"""

from harness import check, crash, dumps
from harness.backend import EFI
from harness.loadoption import start_program
from harness.machine import Machine
from harness.scenario import Run

# What the firmware starts when a boot option has returned: its menu, which it has made the next one.
_FIRMWARE_MENU = b"BdsDxe: starting Boot0001"
_PROGRAM = r"\EFI\pstore-fw\pstore-fwx64.efi"


def _check_dumped(machine: Machine) -> None:
    (variable,) = crash.variables(1)
    dump = dumps.only_event(machine.esp.read(dumps.ON_ESP))
    check.equal("the record on the ESP", dump.records, {f"efi:{variable.name}": variable.data})


def run(test: Run) -> None:
    with test.step("a boot option with \"dump\" dumps"):
        machine = test.machine("dump", variables=crash.variables(1), boot=start_program(_PROGRAM, "dump"))
        machine.firmware(until=_FIRMWARE_MENU)
        _check_dumped(machine)
    with test.step("a boot option with options clears what it has dumped"):
        machine = test.machine("clear", variables=crash.variables(1),
                               boot=start_program(_PROGRAM, "clear --all --yes"))
        machine.firmware(until=_FIRMWARE_MENU)
        check.equal("what is left", EFI.stored(machine), {})
        _check_dumped(machine)
    with test.step("BOOTX64.EFI without an argument dumps"):
        machine = test.machine("bootx64", variables=crash.variables(1), boot=start_program())
        machine.esp.add({"EFI/BOOT/BOOTX64.EFI": test.lab.settings.application.read_bytes()})
        machine.firmware(until=_FIRMWARE_MENU)
        _check_dumped(machine)

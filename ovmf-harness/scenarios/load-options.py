# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Started by the firmware, the application takes its verb from the boot option. When there is none, as for
\\EFI\\BOOT\\BOOTX64.EFI, it dumps after nobody has pressed a key for as long as the settings say.
"""

from harness import check, crash, dumps, varstore
from harness.backend import EFI
from harness.loadoption import start_program
from harness.machine import Machine, crlf
from harness.scenario import Run

# What the firmware starts when a boot option has returned: its menu, which it has made the next one.
_FIRMWARE_MENU = b"BdsDxe: starting Boot0001"
_PROGRAM = r"\EFI\pstore-fw\pstore-fwx64.efi"


def _machine(test: Run, name: str, boot: list[varstore.Variable]) -> Machine:
    machine = test.machine(name, variables=crash.variables(1), boot=boot)
    machine.esp.add({"EFI/pstore-fw/pstore-fw.conf": crlf(["wait = 2"])})
    return machine


def _check_dumped(machine: Machine) -> None:
    (variable,) = crash.variables(1)
    dump = dumps.only_event(machine.esp.read(dumps.ON_ESP))
    check.equal("the record on the ESP", dump.records, {f"efi:{variable.name}": variable.data})


def run(test: Run) -> None:
    with test.step("a boot option with \"dump\" dumps"):
        machine = _machine(test, "dump", start_program(_PROGRAM, "dump"))
        machine.firmware(until=_FIRMWARE_MENU)
        _check_dumped(machine)
    with test.step("a boot option with options clears what it has dumped"):
        machine = _machine(test, "clear", start_program(_PROGRAM, "clear --all --yes"))
        machine.firmware(until=_FIRMWARE_MENU)
        check.equal("what is left", EFI.stored(machine), {})
        _check_dumped(machine)
    with test.step("BOOTX64.EFI without an argument dumps"):
        machine = _machine(test, "bootx64", start_program())
        machine.esp.add({"EFI/BOOT/BOOTX64.EFI": test.lab.settings.application.read_bytes()})
        machine.firmware(until=_FIRMWARE_MENU)
        _check_dumped(machine)

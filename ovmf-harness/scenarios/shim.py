# SPDX-License-Identifier: BSD-2-Clause-Patent
"""With Secure Boot on and Microsoft's keys alone, as machines are sold, Debian's shim starts the application when the
key of the machine's owner has signed it and is enrolled, and refuses it when that key is not.

The boot option starts shim with the application's path as its argument, as fwupd does it; what stands behind that
is the application's.
"""

from harness import check, crash, dumps, package, qemu, signing, varstore
from harness.backend import EFI
from harness.loadoption import start_program, to_path
from harness.machine import APPLICATION, Machine
from harness.scenario import Run
from harness.signing import Signer

_SHIM = "EFI/debian/shimx64.efi"
# What the firmware starts when a boot option has returned: its menu, which is in its variables.
_FIRMWARE_MENU = b"BdsDxe: starting Boot0001"
_REFUSED = b"Security Violation"


def _machine(test: Run, name: str, owner: Signer, arguments: str, *keys: varstore.Variable) -> Machine:
    shim = package.file(test.lab.settings, "shim-signed", "usr/lib/shim/shimx64.efi.signed")
    machine = test.machine(name, variables=[*crash.variables(1), *keys], firmware=qemu.OVMF_MICROSOFT,
                           boot=start_program(to_path(_SHIM), f"{to_path(APPLICATION)}{arguments}"))
    signed = owner.sign(test.lab.settings.application.read_bytes())
    machine.esp.add({_SHIM: shim.read_bytes(), APPLICATION: signed})
    return machine


def _check_dumped(machine: Machine) -> None:
    (variable,) = crash.variables(1)
    dump = dumps.only_event(machine.esp.read(dumps.ON_ESP))
    check.equal("the record on the ESP", dump.records, {f"efi:{variable.name}": variable.data})


def run(test: Run) -> None:
    owner = signing.new_signer(test.work, "owner")
    with test.step("its owner's key is enrolled: it runs, and dumps"):
        machine = _machine(test, "enrolled", owner, "", owner.enrolled())
        machine.firmware(until=_FIRMWARE_MENU)
        _check_dumped(machine)
    with test.step("what follows its path are its arguments"):
        machine = _machine(test, "arguments", owner, " clear --all --yes", owner.enrolled())
        machine.firmware(until=_FIRMWARE_MENU)
        check.equal("what is left in the store", EFI.stored(machine), {})
        _check_dumped(machine)
    with test.step("the key is not enrolled: it is refused"):
        machine = _machine(test, "not-enrolled", owner, " clear --all --yes")
        before = EFI.stored(machine)
        machine.firmware(until=_REFUSED)
        check.equal("what is on the ESP", machine.esp.read(dumps.ON_ESP), {})
        check.equal("what is in the store", EFI.stored(machine), before)

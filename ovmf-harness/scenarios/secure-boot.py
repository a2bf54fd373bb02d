# SPDX-License-Identifier: BSD-2-Clause-Patent
"""With Secure Boot on, and our key in the firmware's db, the application runs when that key has signed it; unsigned,
or changed by one byte, it is refused, and the store is as it was.

Started as a boot option: Debian's OVMF starts no shell with Secure Boot on.
"""

from harness import check, crash, dumps, qemu, signing
from harness.backend import EFI
from harness.loadoption import start_program, to_path
from harness.machine import APPLICATION, Machine
from harness.scenario import Run

# What the firmware starts when a boot option has returned: its menu, which is in its variables.
_FIRMWARE_MENU = b"BdsDxe: starting Boot0001"
_REFUSED = b"Access Denied"


def _machine(test: Run, name: str, application: bytes) -> Machine:
    machine = test.machine(name, variables=crash.variables(1), firmware=qemu.OVMF_SECURE,
                           boot=start_program(to_path(APPLICATION), "clear --all --yes"))
    machine.esp.add({APPLICATION: application})
    return machine


def _runs(machine: Machine) -> None:
    (variable,) = crash.variables(1)
    machine.firmware(until=_FIRMWARE_MENU)
    dump = dumps.only_event(machine.esp.read(dumps.ON_ESP))
    check.equal("the record on the ESP", dump.records, {f"efi:{variable.name}": variable.data})
    check.equal("what is left in the store", EFI.stored(machine), {})


def _is_refused(machine: Machine) -> None:
    before = EFI.stored(machine)
    machine.firmware(until=_REFUSED)
    check.equal("what is on the ESP", machine.esp.read(dumps.ON_ESP), {})
    check.equal("what is in the store", EFI.stored(machine), before)


def _tampered(signed: bytes) -> bytes:
    """One bit of the text that is made of the records."""
    at = signed.index(b"saved: ")
    return signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1:]


def run(test: Run) -> None:
    unsigned = test.lab.settings.application.read_bytes()
    signed = signing.snakeoil(test.work).sign(unsigned)
    with test.step("signed, it saves and clears"):
        _runs(_machine(test, "signed", signed))
    with test.step("unsigned, it is refused"):
        _is_refused(_machine(test, "unsigned", unsigned))
    with test.step("signed, and then changed by one bit, it is refused"):
        _is_refused(_machine(test, "tampered", _tampered(signed)))

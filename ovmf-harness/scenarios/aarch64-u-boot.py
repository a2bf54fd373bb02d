# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Under U-Boot on AArch64, which keeps EFI variables in a file of the ESP, the application lists, shows and dumps
what was in them, and clears it in that file.
"""

from harness import check, crash, dumps, foreign, qemu, ubootfile, varstore
from harness.machine import Machine, Result
from harness.scenario import Run

_RECORDS = crash.variables(14)
_SETTING = varstore.Variable("Setting", varstore.GLOBAL, b"somebody's")
_STORED = {f"efi:{variable.name}": variable.data for variable in _RECORDS}

_READ_AND_CLEAR = {
    "list": "list",
    "parts": "show --all --parts",
    "erst": "erst",
    "dump": "dump",
    "clear": "clear --dumped --yes",
    "emptied": "list",
}


def _check_listed(results: dict[str, Result]) -> None:
    for name in ("list", "parts", "dump", "clear"):
        check.status(results[name], 0)
    for name in ("erst", "emptied"):
        check.status(results[name], 3)
    listed = [word for word in results["list"].text.split() if word.startswith("efi:")]
    check.equal("the records that the application lists", sorted(listed), sorted(_STORED))
    check.equal("what list has to complain of", results["list"].complaint, "")
    dumps.check_parts(results["parts"].text, [{each: data} for each, data in _STORED.items()])


def _check_dumped(machine: Machine) -> None:
    records: dict[str, bytes] = {}
    for dump in dumps.events(machine.esp.read(dumps.ON_ESP)):
        records |= dump.records
    check.equal("the records on the ESP", records, _STORED)


def _check_cleared(machine: Machine) -> None:
    file = machine.esp.read()[ubootfile.NAME]
    check.equal("what is left", ubootfile.crash_variables(file), {})
    check.true("somebody else's variable is as it was", _SETTING in ubootfile.variables(file))


def run(test: Run) -> None:
    lab = foreign.lab(test.lab, qemu.AAVMF)
    machine = test.machine(lab=lab, firmware=qemu.U_BOOT_AARCH64, erst=None)
    machine.esp.add({ubootfile.NAME: ubootfile.make([_SETTING, *_RECORDS])})
    with test.step("U-Boot starts the application, which dumps and clears"):
        results = machine.application(_READ_AND_CLEAR)
    with test.step("all that was in the file was listed, shown, dumped"):
        _check_listed(results)
        _check_dumped(machine)
    with test.step("it is gone from the file, and nothing else is"):
        _check_cleared(machine)

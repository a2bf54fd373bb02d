# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A full variable store refuses a further record in plain words, to the application and under Linux, and loses
nothing that was in it.
"""

import uuid

from harness import check, crash, varstore
from harness.backend import EFI
from harness.machine import Machine, Result
from harness.scenario import Run

# The store has 256 KiB. Somebody's settings take most of it, firmware takes some at its first boot, and what is
# left above the reserve is filled by the scenario.
_VENDOR = uuid.UUID("0d3fb176-9569-4d51-a3ef-7d61c64feaba")
_SETTINGS = [varstore.Variable(f"Setting{number:02}", _VENDOR, bytes([number]) * 8000) for number in range(29)]
_RECORDS = crash.variables(5)
_NOTE = b"a note that needs its place\n" * 36
_WRITES = 20


def _settings(machine: Machine) -> list[varstore.Variable]:
    live = varstore.live_variables(machine.variable_image)
    return sorted(variable for variable in live if variable.guid == _VENDOR)


def _check_refused(result: Result) -> None:
    check.status(result, 1)
    check.one_line("what write says", result.complaint, "space|full")
    check.equal("what write prints", result.out, b"")


def _check_kept(machine: Machine, before: dict[str, bytes]) -> None:
    after = EFI.stored(machine)
    check.equal("the records that were there", {each: after.get(each) for each in before}, before)
    check.true("the vendor's variables are as they were", _settings(machine) == _SETTINGS)


def _fill(machine: Machine) -> None:
    before = EFI.stored(machine)
    commands = {f"{number:02}": "write --source efi note.txt" for number in range(_WRITES)}
    results = list(machine.application(commands, {"note.txt": _NOTE}).values())
    written = [result for result in results if result.status == 0]
    check.true("some records are written before the store is full", 0 < len(written) < _WRITES)
    for result in results[len(written):]:
        _check_refused(result)
    _check_kept(machine, before | {result.text.strip(): _NOTE for result in written})
    check.equal("the number of records", len(EFI.stored(machine)), len(before) + len(written))


def _fail_with_linux(machine: Machine) -> None:
    before = EFI.stored(machine)
    seen = machine.linux("run write pstore-fw --source efivarfs write /note.txt", {"note.txt": _NOTE})
    _check_refused(seen.results["write"])
    _check_kept(machine, before)


def run(test: Run) -> None:
    machine = test.machine(variables=[*_SETTINGS, *_RECORDS])
    with test.step("the application fills the variables up to the reserve"):
        _fill(machine)
    with test.step("Linux is refused too; nothing is lost"):
        _fail_with_linux(machine)

# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A full variable store refuses a further record in plain words, from the application and from Linux, and
loses nothing that was in it.
"""

import uuid

from harness import check, crash, varstore
from harness.backend import EFI
from harness.machine import Machine, Result
from harness.scenario import Run

# The store has 256 KiB. Somebody's settings take most of it, and what is left above the reserve is filled by
# the scenario, in one boot: when OVMF starts with less room than its largest variable needs (33 KiB), it
# first reclaims the store, which takes 20 seconds under TCG.
_VENDOR = uuid.UUID("0d3fb176-9569-4d51-a3ef-7d61c64feaba")
_SETTINGS = [varstore.Variable(f"Setting{each:02}", _VENDOR, bytes([each]) * 8000) for each in range(25)]
_NOTE = b"a note that needs its place\n" * 36
_WRITES = 40


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


def _check_filled(machine: Machine, results: list[Result], before: dict[str, bytes]) -> None:
    written = [result for result in results if result.status == 0]
    check.true("some records are written before the store is full", 0 < len(written) < len(results))
    for result in results[len(written):]:
        _check_refused(result)
    _check_kept(machine, before | {result.text.strip(): _NOTE for result in written})
    check.equal("the number of records", len(EFI.stored(machine)), len(before) + len(written))


def _fill_in_firmware(machine: Machine) -> None:
    before = EFI.stored(machine)
    commands = {f"{number:02}": "write --source efi note.txt" for number in range(_WRITES)}
    results = machine.application(commands, {"note.txt": _NOTE})
    _check_filled(machine, list(results.values()), before)


def _fill_with_linux(machine: Machine) -> None:
    before = EFI.stored(machine)
    seen = machine.linux(f"""
        for number in $(seq 1 {_WRITES}); do
                run $number pstore-fw --source efivarfs write /note.txt
                [ "$(cat /out/$number.status)" = 0 ] || break
        done
    """, {"note.txt": _NOTE})
    results = sorted(seen.results.items(), key=lambda item: int(item[0]))
    _check_filled(machine, [result for _, result in results], before)


def _settled(machine: Machine) -> list[varstore.Variable]:
    """What firmware keeps for itself. It replaces some of it several times in its first boot; a store without
    those dead copies need not be reclaimed while it is filled."""
    machine.application({})
    return varstore.live_variables(machine.variable_image)


def run(test: Run) -> None:
    with test.step("firmware settles in its variables"):
        store = [*_settled(test.machine("settled")), *_SETTINGS, *crash.variables(5)]
    with test.step("the application writes till it is refused"):
        _fill_in_firmware(test.machine("application", variables=store, boot=[]))
    with test.step("the Linux command writes till it is refused"):
        _fill_with_linux(test.machine("linux", variables=store, boot=[]))

# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A full variable store refuses a further record in plain words, from the application and from Linux, and
loses nothing that was in it.
"""

import uuid
from typing import NamedTuple

from harness import check, crash, varstore
from harness.backend import EFI
from harness.machine import Machine, Result
from harness.scenario import Run

_VENDOR = uuid.UUID("0d3fb176-9569-4d51-a3ef-7d61c64feaba")
_SETTINGS = 25
_NOTE = b"a note that needs its place\n" * 36
_WRITES = 40
# What is left for the notes: less than all of them need, as they have to be refused in one boot, and more than
# OVMF's largest variable (33 KiB), as it reclaims a store with less at each start, for 20 seconds under TCG.
_ROOM = 40_000


class _Content(NamedTuple):
    records: dict[str, bytes]
    settings: list[varstore.Variable]


def _content(machine: Machine) -> _Content:
    live = varstore.live_variables(machine.variable_image)
    return _Content(EFI.stored(machine), sorted(variable for variable in live if variable.guid == _VENDOR))


def _check_refused(result: Result) -> None:
    check.status(result, 1)
    check.one_line("what write says", result.complaint, "space|full")
    check.equal("what write prints", result.out, b"")


def _check_filled(machine: Machine, results: list[Result], before: _Content) -> None:
    written = [result for result in results if result.status == 0]
    check.true("some records are written before the store is full", 0 < len(written) < len(results))
    for result in results[len(written):]:
        _check_refused(result)
    expected = before.records | {result.text.strip(): _NOTE for result in written}
    check.equal("the number of new records", len(expected), len(before.records) + len(written))
    after = _content(machine)
    check.equal("the records", after.records, expected)
    check.true("the vendor's variables are as they were", after.settings == before.settings)


def _fill_in_firmware(machine: Machine) -> None:
    before = _content(machine)
    commands = {f"{number:02}": "write --source efi note.txt" for number in range(_WRITES)}
    results = machine.application(commands, {"note.txt": _NOTE})
    _check_filled(machine, list(results.values()), before)


def _fill_with_linux(machine: Machine) -> None:
    before = _content(machine)
    seen = machine.linux(f"""
        for number in $(seq 1 {_WRITES}); do
                run $number pstore-fw --source efivarfs write /note.txt
                [ "$(cat /out/$number.status)" = 0 ] || break
        done
    """, {"note.txt": _NOTE})
    results = sorted(seen.results.items(), key=lambda item: int(item[0]))
    _check_filled(machine, [result for _, result in results], before)


def _settings(room: int) -> list[varstore.Variable]:
    """Somebody's variables, which together take so much."""
    def setting(number: int, size: int) -> varstore.Variable:
        return varstore.Variable(f"Setting{number:02}", _VENDOR, bytes([number]) * size)

    each = room // _SETTINGS - varstore.size(setting(0, 0))
    return [setting(number, each) for number in range(_SETTINGS)]


def _nearly_full(settled: Machine) -> list[varstore.Variable]:
    """Measured, as each firmware keeps another amount for itself. It replaces some of it several times in its
    first boot; a store without those dead copies need not be reclaimed while it is filled."""
    settled.application({})
    store = [*varstore.live_variables(settled.variable_image), *crash.variables(5)]
    return [*store, *_settings(varstore.room(settled.variable_image, store) - _ROOM)]


def run(test: Run) -> None:
    with test.step("firmware settles in its variables"):
        store = _nearly_full(test.machine("settled"))
    with test.step("the application writes till it is refused"):
        _fill_in_firmware(test.machine("application", variables=store, boot=[]))
    with test.step("the Linux command writes till it is refused"):
        _fill_with_linux(test.machine("linux", variables=store, boot=[]))

# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A machine whose stores are empty is no error: every verb finds nothing and ends with status 3."""

from harness import check, dumps
from harness.machine import Machine, Result
from harness.scenario import Run

_NOTHING_FOUND = 3
_VERBS = {"list": "list", "show": "show --all", "dump": "dump", "clear": "clear --all --yes"}
_ERROR = "error|fail|cannot"


def _check_nothing_found(results: dict[str, Result]) -> None:
    for name in _VERBS:
        check.status(results[name], _NOTHING_FOUND)
        check.true(f"{name} speaks of no error: {results[name].complaint!r}",
                   not check.found(_ERROR, results[name].complaint))


def _in_firmware(machine: Machine) -> None:
    _check_nothing_found(machine.application(_VERBS))
    check.equal("what was dumped", machine.esp.read(dumps.ON_ESP), {})


def _under_linux(machine: Machine) -> None:
    script = "\n".join(f"run {name} pstore-fw {arguments}" for name, arguments in _VERBS.items())
    _check_nothing_found(machine.linux(script).results)


def run(test: Run) -> None:
    machine = test.machine()
    with test.step("the application finds nothing, and that is fine"):
        _in_firmware(machine)
    with test.step("the Linux command finds nothing, and that is fine"):
        _under_linux(machine)

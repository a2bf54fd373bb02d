# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Firmware that says success of variables which no reset leaves is not believed: flash that takes no writes, and
a machine without flash, whose variables lie in memory.
"""

from harness import check, qemu
from harness.machine import Machine, Result
from harness.scenario import Run

_COMMANDS = {"before": "check --source efi", "write": "write --source efi note.txt", "after": "check --source efi"}
_NOTE = {"note.txt": b"a note\n"}


def _check_kept(results: dict[str, Result]) -> None:
    check.status(results["before"], 0)
    check.status(results["write"], 0)
    check.status(results["after"], 1)
    check.true("nothing but the record that waits is told of", results["after"].text.count("WARNING") == 1)


def _check_lost(results: dict[str, Result], told: str, at_write: str) -> None:
    for name in "before", "after":
        check.status(results[name], 2)
        check.true(f"check says that {told}: {results[name].text!r}", told in results[name].text)
    check.status(results["write"], 1)
    check.one_line("what write says", results["write"].complaint, at_write)


def _gone_after_a_reset(machine: Machine) -> None:
    check.status(machine.application({"list": "list --source efi"})["list"], 3)


def run(test: Run) -> None:
    with test.step("what flash keeps is kept, and nothing else is said"):
        _check_kept(test.machine("kept").application(_COMMANDS, _NOTE))
    with test.step("flash that takes nothing is found out"):
        machine = test.machine("read-only", firmware=qemu.OVMF_READ_ONLY)
        _check_lost(machine.application(_COMMANDS, _NOTE), "the flash holds other variables", "does not hold it")
        _gone_after_a_reset(machine)
    with test.step("variables in memory are found out"):
        machine = test.machine("in-memory", firmware=qemu.OVMF_IN_MEMORY)
        _check_lost(machine.application(_COMMANDS, _NOTE), "variables lie in memory", "variables lie in memory")
        _gone_after_a_reset(machine)

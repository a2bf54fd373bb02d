# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A full ERST refuses a further record in plain words, loses nothing, and takes one when one was cleared."""

from harness import check, crash, erstfile
from harness.backend import ERST
from harness.machine import Machine
from harness.scenario import Run

_NOTE = b"a note that finds no place\n"


def _refuse(machine: Machine) -> None:
    before = machine.erst_image
    results = machine.application({"write": "write --source erst note.txt", "list": "list --source erst"},
                                  {"note.txt": _NOTE})
    check.status(results["write"], 1)
    check.one_line("what write says", results["write"].complaint, "space|full")
    check.equal("what write prints", results["write"].out, b"")
    check.true("the file behind ERST is as it was", machine.erst_image == before)
    check.status(results["list"], 0)
    for each in ERST.stored(machine):
        check.true(f"the list has {each}", each in results["list"].text)


def _make_room(machine: Machine) -> None:
    before = ERST.stored(machine)
    oldest = min(before)
    results = machine.application({"clear": f"clear {oldest} --yes", "write": "write --source erst note.txt"},
                                  {"note.txt": _NOTE})
    check.status(results["clear"], 0)
    check.status(results["write"], 0)
    after = ERST.stored(machine)
    written = results["write"].text.strip()
    check.true(f"ERST has {written}", after.pop(written, b"").endswith(_NOTE))
    del before[oldest]
    check.equal("the other records", after, before)


def run(test: Run) -> None:
    machine = test.machine(erst=erstfile.store(crash.erst_records(erstfile.RECORDS_WHEN_FULL)))
    with test.step("a full ERST refuses a record and keeps the others"):
        _refuse(machine)
    with test.step("one is cleared, and one can be written"):
        _make_room(machine)

# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Without an ERST table the application says so in one line, works on with the EFI variables, and, when those
are cleared too, finds nothing without an error.
"""

from harness import check, crash, dumps
from harness.scenario import Run

_RECORDS = 2


def run(test: Run) -> None:
    variables = crash.variables(_RECORDS)
    machine = test.machine(erst=None, variables=variables)
    with test.step("the application works without an ERST table"):
        results = machine.application({
            "erst": "erst", "list": "list", "dump": "dump", "clear": "clear --all --yes", "emptied": "list",
            "nothing": "dump",
        })
        check.status(results["erst"], 3)
        check.one_line("what erst says", results["erst"].complaint, "erst")
        for name in ("list", "dump", "clear"):
            check.status(results[name], 0)
        for variable in variables:
            check.true(f"the list has {variable.name}", variable.name in results["list"].text)
        saved = dumps.events(machine.esp.read(dumps.ON_ESP))
        check.equal("the records on the ESP", [dump.records for dump in saved],
                    [{f"efi:{variable.name}": variable.data} for variable in variables])
        for name in ("emptied", "nothing"):
            check.status(results[name], 3)
